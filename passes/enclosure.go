package passes

import (
	"math"

	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

// enclosure is what is known of a node when all inputs of the box are considered: where its values
// lie in the polynomial network, and how far they can be from the exact network's.
type enclosure struct {
	interval          // what intervals and the zonotope agree on
	values   zonotope // the same values, with what they have in common
	gap      zonotope // polynomial network less exact network
}

// err is how far an element can be off.
func (e *enclosure) err(i int) float64 { return span.Around(e.gap.m.Bias[i], e.gap.radius(i)).Size() }

// encloser hands out the ε of zonotopes.
type encloser struct {
	symbols int // in all
	next    int
	of      map[*tensor.Node]*enclosure
}

// newEncloser counts the ε that a graph needs.
func newEncloser(g *tensor.Graph) *encloser {
	e := &encloser{of: map[*tensor.Node]*enclosure{}}
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case tensor.Input, tensor.Func, tensor.Mul:
			e.symbols += n.Size()
		}
	}
	return e
}

// take gives the number of the first of a node's ε.
func (e *encloser) take(n *tensor.Node) int {
	first := e.next
	e.next += n.Size()
	return first
}

func (e *encloser) operands(n *tensor.Node) []*enclosure {
	in := make([]*enclosure, len(n.In))
	for k, a := range n.In {
		in[k] = e.of[a]
	}
	return in
}

// enclose bounds any node but a nonlinearity.
func (e *encloser) enclose(n *tensor.Node, box interval) {
	in := e.operands(n)
	switch op := n.Op.(type) {
	case tensor.Input:
		e.take(n)
		e.of[n] = &enclosure{box, boxZonotope(box, e.symbols), zero(n.Size(), e.symbols)}
	case tensor.Affine:
		e.of[n] = affineEnclosure(op, in)
	case tensor.Mul:
		e.of[n] = mulEnclosure(in[0], in[1], n.In[0] == n.In[1], e.take(n))
	}
}

// zero is a gap where there is none.
func zero(rows, symbols int) zonotope {
	b := tensor.NewMapBuilder(symbols)
	for range rows {
		b.EndRow(0)
	}
	return zonotope{b.Map(), make([]float64, rows)}
}

func affineEnclosure(op tensor.Affine, in []*enclosure) *enclosure {
	ranges, values, gaps := make([]interval, len(in)), make([]zonotope, len(in)), make([]zonotope, len(in))
	differences := tensor.Affine{Shape: op.Shape}
	for k, x := range in {
		ranges[k], values[k], gaps[k] = x.interval, x.values, x.gap
		differences.Maps = append(differences.Maps, op.Maps[k].WithoutBias())
	}
	out := &enclosure{values: affineZonotope(op, values), gap: affineZonotope(differences, gaps)}
	out.interval = affineInterval(op, ranges).meet(out.values.hull())
	return out
}

func mulEnclosure(a, b *enclosure, square bool, first int) *enclosure {
	out := &enclosure{values: mulZonotope(a.values, b.values, square, first)}
	out.interval = mulInterval(a.interval, b.interval, square).meet(out.values.hull())
	// a·b - (a-α)(b-β) = a·β + b·α - α·β, with a and b by their middles and half widths.
	m := tensor.NewMapBuilder(a.gap.m.Cols)
	out.gap.rest = make([]float64, len(a.lo))
	for i := range a.lo {
		p, q := a.at(i).Middle(), b.at(i).Middle()
		col, val := b.gap.m.Row(i)
		for k, c := range val {
			m.Add(col[k], p*c)
		}
		col, val = a.gap.m.Row(i)
		for k, c := range val {
			m.Add(col[k], q*c)
		}
		m.EndRow(p*b.gap.m.Bias[i] + q*a.gap.m.Bias[i])
		out.gap.rest[i] = math.Abs(p)*b.gap.rest[i] + math.Abs(q)*a.gap.rest[i] +
			a.at(i).Radius()*b.err(i) + b.at(i).Radius()*a.err(i) + a.err(i)*b.err(i)
		out.gap.rest[i] += span.Roundoff(8, out.gap.rest[i]+math.Abs(p)*b.err(i)+math.Abs(q)*a.err(i))
	}
	out.gap.m = m.Map()
	return out
}

// polyEnclosure bounds polynomials that stand for a function on the ranges of their arguments. Of p the
// part of degree 1 is the line, the rest is off it.
func polyEnclosure(fn tensor.Func, p tensor.Poly, in *enclosure, first int) *enclosure {
	n := len(in.lo)
	ranges := newInterval(n)
	lines, gaps := make([]line, n), make([]line, n)
	for i := range n {
		k := p.At(i)
		ranges.set(i, approx.Range(p.Coeffs[k]))
		lines[i], gaps[i] = chord(p.Coeffs[k], p.Lo[k], p.Hi[k]), exactGap(fn.Scalar(i), in, i)
		gaps[i].off = span.Up(gaps[i].off + p.Err[k])
	}
	out := &enclosure{values: in.values.along(lines, first), gap: in.gap.along(gaps, first)}
	out.interval = ranges.meet(out.values.hull())
	return out
}

// exactGap is how far the exact network's element is from the function at the polynomial network's
// argument: a slope of the function times the argument's gap.
func exactGap(f tensor.ScalarFunc, in *enclosure, i int) line {
	e := in.err(i)
	if e == 0 { // a slope may be infinite
		return line{}
	}
	least, most := f.Slopes(span.Down(in.lo[i]-e), span.Up(in.hi[i]+e))
	slope := span.Span{Lo: least, Hi: most}
	if !slope.Finite() {
		return line{off: math.Inf(1)}
	}
	return line{scale: slope.Middle(), off: span.Up(slope.Radius() * e)}
}

// chord is the line of a polynomial's terms of degree 0 and 1, moved to the middle of what the others add.
func chord(c []float64, lo, hi float64) line {
	if len(c) < 2 {
		return line{shift: c[0]}
	}
	others := append([]float64(nil), c...)
	others[0], others[1] = 0, 0
	rest := approx.Range(others)
	scale := 2 * c[1] / (hi - lo)
	rounding := span.Roundoff(12, math.Abs(c[0])+math.Abs(scale)*(math.Abs(lo)+math.Abs(hi))+rest.Size())
	return line{scale, c[0] - scale*(lo+hi)/2 + rest.Middle(), span.Up(rest.Radius() + rounding)}
}
