package tails

import (
	"math"
	"math/rand/v2"

	"hecc/ir/plan"
)

// Draw takes random corners and random points of the box in turn, the same ones in every call.
func Draw(box plan.Box, n int) [][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([][]float64, n)
	for s := range out {
		out[s] = make([]float64, len(box.Lo))
		for i := range out[s] {
			u := rng.Float64()
			if s%2 == 0 {
				u = math.Round(u)
			}
			out[s][i] = box.Lo[i] + u*(box.Hi[i]-box.Lo[i])
		}
	}
	return out
}
