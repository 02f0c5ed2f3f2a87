package tensor

import (
	"math"

	"hecc/ir/span"
)

// Bounds encloses the values that each node can have, by ID, for all inputs whatsoever: probabilities lie
// between 0 and 1. Most values are unbounded.
func (g *Graph) Bounds() []Range {
	out := make([]Range, len(g.Nodes))
	for i, n := range g.Nodes {
		in := make([]span.Span, len(n.In))
		for k, a := range n.In {
			in[k] = span.Span(out[a.ID])
		}
		out[i] = Range(bounds(n, in))
	}
	return out
}

// Range is an interval of numbers.
type Range span.Span

// Has says whether a number is in the range, but for rounding.
func (r Range) Has(x float64) bool {
	const rounding = 1e-12
	return x >= r.Lo-rounding*(1+math.Abs(x)) && x <= r.Hi+rounding*(1+math.Abs(x))
}

// Width is the largest difference of two numbers in the range.
func (r Range) Width() float64 { return r.Hi - r.Lo }

// Probability says whether all numbers in the range lie between 0 and 1, but for the rounding of constants to
// float32.
func (r Range) Probability() bool {
	const rounding = 1e-6
	return r.Lo >= -rounding && r.Hi <= 1+rounding
}

var everything = span.Whole()

func bounds(n *Node, in []span.Span) span.Span {
	switch op := n.Op.(type) {
	case Const:
		return span.Hull(op.Data...)
	case Softmax, Hardmax, Compare:
		return span.Span{Lo: 0, Hi: 1}
	case LogSoftmax:
		return span.Span{Lo: math.Inf(-1), Hi: 0}
	case Normalize:
		return normalized(op, in[0])
	case Func:
		return op.bounds(n.Size(), in[0])
	case Add:
		return in[0].Add(in[1])
	case Sub:
		return in[0].Sub(in[1])
	case Mul:
		if n.In[0] == n.In[1] {
			return in[0].Square()
		}
		return in[0].Mul(in[1])
	case Div:
		if in[1].Has(0) {
			return everything
		}
		return in[0].Mul(in[1].Inverse())
	case Where:
		return in[1].Join(in[2])
	case Concat:
		return hullOf(in)
	case Pick:
		return in[0].Join(span.Point(op.Fill))
	case Reshape, Transpose, ZipMap:
		return in[0]
	case TopK:
		if op.Index {
			return span.Span{Lo: 0, Hi: float64(n.In[0].Size())}
		}
		return in[0]
	case Reduce:
		if op.Fn != "logsumexp" {
			return in[0]
		}
	case MatMul:
		return in[0].Mul(in[1]).Mul(span.Point(float64(n.In[0].Shape[len(n.In[0].Shape)-1])))
	case Affine:
		return op.bounds(in)
	}
	return everything
}

// normalized bounds a value that was divided by a norm: an element's share of an l1 or l2 norm is at most 1.
// Where the norm is 0, the value is 0.
func normalized(op Normalize, in span.Span) span.Span {
	switch {
	case op.Norm == "max":
		return everything
	case in.Lo >= 0:
		return span.Span{Lo: 0, Hi: 1}
	}
	return span.Span{Lo: -1, Hi: 1}
}

// bounds is the hull of the function's ranges on all elements.
func (op Func) bounds(elements int, in span.Span) span.Span {
	if op.Uniform() {
		elements = 1
	}
	var out []span.Span
	for i := range elements {
		least, most := op.Scalar(i).Range(in.Lo, in.Hi)
		out = append(out, span.Span{Lo: least, Hi: most})
	}
	return hullOf(out)
}

func (op Affine) bounds(in []span.Span) span.Span {
	var out []span.Span
	for i := range size(op.Shape) {
		sum := span.Span{}
		for k, m := range op.Maps {
			sum = sum.Add(span.Point(m.Bias[i]))
			col, val := m.Row(i)
			for j := range col {
				sum = sum.Add(span.Point(val[j]).Mul(in[k]))
			}
		}
		out = append(out, sum)
	}
	return hullOf(out)
}

func hullOf(list []span.Span) span.Span {
	out := list[0]
	for _, s := range list[1:] {
		out = out.Join(s)
	}
	return out
}
