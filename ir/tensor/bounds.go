package tensor

import "math"

// Bounds encloses the values that each node can have, by ID, whatever the input is: probabilities lie
// between 0 and 1. Most are unbounded.
func (g *Graph) Bounds() []Range {
	out := make([]Range, len(g.Nodes))
	for i, n := range g.Nodes {
		in := make([]span, len(n.In))
		for k, a := range n.In {
			in[k] = span(out[a.ID])
		}
		out[i] = Range(bounds(n, in))
	}
	return out
}

// Range is an interval of numbers.
type Range struct{ lo, hi float64 }

// Has says whether a number is in the range, but for rounding.
func (r Range) Has(x float64) bool {
	const rounding = 1e-12
	return x >= r.lo-rounding*(1+math.Abs(x)) && x <= r.hi+rounding*(1+math.Abs(x))
}

// Width is the largest difference of two numbers in the range.
func (r Range) Width() float64 { return r.hi - r.lo }

// Probability says whether all numbers in the range lie between 0 and 1.
func (r Range) Probability() bool {
	zeroToOne := Range{0, 1}
	return zeroToOne.Has(r.lo) && zeroToOne.Has(r.hi)
}

var everything = span{math.Inf(-1), math.Inf(1)}

func bounds(n *Node, in []span) span {
	switch op := n.Op.(type) {
	case Const:
		return hull(op.Data...)
	case Softmax, Hardmax, Compare:
		return span{0, 1}
	case LogSoftmax:
		return span{math.Inf(-1), 0}
	case Normalize:
		return normalized(op, in[0])
	case Func:
		return op.bounds(n.Size(), in[0])
	case Add:
		return in[0].add(in[1])
	case Sub:
		return in[0].sub(in[1])
	case Mul:
		if n.In[0] == n.In[1] {
			return in[0].square()
		}
		return in[0].mul(in[1])
	case Div:
		if in[1].has(0) {
			return everything
		}
		return in[0].mul(in[1].inverse())
	case Where:
		return in[1].join(in[2])
	case Concat:
		return hullOf(in)
	case Pick:
		return in[0].join(point(op.Fill))
	case Reshape, Transpose, ZipMap, TopK:
		return in[0]
	case Reduce:
		if op.Fn != "logsumexp" {
			return in[0]
		}
	case MatMul:
		return in[0].mul(in[1]).mul(point(float64(n.In[0].Shape[len(n.In[0].Shape)-1])))
	case Affine:
		return op.bounds(in)
	}
	return everything
}

// normalized: a share of a sum is at most 1. So is 0 where the norm is.
func normalized(op Normalize, in span) span {
	switch {
	case op.Norm == "max":
		return everything
	case in.lo >= 0:
		return span{0, 1}
	}
	return span{-1, 1}
}

// bounds joins the values of the function on all elements.
func (op Func) bounds(elements int, in span) span {
	if op.Uniform() {
		elements = 1
	}
	var out []span
	for i := range elements {
		least, most := op.Scalar(i).Range(in.lo, in.hi)
		out = append(out, span{least, most})
	}
	return hullOf(out)
}

func (op Affine) bounds(in []span) span {
	var out []span
	for i := range size(op.Shape) {
		sum := span{}
		for k, m := range op.Maps {
			sum = sum.add(point(m.Bias[i]))
			col, val := m.Row(i)
			for j := range col {
				sum = sum.add(point(val[j]).mul(in[k]))
			}
		}
		out = append(out, sum)
	}
	return hullOf(out)
}

func hullOf(list []span) span {
	out := list[0]
	for _, s := range list[1:] {
		out = out.join(s)
	}
	return out
}
