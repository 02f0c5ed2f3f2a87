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

// A piecewise linear function is the sum of an affine function, of |u| at each of its kinks, and of sgn(u) at
// each of its jumps. The best polynomial of degree d for |u| on [-1, 1] has an error of about 0.28/d, so high
// degrees are needed. But it is even and the same for every kink, so its coefficients are scalars, and
// products with them cost next to nothing. A sign is a composite of polynomials, whose degree is the product
// of their degrees, and |u| is then u·sgn(u).

var (
	absDegrees = []int{94, 120, 190, 248, 382, 496, 766, 1008, 1534, 2016, 4064, 8128}

	// signChains are the degrees of up to three polynomials that are composed, ascending by depth, each as
	// high as its own depth allows.
	signChains = [][]int{{13, 13}, {13, 27}, {27, 27}, {5, 13, 27}, {7, 13, 27}, {13, 13, 27}, {13, 27, 27}}
)

// approximant has the polynomials for |u| on [-1, 1], or for sgn(u) and |u|.
type approximant struct {
	abs      []float64   // of |u|; nil: |u| is u times the sign
	signs    [][]float64 // of sgn(u): polynomials to apply one after the other
	absError float64     // bound of the error of |u|
}

// Approximation is an approximant, which is computed when it is first needed, and its cost.
type Approximation struct {
	Degree      int
	polynomials func() (approximant, error)
	Cost        func() polyeval.Cost
}

// AbsApproximations are those of functions without jumps, by ascending degree.
var AbsApproximations = func() (out []*Approximation) {
	for _, d := range absDegrees {
		out = append(out, &Approximation{
			Degree: d,
			polynomials: sync.OnceValues(func() (approximant, error) {
				abs, off := approx.Abs(d)
				return approximant{abs: abs, absError: off}, nil
			}),
			Cost: sync.OnceValue(func() polyeval.Cost {
				return polyeval.Of(everySecondTerm(0, d)).Cost
			}),
		})
	}
	return out
}()

// SignApproximations are those of functions with jumps, by ascending depth.
var SignApproximations = func() (out []*Approximation) {
	for _, chain := range signChains {
		out = append(out, &Approximation{
			Degree: totalDegree(chain),
			polynomials: sync.OnceValues(func() (approximant, error) {
				c, err := approx.NewComposite(chain)
				return approximant{signs: c.Stages, absError: c.Abs}, err
			}),
			Cost: sync.OnceValue(func() polyeval.Cost {
				total := polyeval.Cost{Depth: 1, Products: 1} // u·sgn(u)
				for _, d := range chain {
					stage := polyeval.Of(everySecondTerm(1, d))
					total.Depth, total.Products = total.Depth+stage.Depth, total.Products+stage.Products
				}
				return total
			}),
		})
	}
	return out
}()

// totalDegree is the degree of u·sgn(u).
func totalDegree(chain []int) int {
	d := 1
	for _, k := range chain {
		d *= k
	}
	return d + 1
}

// everySecondTerm marks every second term from first to last.
func everySecondTerm(first, last int) []bool {
	terms := make([]bool, last+1)
	for k := first; k <= last; k += 2 {
		terms[k] = true
	}
	return terms
}

// Layer is what a node with a piecewise linear function becomes. Each kink of an element inside its interval
// has a u = (x - kink)/halfWidth in [-1, 1]; an element without kinks has one u for its affine function.
type Layer struct {
	approximant approximant
	before      *tensor.Map       // all u from x
	functions   []piecewiseLinear // of each element, on its interval
	firstUnit   []int             // index of an element's first u
	halfWidths  []float64         // of each u
	centers     []float64         // of each u: x = halfWidth·u + center
	errors      []float64         // bound of each element's error
	hasJumps    bool              // some element jumps
	hasKinks    bool              // some element has a kink
}

// NewLayer replaces the function of n by an approximation on intervals, one for all elements or one for each.
func NewLayer(n *tensor.Node, approximation *Approximation, v bounds.Interval) (*Layer, error) {
	approximant, err := approximation.polynomials()
	if err != nil {
		return nil, err
	}
	l := &Layer{approximant: approximant}
	fn := n.Op.(tensor.Func)
	b := tensor.NewMapBuilder(n.Size())
	var whole piecewiseLinear
	for i := range n.Size() {
		if i == 0 || !fn.Uniform() {
			whole, _ = piecewiseLinearOf(fn.Scalar(i)) // IsPiecewiseLinear has checked it
		}
		k := i % len(v.Lo)
		l.element(b, i, whole, v.Lo[k], v.Hi[k])
	}
	l.before = b.Map()
	if maxKinks := maxKinksPerElement * n.Size(); l.before.Rows > maxKinks {
		return nil, fmt.Errorf("%d kinks of %d elements are too many", l.before.Rows, n.Size())
	}
	return l, nil
}

// maxKinksPerElement bounds the kinks of a layer's elements, on average.
const maxKinksPerElement = 16

