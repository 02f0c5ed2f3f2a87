package tensor

import (
	"math"

	"hecc/ir/text"
)

// Operations that only the client computes; Softmax, ArgMax, Label and ZipMap are others.
type (
	// LogSoftmax is the logarithm of Softmax.
	LogSoftmax struct{ Axis int }
	// Hardmax is 1 at the first largest element along an axis, else 0.
	Hardmax struct{ Axis int }
)

func (LogSoftmax) Name() string { return "logsoftmax" }
func (Hardmax) Name() string    { return "hardmax" }

func (op LogSoftmax) infer(in [][]int) ([]int, error) { return Softmax(op).infer(in) }
func (op Hardmax) infer(in [][]int) ([]int, error)    { return Softmax(op).infer(in) }

func (op LogSoftmax) attrs() []text.Attr { return Softmax(op).attrs() }
func (op Hardmax) attrs() []text.Attr    { return Softmax(op).attrs() }

func (op LogSoftmax) eval(in []operand, out []float64) {
	alongAxis(in[0], op.Axis, func(at func(k int) int, n int) {
		top, sum := math.Inf(-1), 0.0
		for k := range n {
			top = max(top, in[0].data[at(k)])
		}
		for k := range n {
			sum += math.Exp(in[0].data[at(k)] - top)
		}
		for k := range n {
			out[at(k)] = in[0].data[at(k)] - top - math.Log(sum)
		}
	})
}

func (op Hardmax) eval(in []operand, out []float64) {
	clear(out)
	alongAxis(in[0], op.Axis, func(at func(k int) int, n int) {
		best := 0
		for k := range n {
			if in[0].data[at(k)] > in[0].data[at(best)] {
				best = k
			}
		}
		out[at(best)] = 1
	})
}
