package passes

import (
	"fmt"
	"math"
	"sync"

	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/packing"
)

// A function of straight pieces is a line, |u| at each of its kinks, and sgn(u) where it jumps. The best
// polynomial of degree d for |u| on [-1, 1] is off by about 0.28/d, so high degrees are needed; but it is even, and the same
// for every kink, so that its coefficients are numbers and cost next to nothing. A sign is composed
// of polynomials, whose degree is the product of theirs, and |u| is then u·sgn(u).

var (
	absDegrees = []int{94, 120, 190, 248, 382, 496, 766, 1008, 1534, 2016, 4064, 8128}

	// signChains are the degrees of the polynomials of a composite, ascending by depth: up to three, each as high
	// as its own depth allows.
	signChains = [][]int{{13, 13}, {13, 27}, {27, 27}, {5, 13, 27}, {7, 13, 27}, {13, 13, 27}, {13, 27, 27}}
)

// substitute stands for |u|, or for sgn(u) and |u|, on [-1, 1].
type substitute struct {
	abs   []float64   // of |u|; nil: u times the sign
	signs [][]float64 // polynomials in a row
	off   float64     // bound of how far |u| is off
}

// fitCost stands for what a network of polynomials costs to run. Depth counts first: it
// decides how large the ring is.
type fitCost struct{ depth, products int }

func (a fitCost) less(b fitCost) bool {
	return a.depth < b.depth || a.depth == b.depth && a.products < b.products
}

// kinkForm is a substitute that is made when it is first asked for, and its cost.
type kinkForm struct {
	degree int
	make   func() (substitute, error)
	cost   func() fitCost
}

// absForms are the forms of functions that do not jump.
var absForms = func() (out []*kinkForm) {
	for _, d := range absDegrees {
		out = append(out, &kinkForm{
			degree: d,
			make: sync.OnceValues(func() (substitute, error) {
				abs, off := approx.Abs(d)
				return substitute{abs: abs, off: off}, nil
			}),
			cost: sync.OnceValue(func() fitCost {
				products, depth := packing.PolyProducts(everySecond(0, d))
				return fitCost{depth, products}
			}),
		})
	}
	return out
}()

// jumpForms are those of functions that do.
var jumpForms = func() (out []*kinkForm) {
	for _, chain := range signChains {
		out = append(out, &kinkForm{
			degree: totalDegree(chain),
			make: sync.OnceValues(func() (substitute, error) {
				c, err := approx.NewComposite(chain)
				return substitute{signs: c.Stages, off: c.Abs}, err
			}),
			cost: sync.OnceValue(func() fitCost {
				total := fitCost{1, 1} // u·sgn(u)
				for _, d := range chain {
					products, depth := packing.PolyProducts(everySecond(1, d))
					total.depth, total.products = total.depth+depth, total.products+products
				}
				return total
			}),
		})
	}
	return out
}()

// totalDegree is that of u·sgn(u).
func totalDegree(chain []int) int {
	d := 1
	for _, k := range chain {
		d *= k
	}
	return d + 1
}

// everySecond marks the terms from first to last.
func everySecond(first, last int) []bool {
	terms := make([]bool, last+1)
	for k := first; k <= last; k += 2 {
		terms[k] = true
	}
	return terms
}

// kinkLayer is what a node with a function of straight pieces becomes. For each kink of an element
// in its interval there is u = (x - at)/half, which lies in [-1, 1]; an element without a kink has one u for its line.
type kinkLayer struct {
	by     substitute
	before *tensor.Map // all u from x
	pieces []bends     // of each element
	first  []int       // of an element's u
	halves []float64   // of each u
	shifts []float64   // of each u: x = half·u + shift
	err    []float64   // bound of how far an element is off
	jumps  bool        // some element jumps
	bent   bool        // some element has a kink
}

