package tensor

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"hecc/ir/text"
)

// Operations along an axis that only the client computes.
type (
	// Reduce makes one number of the elements along an axis, which is removed. Fn is max, min or
	// logsumexp, the logarithm of the sum of exp(x).
	Reduce struct {
		Fn   string
		Axis int
	}
	// TopK gives the K largest elements along an axis, or with Least the smallest, in order; with
	// Index their places. Of equal elements the first comes first.
	TopK struct {
		Axis, K int
		Least   bool
		Index   bool
	}
	// Gather takes from its first operand, along an axis, the positions that its second operand lists:
	// whole numbers, negative ones from the end. The axis is replaced by the axes of the list. A
	// position that is not there gives NaN.
	Gather struct{ Axis int }
	// Normalize divides by a norm along an axis: l1, l2, or max, the largest element. Where that is 0 it does
	// nothing.
	Normalize struct {
		Norm string
		Axis int
	}
)

var reductions = map[string]func(list []float64) float64{
	"max":       slices.Max[[]float64],
	"min":       slices.Min[[]float64],
	"logsumexp": logSumExp,
}

// logSumExp takes the largest element out, so that exp does not overflow.
func logSumExp(list []float64) float64 {
	top, sum := slices.Max(list), 0.0
	if math.IsInf(top, 0) {
		return top
	}
	for _, x := range list {
		sum += math.Exp(x - top)
	}
	return top + math.Log(sum)
}

var norms = map[string]func(list []float64) float64{
	"max": slices.Max[[]float64],
	"l1": func(list []float64) (sum float64) {
		for _, x := range list {
			sum += math.Abs(x)
		}
		return sum
	},
	"l2": func(list []float64) (norm float64) {
		for _, x := range list {
			norm = math.Hypot(norm, x)
		}
		return norm
	},
}

func (Reduce) Name() string    { return "reduce" }
func (TopK) Name() string      { return "topk" }
func (Gather) Name() string    { return "gather" }
func (Normalize) Name() string { return "normalize" }

func (op Reduce) infer(in [][]int) ([]int, error) {
	if _, ok := reductions[op.Fn]; !ok {
		return nil, unknownFn(op.Fn, reductions)
	}
	return ArgMax{Axis: op.Axis}.infer(in)
}

func (op TopK) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	if n := in[0][op.Axis]; op.K < 1 || op.K > n {
		return nil, fmt.Errorf("%d largest of %d elements", op.K, n)
	}
	out := slices.Clone(in[0])
	out[op.Axis] = op.K
	return out, nil
}

func (op Gather) infer(in [][]int) ([]int, error) {
	if err := arity(in, 2); err != nil {
		return nil, err
	}
	if err := checkAxis(op.Axis, in[0]); err != nil {
		return nil, err
	}
	out := slices.Concat(in[0][:op.Axis], in[1], in[0][op.Axis+1:])
	return out, checkShape(out)
}

func (op Normalize) infer(in [][]int) ([]int, error) {
	if _, ok := norms[op.Norm]; !ok {
		return nil, unknownFn(op.Norm, norms)
	}
	return Softmax{op.Axis}.infer(in)
}

// lines visits each line of elements along an axis, copied to a list, with the places of its elements.
func copyAlongAxis(v operand, axis int, visit func(list []float64, at func(k int) int)) {
	list := make([]float64, v.shape[axis])
	alongAxis(v, axis, func(at func(k int) int, n int) {
		for k := range n {
			list[k] = v.data[at(k)]
		}
		visit(list, at)
	})
}

func (op Reduce) eval(in []operand, out []float64) {
	i, f := 0, reductions[op.Fn]
	copyAlongAxis(in[0], op.Axis, func(list []float64, _ func(int) int) {
		out[i] = f(list)
		i++
	})
}

func (op TopK) eval(in []operand, out []float64) {
	var found [][]float64
	order := make([]int, in[0].shape[op.Axis])
	copyAlongAxis(in[0], op.Axis, func(list []float64, _ func(int) int) {
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int {
			if op.Least {
				return cmp.Compare(list[a], list[b])
			}
			return cmp.Compare(list[b], list[a])
		})
		best := make([]float64, op.K)
		for k, j := range order[:op.K] {
			best[k] = list[j]
			if op.Index {
				best[k] = float64(j)
			}
		}
		found = append(found, best)
	})
	shape := slices.Clone(in[0].shape)
	shape[op.Axis] = op.K
	line := 0
	alongAxis(operand{out, shape}, op.Axis, func(at func(k int) int, n int) {
		for k := range n {
			out[at(k)] = found[line][k]
		}
		line++
	})
}

func (op Gather) eval(in []operand, out []float64) {
	n, inner := in[0].shape[op.Axis], size(in[0].shape[op.Axis+1:])
	i := 0
	for outer := range size(in[0].shape[:op.Axis]) {
		for _, p := range in[1].data {
			if p < 0 {
				p += float64(n)
			}
			for j := range inner {
				out[i] = math.NaN()
				if k := math.Trunc(p); k == p && k >= 0 && k < float64(n) {
					out[i] = in[0].data[(outer*n+int(k))*inner+j]
				}
				i++
			}
		}
	}
}

func (op Normalize) eval(in []operand, out []float64) {
	f := norms[op.Norm]
	copyAlongAxis(in[0], op.Axis, func(list []float64, at func(int) int) {
		norm := f(list)
		if norm == 0 {
			norm = 1
		}
		for k, x := range list {
			out[at(k)] = x / norm
		}
	})
}

func (op Reduce) attrs() []text.Attr {
	return append(fnAttr(op.Fn), text.Attr{Key: "axis", Value: op.Axis})
}

func (op TopK) attrs() []text.Attr {
	a := []text.Attr{{Key: "axis", Value: op.Axis}, {Key: "k", Value: op.K}}
	return append(append(a, flag("least", op.Least)...), flag("index", op.Index)...)
}

func (op Gather) attrs() []text.Attr { return []text.Attr{{Key: "axis", Value: op.Axis}} }

func (op Normalize) attrs() []text.Attr {
	return []text.Attr{{Key: "norm", Value: op.Norm}, {Key: "axis", Value: op.Axis}}
}

// flag is an attribute that is written only where it is set.
func flag(key string, set bool) []text.Attr {
	if !set {
		return nil
	}
	return []text.Attr{{Key: key, Value: 1}}
}

func readFlag(a *text.Attrs, key string) bool { return a.Has(key) && a.Int(key) == 1 }
