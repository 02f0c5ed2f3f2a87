package piecewise

import (
	"fmt"
	"math"
	"sync"

	"hecc/ir/span"
	"hecc/ir/tensor"
	"hecc/passes/approx"
	"hecc/passes/bounds"
	"hecc/passes/lower"
	"hecc/passes/polyeval"
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

// approximant stands for |u|, or for sgn(u) and |u|, on [-1, 1].
type approximant struct {
	abs   []float64   // of |u|; nil: u times the sign
	signs [][]float64 // polynomials in a row
	off   float64     // bound of how far |u| is off
}

// Form is a substitute that is made when it is first asked for, and its cost.
type Form struct {
	Degree int
	make   func() (approximant, error)
	Cost   func() polyeval.Cost
}

// AbsForms are the forms of functions that do not jump.
var AbsForms = func() (out []*Form) {
	for _, d := range absDegrees {
		out = append(out, &Form{
			Degree: d,
			make: sync.OnceValues(func() (approximant, error) {
				abs, off := approx.Abs(d)
				return approximant{abs: abs, off: off}, nil
			}),
			Cost: sync.OnceValue(func() polyeval.Cost {
				return polyeval.Of(everySecond(0, d)).Cost
			}),
		})
	}
	return out
}()

// JumpForms are those of functions that do.
var JumpForms = func() (out []*Form) {
	for _, chain := range signChains {
		out = append(out, &Form{
			Degree: totalDegree(chain),
			make: sync.OnceValues(func() (approximant, error) {
				c, err := approx.NewComposite(chain)
				return approximant{signs: c.Stages, off: c.Abs}, err
			}),
			Cost: sync.OnceValue(func() polyeval.Cost {
				total := polyeval.Cost{Depth: 1, Products: 1} // u·sgn(u)
				for _, d := range chain {
					stage := polyeval.Of(everySecond(1, d))
					total.Depth, total.Products = total.Depth+stage.Depth, total.Products+stage.Products
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

// Layer is what a node with a function of straight pieces becomes. For each kink of an element
// in its interval there is u = (x - at)/half, which lies in [-1, 1]; an element without a kink has one u for its line.
type Layer struct {
	by     approximant
	before *tensor.Map // all u from x
	pieces []pieces    // of each element
	first  []int       // of an element's u
	halves []float64   // of each u
	shifts []float64   // of each u: x = half·u + shift
	err    []float64   // bound of how far an element is off
	jumps  bool        // some element jumps
	bent   bool        // some element has a kink
}

// NewLayer takes one interval for all elements or one for each.
func NewLayer(n *tensor.Node, kinks *Form, v bounds.Interval) (*Layer, error) {
	by, err := kinks.make()
	if err != nil {
		return nil, err
	}
	l := &Layer{by: by}
	fn := n.Op.(tensor.Func)
	b := tensor.NewMapBuilder(n.Size())
	var whole pieces
	for i := range n.Size() {
		if i == 0 || !fn.Uniform() {
			whole, _ = piecesOf(fn.Scalar(i)) // isStraight has looked
		}
		k := i % len(v.Lo)
		l.element(b, i, whole, v.Lo[k], v.Hi[k])
	}
	l.before = b.Map()
	if most := mostKinks * n.Size(); l.before.Rows > most {
		return nil, fmt.Errorf("%d kinks of %d elements are too many", l.before.Rows, n.Size())
	}
	return l, nil
}

// mostKinks is how many kinks the elements of a layer may have on average.
const mostKinks = 16

func (l *Layer) element(b *tensor.MapBuilder, i int, whole pieces, lo, hi float64) {
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

func (l *Layer) add(b *tensor.MapBuilder, i int, shift, half float64) {
	b.Add(i, 1/half)
	b.EndRow(-shift / half)
	l.halves, l.shifts = append(l.halves, half), append(l.shifts, shift)
}

// Emit adds the layer's nodes.
func (l *Layer) Emit(g *tensor.Graph, n *tensor.Node, x *tensor.Node) *tensor.Node {
	u := lower.AffineOn(g, n.Pos, l.before, x)
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
func (s *approximant) emit(g *tensor.Graph, n, u *tensor.Node) (abs, sign *tensor.Node) {
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
func (l *Layer) after() (lines, bent, jumps *tensor.Map) {
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

// Enclosure bounds the layer on the ranges of its arguments. Of straight pieces the ends are the extremes.
func (l *Layer) Enclosure(fn tensor.Func, in *bounds.Enclosure, first int) *bounds.Enclosure {
	n := len(in.Lo)
	ranges := bounds.NewInterval(n)
	lines, gaps := make([]bounds.Line, n), make([]bounds.Line, n)
	for i, p := range l.pieces {
		lo, hi := in.Lo[i], in.Hi[i]
		least, most := fn.Scalar(i).Range(lo, hi)
		ranges.Set(i, span.Span{Lo: least, Hi: most}.Add(span.Around(0, l.err[i])))
		lines[i], gaps[i] = p.chord(lo, hi), bounds.ExactGap(fn.Scalar(i), in, i)
		lines[i].Off = span.Up(lines[i].Off + l.err[i] + span.Roundoff(8*(1+len(p.at)), p.size(lo, hi)))
		gaps[i].Off = span.Up(gaps[i].Off + l.err[i])
	}
	out := &bounds.Enclosure{Values: in.Values.Along(lines, first), Gap: in.Gap.Along(gaps, first)}
	out.Interval = ranges.Meet(out.Values.Hull())
	return out
}