// newKinkLayer takes one interval for all elements or one for each.
func newKinkLayer(n *tensor.Node, kinks *kinkForm, v interval) (*kinkLayer, error) {
	by, err := kinks.make()
	if err != nil {
		return nil, err
	}
	l := &kinkLayer{by: by}
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

func (l *kinkLayer) element(b *tensor.MapBuilder, i int, whole bends, lo, hi float64) {
	p := whole.within(lo, hi)
	l.pieces, l.first = append(l.pieces, p), append(l.first, len(l.halves))
	off, size := 0.0, max(math.Abs(p.eval(lo)), math.Abs(p.eval(hi)))
	for k, at := range p.at {
		half := max(at-lo, hi-at)
		l.add(b, i, at, half)
		off += math.Abs(p.bend[k])*half*l.by.off + 2*math.Abs(p.jump[k])
		l.jumps, l.bent = l.jumps || p.jump[k] != 0, true
	}
	if len(p.at) == 0 {
		l.add(b, i, (lo+hi)/2, (hi-lo)/2)
	}
	l.err = append(l.err, off+sameSlope*(1+size))
}

func (l *kinkLayer) add(b *tensor.MapBuilder, i int, shift, half float64) {
	b.Add(i, 1/half)
	b.EndRow(-shift / half)
	l.halves, l.shifts = append(l.halves, half), append(l.shifts, shift)
}

// emit adds the layer's nodes.
func (l *kinkLayer) emit(g *tensor.Graph, n *tensor.Node, x *tensor.Node) *tensor.Node {
	u := affineOn(g, n.Pos, l.before, x)
	lines, bent, jumps := l.after()
	maps, in := []*tensor.Map{lines}, []*tensor.Node{u}
	if l.bent {
		abs, sign := l.by.emit(g, n, u)
		maps, in = append(maps, bent), append(in, abs)
		if l.jumps {
			maps, in = append(maps, jumps), append(in, sign)
		}
	}
	return g.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, in...)
}

// emit adds what stands for |u|, and for sgn(u) if that is made first.
func (s *substitute) emit(g *tensor.Graph, n, u *tensor.Node) (abs, sign *tensor.Node) {
	poly := func(of string, coeffs []float64, err float64, x *tensor.Node) *tensor.Node {
		return g.MustAdd(n.Pos, tensor.Poly{Of: of + " of " + n.Op.(tensor.Func).Fn, Coeffs: [][]float64{coeffs},
			Lo: []float64{-1}, Hi: []float64{1}, Err: []float64{err}}, x)
	}
	if s.abs != nil {
		return poly("kink", s.abs, s.off, u), nil
	}
	sign = u
	for _, p := range s.signs {
		sign = poly("sign", p, 1, sign) // off by 1 at 0
	}
	return g.MustAdd(n.Pos, tensor.Mul{}, u, sign), sign
}

// after gives the maps that put an element together from its u, u·v and v.
func (l *kinkLayer) after() (lines, bent, jumps *tensor.Map) {
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
func (l *kinkLayer) enclosure(fn tensor.Func, in *enclosure, first int) *enclosure {
	n := len(in.lo)
	ranges := newInterval(n)
	lines, gaps := make([]line, n), make([]line, n)
	for i, p := range l.pieces {
		lo, hi := in.lo[i], in.hi[i]
		least, most := fn.Scalar(i).Range(lo, hi)
		ranges.set(i, span.Span{Lo: least, Hi: most}.Add(span.Around(0, l.err[i])))
		lines[i], gaps[i] = p.chord(lo, hi), exactGap(fn.Scalar(i), in, i)
		lines[i].off = span.Up(lines[i].off + l.err[i] + span.Roundoff(8*(1+len(p.at)), p.size(lo, hi)))
		gaps[i].off = span.Up(gaps[i].off + l.err[i])
	}
	out := &enclosure{values: in.values.along(lines, first), gap: in.gap.along(gaps, first)}
	out.interval = ranges.meet(out.values.hull())
	return out
}
