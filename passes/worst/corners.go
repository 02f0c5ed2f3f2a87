package worst

import (
	"math/rand/v2"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/internal/sampled"
)

const (
	maxObjectives = 16 // outputs, or sums of outputs, to maximise and minimise
	cornerSteps   = 8
)

// Corners looks for inputs in the box at which outputs are largest or smallest; values inside the network and
// noise gains are mostly large there too. From each start it goes to the corner that the gradient points to,
// and on from there (Frank and Wolfe, 1956). It returns all corners that it visits.
func Corners(g *tensor.Graph, box plan.Box, starts [][]float64) [][]float64 {
	sums := objectives(g.Outputs[0].Node.Size())
	at := sampled.NewMatrix(len(sums), len(starts[0]))
	for k := range sums {
		copy(at.Row(k), starts[k%len(starts)])
	}
	var out [][]float64
	for range cornerSteps {
		got := sampled.Run(g, at)
		last := sampled.NewMatrix(len(sums), len(sums[0]))
		for k, sum := range sums {
			copy(last.Row(k), sum)
		}
		by := sampled.Gradients(g, got, sampled.LocalDerivatives(g, got), last, func(*tensor.Node) bool { return false })[g.Input()]
		next := sampled.NewMatrix(at.Rows(), at.Cols)
		for k := range next.Rows() {
			copy(next.Row(k), at.Row(k))
			for i := 0; i < len(next.Row(k)) && by.Data != nil; i++ {
				switch d := by.Row(k)[i]; {
				case d > 0:
					next.Row(k)[i] = box.Hi[i]
				case d < 0:
					next.Row(k)[i] = box.Lo[i]
				}
			}
			out = append(out, next.Row(k))
		}
		at = next
	}
	return out
}

// objectives are the outputs, or sums with random signs if there are many, and their negatives.
func objectives(outputs int) (sums [][]float64) {
	rng := rand.New(rand.NewPCG(11, 12))
	for k := range min(outputs, maxObjectives) {
		plus, minus := make([]float64, outputs), make([]float64, outputs)
		for i := range outputs {
			switch {
			case outputs > maxObjectives:
				plus[i] = float64(1 - 2*rng.IntN(2))
			case i == k:
				plus[i] = 1
			}
			minus[i] = -plus[i]
		}
		sums = append(sums, plus, minus)
	}
	return sums
}
