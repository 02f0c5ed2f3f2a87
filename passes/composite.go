package passes

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/packing"
)

// Composites: |x| on an interval of half width 1 is off by about 0.28/d for the best polynomial of degree d
// (Bernstein, Acta Mathematica 37, 1914), so functions with kinks soon need degrees that are dear. A sign that
// is composed of polynomials has a degree that is the product of theirs, and |u| = u·sgn(u). A function
// of straight pieces is a sum of these at its kinks, and of signs where it jumps.

// chains are the degrees of the composites' polynomials, ascending by depth: each is the most exact one, or nearly
// that with fewer products, of its depth, among up to three polynomials of degree up to 31.
var chains = [][]int{{15, 15}, {15, 27}, {5, 5, 31}, {3, 15, 31}, {5, 15, 31}, {7, 15, 31}, {15, 15, 31}}

// composites makes each composite once. In lists of degrees one goes by the degree of its u·v.
var composites = func() map[int]func() (approx.Composite, error) {
	out := map[int]func() (approx.Composite, error){}
	for _, c := range chains {
		out[totalDegree(c)] = sync.OnceValues(func() (approx.Composite, error) { return approx.NewComposite(c) })
	}
	return out
}()

func totalDegree(chain []int) int {
	d := 1
	for _, k := range chain {
		d *= k
	}
	return d + 1
}

// compositeDegrees are tried after degrees.
func compositeDegrees() []int {
	out := make([]int, len(chains))
	for k, c := range chains {
		out[k] = totalDegree(c)
	}
	return out
}

func isComposite(degree int) bool { return composites[degree] != nil }

// compositeCost is what polyCost is for one polynomial.
func compositeCost(degree int) (depth, products int) {
	depth, products = 1, 1 // u·v
	for _, c := range chains {
		if totalDegree(c) != degree {
			continue
		}
		for _, d := range c {
			terms := make([]bool, d+1)
			for k := 1; k <= d; k += 2 {
				terms[k] = true
			}
			p, own := packing.PolyProducts(terms)
			depth, products = depth+own, products+p
		}
	}
	return depth, products
}

// compositeLayer is what a node with a function of straight pieces becomes. For each kink of an element
// in its interval there is u = (x - at)/half, which lies in [-1, 1]; an element without a kink has one u for its line.
type compositeLayer struct {
	c      approx.Composite
	before *tensor.Map // all u from x
	pieces []bends     // of each element
	first  []int       // of an element's u
	halves []float64   // of each u
	shifts []float64   // of each u: x = half·u + shift
	err    []float64   // bound of how far an element is off
	jumps  bool        // some element jumps
	bent   bool        // some element has a kink
}

// newCompositeLayer takes one interval for all elements or one for each.
func newCompositeLayer(n *tensor.Node, degree int, v interval) (*compositeLayer, error) {
	c, err := composites[degree]()
	if err != nil {
		return nil, err
	}
	l := &compositeLayer{c: c}
	fn := n.Op.(tensor.Func)
	b := tensor.NewMapBuilder(n.Size())
	var whole bends
	for i := range n.Size() {
		if i == 0 || !fn.Uniform() {
			whole, _ = bendsOf(fn.Scalar(i)) // isStraight has looked
		}
		k := i % len(v.lo)
		l.element(b, i, whole, v.lo[k], v.hi[k])
	}
	l.before = b.Map()
	if most := mostKinks * n.Size(); l.before.Rows > most {
		return nil, fmt.Errorf("%d kinks of %d elements are too many", l.before.Rows, n.Size())
	}
	return l, nil
}

// mostKinks is how many kinks the elements of a layer may have on average.
const mostKinks = 16

func (l *compositeLayer) element(b *tensor.MapBuilder, i int, whole bends, lo, hi float64) {
	p := whole.within(lo, hi)
	l.pieces, l.first = append(l.pieces, p), append(l.first, len(l.halves))
	off, size := 0.0, max(math.Abs(p.eval(lo)), math.Abs(p.eval(hi)))
	for k, at := range p.at {
		half := max(at-lo, hi-at)
		l.add(b, i, at, half)
		off += math.Abs(p.bend[k])*half*l.c.Abs + 2*math.Abs(p.jump[k])
		l.jumps, l.bent = l.jumps || p.jump[k] != 0, true
	}
	if len(p.at) == 0 {
		l.add(b, i, (lo+hi)/2, (hi-lo)/2)
	}
	l.err = append(l.err, off+sameSlope*(1+size))
}

