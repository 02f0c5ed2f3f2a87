package hecc_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
	"hecc/passes/planning"
)

// TestDeclaredCorners: where powers are nested, outputs and what they make of noise are largest at corners of the box that random
// inputs do not come near. The prediction holds there too.
func TestDeclaredCorners(t *testing.T) {
	powers := []int{3}
	if *full {
		powers = append(powers, 2)
	}
	for _, power := range powers {
		g := powerNetwork(power, 3)
		box := &plan.Box{Lo: slices.Repeat([]float64{-1}, activationWidth), Hi: slices.Repeat([]float64{1}, activationWidth)}
		r, err := passes.Compile(context.Background(), g, passes.Options{InputRange: box})
		if err != nil {
			t.Fatal(err)
		}
		checkAudit(t, fmt.Sprint("x to the power of ", power), r.Plan)
		x, sim := highCorner(g), planning.NewSimulator(r.Plan.Circuit, 1)
		want := graphtest.Run(g, x)
		for range 10 {
			y, err := sim.Run(x)
			check(err)
			if d := distance(y, want); !(d <= r.Plan.Interface.PredictedError) {
				t.Errorf("x to the power of %d: off by %v at a corner, predicted %v", power, d, r.Plan.Interface.PredictedError)
			}
		}
	}
}

// powerNetwork raises every value of its layers to a power.
func powerNetwork(power, layers int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(7, 7)))
	samples := normalSamples(1, calibrating, activationWidth)
	x := b.Input(activationWidth)
	for range layers {
		base := standardised(b, x, activationWidth, samples)
		x = base
		for range power - 1 {
			x = b.Add(tensor.Mul{}, x, base)
		}
	}
	return b.Output(standardised(b, x, activationOutput, samples))
}

// highCorner climbs from corner to corner of [-1, 1] to where an output is furthest from zero.
func highCorner(g *tensor.Graph) []float64 {
	rng := rand.New(rand.NewPCG(8, 8))
	corner := make([]float64, g.Input().Size())
	for i := range corner {
		corner[i] = float64(1 - 2*rng.IntN(2))
	}
	height := func(x []float64) float64 { return distance(graphtest.Run(g, x), make([]float64, activationOutput)) }
	for range 2000 {
		next := slices.Clone(corner)
		for range 1 + rng.IntN(3) {
			i := rng.IntN(len(next))
			next[i] = -next[i]
		}
		if height(next) > height(corner) {
			corner = next
		}
	}
	return corner
}
