package bounds

import (
	"math"

	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// Enclosure bounds a node's values for all inputs of the box: where they lie in the polynomial network, and
// their error, which is the difference to the exact network.
type Enclosure struct {
	Interval          // intersection of the bounds by intervals and by the zonotope
	Values   Zonotope // the same values, with their dependence on the inputs
	Error    Zonotope // polynomial network less exact network
}

// ErrorBound is the largest absolute error of an element.
func (e *Enclosure) ErrorBound(i int) float64 {
	return span.Around(e.Error.m.Bias[i], e.Error.radius(i)).Size()
}

// encloser holds the enclosures of a graph's nodes and numbers the ε of zonotopes.
type encloser struct {
	symbols int // number of ε of the whole graph
	next    int
	Of      map[*tensor.Node]*Enclosure
}

// NewEncloser counts the ε that a graph needs.
func NewEncloser(g *tensor.Graph) *encloser {
	e := &encloser{Of: map[*tensor.Node]*Enclosure{}}
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case tensor.Input, tensor.Func, tensor.Mul:
			e.symbols += n.Size()
		}
	}
	return e
}

// TakeSymbols gives the number of the first of a node's ε.
func (e *encloser) TakeSymbols(n *tensor.Node) int {
	first := e.next
	e.next += n.Size()
	return first
}

func (e *encloser) operands(n *tensor.Node) []*Enclosure {
	in := make([]*Enclosure, len(n.In))
	for k, a := range n.In {
		in[k] = e.Of[a]
	}
	return in
}

// Enclose bounds any node but a function.
func (e *encloser) Enclose(n *tensor.Node, box Interval) {
	in := e.operands(n)
	switch op := n.Op.(type) {
	case tensor.Input:
		e.TakeSymbols(n)
		e.Of[n] = &Enclosure{box, boxZonotope(box, e.symbols), zero(n.Size(), e.symbols)}
	case tensor.Affine:
		e.Of[n] = affineEnclosure(op, in)
	case tensor.Mul:
		e.Of[n] = mulEnclosure(in[0], in[1], n.In[0] == n.In[1], e.TakeSymbols(n))
	}
}

// zero is the error of exact values.
func zero(rows, symbols int) Zonotope {
	b := tensor.NewMapBuilder(symbols)
	for range rows {
		b.EndRow(0)
	}
	return Zonotope{b.Map(), make([]float64, rows)}
}

func affineEnclosure(op tensor.Affine, in []*Enclosure) *Enclosure {
	ranges, values, errors := make([]Interval, len(in)), make([]Zonotope, len(in)), make([]Zonotope, len(in))
	differences := tensor.Affine{Shape: op.Shape}
	for k, x := range in {
		ranges[k], values[k], errors[k] = x.Interval, x.Values, x.Error
		differences.Maps = append(differences.Maps, op.Maps[k].WithoutBias())
	}
	out := &Enclosure{Values: affineZonotope(op, values), Error: affineZonotope(differences, errors)}
	out.Interval = AffineInterval(op, ranges).Meet(out.Values.Hull())
	return out
}

func mulEnclosure(a, b *Enclosure, square bool, first int) *Enclosure {
	out := &Enclosure{Values: mulZonotope(a.Values, b.Values, square, first)}
	out.Interval = mulInterval(a.Interval, b.Interval, square).Meet(out.Values.Hull())
	// With errors α of a and β of b: a·b - (a-α)(b-β) = a·β + b·α - α·β. a and b are split into centers and
	// deviations.
	m := tensor.NewMapBuilder(a.Error.m.Cols)
	out.Error.remainder = make([]float64, len(a.Lo))
	for i := range a.Lo {
		p, q := a.at(i).Middle(), b.at(i).Middle()
		col, val := b.Error.m.Row(i)
		for k, c := range val {
			m.Add(col[k], p*c)
		}
		col, val = a.Error.m.Row(i)
		for k, c := range val {
			m.Add(col[k], q*c)
		}
		m.EndRow(p*b.Error.m.Bias[i] + q*a.Error.m.Bias[i])
		out.Error.remainder[i] = math.Abs(p)*b.Error.remainder[i] + math.Abs(q)*a.Error.remainder[i] +
			a.at(i).Radius()*b.ErrorBound(i) + b.at(i).Radius()*a.ErrorBound(i) + a.ErrorBound(i)*b.ErrorBound(i)
		out.Error.remainder[i] += span.Roundoff(8, out.Error.remainder[i]+math.Abs(p)*b.ErrorBound(i)+math.Abs(q)*a.ErrorBound(i))
	}
	out.Error.m = m.Map()
	return out
}

// PolyEnclosure bounds polynomials that approximate a function, on the ranges of their arguments. The terms
// of degree 0 and 1 are propagated as an affine function; the others are bounded by a new ε.
func PolyEnclosure(fn tensor.Func, p tensor.Poly, in *Enclosure, first int) *Enclosure {
	n := len(in.Lo)
	ranges := NewInterval(n)
	affine, errors := make([]AffineBound, n), make([]AffineBound, n)
	for i := range n {
		k := p.At(i)
		ranges.Set(i, approx.Range(p.Coeffs[k]))
		affine[i], errors[i] = affinePart(p.Coeffs[k], p.Lo[k], p.Hi[k]), PropagatedError(fn.Scalar(i), in, i)
		errors[i].Error = span.Up(errors[i].Error + p.Err[k])
	}
	out := &Enclosure{Values: in.Values.Apply(affine, first), Error: in.Error.Apply(errors, first)}
	out.Interval = ranges.Meet(out.Values.Hull())
	return out
}

// PropagatedError bounds by how much the function changes when its argument in the polynomial network is
// replaced by that of the exact network: a slope of the function times the argument's error.
func PropagatedError(f tensor.ScalarFunc, in *Enclosure, i int) AffineBound {
	e := in.ErrorBound(i)
	if e == 0 { // 0 times an infinite slope is 0 here
		return AffineBound{}
	}
	least, most := f.Slopes(span.Down(in.Lo[i]-e), span.Up(in.Hi[i]+e))
	slope := span.Span{Lo: least, Hi: most}
	if !slope.Finite() {
		return AffineBound{Error: math.Inf(1)}
	}
	return AffineBound{Scale: slope.Middle(), Error: span.Up(slope.Radius() * e)}
}

// affinePart encloses a polynomial by its terms of degree 0 and 1, shifted by the middle of the range of the
// others.
func affinePart(c []float64, lo, hi float64) AffineBound {
	if len(c) < 2 {
		return AffineBound{Offset: c[0]}
	}
	others := append([]float64(nil), c...)
	others[0], others[1] = 0, 0
	rest := approx.Range(others)
	scale := 2 * c[1] / (hi - lo)
	rounding := span.Roundoff(12, math.Abs(c[0])+math.Abs(scale)*(math.Abs(lo)+math.Abs(hi))+rest.Size())
	return AffineBound{scale, c[0] - scale*(lo+hi)/2 + rest.Middle(), span.Up(rest.Radius() + rounding)}
}