func (l *compositeLayer) add(b *tensor.MapBuilder, i int, shift, half float64) {
	b.Add(i, 1/half)
	b.EndRow(-shift / half)
	l.halves, l.shifts = append(l.halves, half), append(l.shifts, shift)
}

// emit adds the layer's nodes.
func (l *compositeLayer) emit(g *tensor.Graph, n *tensor.Node, x *tensor.Node) *tensor.Node {
	u := affineOn(g, n.Pos, l.before, x)
	lines, bent, jumps := l.after()
	maps, in := []*tensor.Map{lines}, []*tensor.Node{u}
	if l.bent {
		v := u
		for _, p := range l.c.Stages {
			v = g.MustAdd(n.Pos, tensor.Poly{Of: "sign of " + n.Op.(tensor.Func).Fn, Coeffs: [][]float64{p},
				Lo: []float64{-1}, Hi: []float64{1}, Err: []float64{1}}, v) // off by 1 at 0
		}
		maps, in = append(maps, bent), append(in, g.MustAdd(n.Pos, tensor.Mul{}, u, v))
		if l.jumps {
			maps, in = append(maps, jumps), append(in, v)
		}
	}
	return g.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, in...)
}

// after gives the maps that put an element together from its u, u·v and v.
func (l *compositeLayer) after() (lines, bent, jumps *tensor.Map) {
	a, b, c := tensor.NewMapBuilder(len(l.halves)), tensor.NewMapBuilder(len(l.halves)), tensor.NewMapBuilder(len(l.halves))
	for i, p := range l.pieces {
		u := l.first[i]
		a.Add(u, p.slope*l.halves[u])
		a.EndRow(p.shift + p.slope*l.shifts[u])
		for k := range p.at {
			b.Add(u+k, p.bend[k]*l.halves[u+k])
			c.Add(u+k, p.jump[k])
		}
		b.EndRow(0)
		c.EndRow(0)
	}
	return a.Map(), b.Map(), c.Map()
}

// enclosure bounds the layer on the ranges of its arguments. Of straight pieces the ends are the extremes.
func (l *compositeLayer) enclosure(fn tensor.Func, in *enclosure, first int) *enclosure {
	n := len(in.lo)
	ranges := interval{make([]float64, n), make([]float64, n)}
	lines, gaps := make([]line, n), make([]line, n)
	for i, p := range l.pieces {
		lo, hi := in.lo[i], in.hi[i]
		least, most := fn.Scalar(i).Range(lo, hi)
		ranges.lo[i], ranges.hi[i] = least-l.err[i], most+l.err[i]
		lines[i], gaps[i] = p.chord(lo, hi), exactGap(fn.Scalar(i), in, i)
		lines[i].off += l.err[i]
		gaps[i].off += l.err[i]
	}
	out := &enclosure{values: in.values.along(lines, first), gap: in.gap.along(gaps, first)}
	out.interval = ranges.meet(out.values.hull())
	return out
}

// chord is the line through the ends, moved to the middle of how far the function is from it.
func (b bends) chord(lo, hi float64) line {
	slope := 0.0
	if hi > lo {
		slope = (b.eval(hi) - b.eval(lo)) / (hi - lo)
	}
	least, most := math.Inf(1), math.Inf(-1)
	see := func(x float64) {
		for _, y := range []float64{b.eval(x), b.eval(math.Nextafter(x, lo)), b.eval(math.Nextafter(x, hi))} {
			least, most = min(least, y-slope*x), max(most, y-slope*x)
		}
	}
	see(lo)
	see(hi)
	for _, at := range b.at {
		if lo < at && at < hi {
			see(at)
		}
	}
	return line{slope, (least + most) / 2, (most - least) / 2}
}

// ladder is the degrees to try: those of composites too if a function is made of straight pieces.
func ladder(g *tensor.Graph) []int {
	if slices.ContainsFunc(g.Nodes, isStraight) {
		return slices.Concat(degrees, compositeDegrees())
	}
	return degrees
}

// degreeFor is the degree that a function can have in place of d: only functions of straight pieces have composites.
func degreeFor(n *tensor.Node, d int, ladder []int) int {
	if isComposite(d) && !isStraight(n) {
		return largestPlain(ladder)
	}
	return d
}

// largestPlain is the largest degree of a single polynomial.
func largestPlain(ladder []int) int {
	largest := 0
	for _, d := range ladder {
		if !isComposite(d) {
			largest = max(largest, d)
		}
	}
	return largest
}