func (l *Layer) element(b *tensor.MapBuilder, i int, whole piecewiseLinear, lo, hi float64) {
	p := whole.within(lo, hi)
	l.functions, l.firstUnit = append(l.functions, p), append(l.firstUnit, len(l.halfWidths))
	bound, size := 0.0, max(math.Abs(p.eval(lo)), math.Abs(p.eval(hi)))
	for k, at := range p.kinks {
		halfWidth := max(at-lo, hi-at)
		l.add(b, i, at, halfWidth)
		bound += math.Abs(p.absCoeffs[k])*halfWidth*l.approximant.absError + 2*math.Abs(p.signCoeffs[k])
		l.hasJumps, l.hasKinks = l.hasJumps || p.signCoeffs[k] != 0, true
	}
	if len(p.kinks) == 0 {
		l.add(b, i, (lo+hi)/2, (hi-lo)/2)
	}
	l.errors = append(l.errors, bound+slopeTolerance*(1+size))
}

func (l *Layer) add(b *tensor.MapBuilder, i int, center, halfWidth float64) {
	b.Add(i, 1/halfWidth)
	b.EndRow(-center / halfWidth)
	l.halfWidths, l.centers = append(l.halfWidths, halfWidth), append(l.centers, center)
}

// Emit adds the layer's nodes to g, with x as the argument.
func (l *Layer) Emit(g *tensor.Graph, n *tensor.Node, x *tensor.Node) *tensor.Node {
	u := lower.AffineOn(g, n.Pos, l.before, x)
	linear, absMap, signMap := l.outputMaps()
	maps, in := []*tensor.Map{linear}, []*tensor.Node{u}
	if l.hasKinks {
		abs, sign := l.approximant.emit(g, n, u)
		maps, in = append(maps, absMap), append(in, abs)
		if l.hasJumps {
			maps, in = append(maps, signMap), append(in, sign)
		}
	}
	return g.MustAdd(n.Pos, tensor.Affine{Shape: n.Shape, Maps: maps}, in...)
}

// emit adds the polynomials for |u|, and for sgn(u) if |u| is computed from it.
func (s *approximant) emit(g *tensor.Graph, n, u *tensor.Node) (abs, sign *tensor.Node) {
	poly := func(of string, coeffs []float64, err float64, x *tensor.Node) *tensor.Node {
		return g.MustAdd(n.Pos, tensor.Poly{Of: of + " of " + n.Op.(tensor.Func).Fn, Coeffs: [][]float64{coeffs},
			Lo: []float64{-1}, Hi: []float64{1}, Err: []float64{err}}, x)
	}
	if s.abs != nil {
		return poly("kink", s.abs, s.absError, u), nil
	}
	sign = u
	for _, p := range s.signs {
		sign = poly("sign", p, 1, sign) // the error at the jump
	}
	return g.MustAdd(n.Pos, tensor.Mul{}, u, sign), sign
}

// outputMaps gives the maps that make an element from its u, from |u| and from sgn(u).
func (l *Layer) outputMaps() (linear, abs, sign *tensor.Map) {
	a, b, c := tensor.NewMapBuilder(len(l.halfWidths)), tensor.NewMapBuilder(len(l.halfWidths)), tensor.NewMapBuilder(len(l.halfWidths))
	for i, p := range l.functions {
		u := l.firstUnit[i]
		a.Add(u, p.slope*l.halfWidths[u])
		a.EndRow(p.offset + p.slope*l.centers[u])
		for k := range p.kinks {
			b.Add(u+k, p.absCoeffs[k]*l.halfWidths[u+k])
			c.Add(u+k, p.signCoeffs[k])
		}
		b.EndRow(0)
		c.EndRow(0)
	}
	return a.Map(), b.Map(), c.Map()
}

// Enclosure bounds the layer on the ranges of its arguments. A piecewise linear function has its extremes at
// kinks and ends. first is the number of the layer's first ε.
func (l *Layer) Enclosure(fn tensor.Func, in *bounds.Enclosure, first int) *bounds.Enclosure {
	n := len(in.Lo)
	ranges := bounds.NewInterval(n)
	affine, errors := make([]bounds.AffineBound, n), make([]bounds.AffineBound, n)
	for i, p := range l.functions {
		lo, hi := in.Lo[i], in.Hi[i]
		least, most := fn.Scalar(i).Range(lo, hi)
		ranges.Set(i, span.Span{Lo: least, Hi: most}.Add(span.Around(0, l.errors[i])))
		affine[i], errors[i] = p.chord(lo, hi), bounds.PropagatedError(fn.Scalar(i), in, i)
		affine[i].Error = span.Up(affine[i].Error + l.errors[i] + span.Roundoff(8*(1+len(p.kinks)), p.magnitude(lo, hi)))
		errors[i].Error = span.Up(errors[i].Error + l.errors[i])
	}
	out := &bounds.Enclosure{Values: in.Values.Apply(affine, first), Error: in.Error.Apply(errors, first)}
	out.Interval = ranges.Meet(out.Values.Hull())
	return out
}
