package detail

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

// Function is a nonlinearity of the model and what stands for it.
type Function struct {
	Of        string   `json:"of"`          // the function, or a product, which is exact
	Node      int      `json:"node"`        // by number; 0: not known
	Source    string   `json:"source"`      // the node
	Degree    int      `json:"degree"`      // of the highest polynomial
	Exact     bool     `json:"exact"`       // exact outside its intervals too
	Intervals int      `json:"intervals"`   // polynomials: one for each element, or one for all
	Lo        float64  `json:"lo"`          // of all intervals
	Hi        float64  `json:"hi"`          // upper end of it
	Err       float64  `json:"err"`         // largest of all
	Typical   float64  `json:"err_typical"` // their median
	Curves    []Curve  `json:"curves"`      // of some of its polynomials
	LargestT  *float64 `json:"largest_t"`   // how far arguments go in their intervals: 1 is the end; null: no samples
	Samples   int      `json:"samples"`     // that the histograms come from
}

// Curve is the polynomial of one element, or of all.
type Curve struct {
	Element    int       `json:"element"`   // -1: all have the same
	Why        string    `json:"why"`       // why it is shown: largest error, median error, or the only one
	Lo         float64   `json:"lo"`        // lower end of the interval
	Hi         float64   `json:"hi"`        // upper end of it
	Err        float64   `json:"err"`       // largest distance of the two
	X          []float64 `json:"x"`         // points of the interval
	F          []float64 `json:"f"`         // the function there; empty: not known
	P          []float64 `json:"p"`         // the polynomial there; empty: not known
	Histogram  []int     `json:"histogram"` // of arguments: equal bins from bins_lo to bins_hi; empty: no samples
	BinsLo     float64   `json:"bins_lo"`   // where the histogram begins
	BinsHi     float64   `json:"bins_hi"`   // where it ends
	activation *plan.Activation
	element    int
	graph      *tensor.Graph
}

const (
	curvePoints = 129
	bins        = 40
	mostSamples = 1000 // for histograms
)

// addFunctions lists the functions with curves, and histograms where there are samples.
func (d *Detail) addFunctions(ctx context.Context, s *Source) error {
	d.Functions = []Function{}
	p, next := s.Plan, 0
	for k := range p.Fit.Activations {
		d.Functions = append(d.Functions, d.function(s, &p.Fit.Activations[k], p.Polynomial, &next))
	}
	for k := range p.Fit.Lines {
		d.Functions = append(d.Functions, d.function(s, &p.Fit.Lines[k], p.Imported, &next))
	}
	inexact := slices.ContainsFunc(d.Functions, func(f Function) bool { return !f.Exact })
	if s.Fitted == nil && inexact {
		d.miss("functions", "a plan keeps no polynomials of degree 4 and less as they were fitted, since they are multiplied into the maps around them: inspect the model instead, with the options that it was compiled with")
	}
	if len(d.Functions) == 0 {
		return nil
	}
	if len(s.Samples) == 0 {
		d.miss("histograms", "they take samples, which a plan does not keep: inspect the model with --calibrate, or use verify --trace --html with --data")
		return nil
	}
	return d.addHistograms(ctx, s)
}

func (d *Detail) function(s *Source, a *plan.Activation, g *tensor.Graph, next *int) Function {
	f := Function{Of: a.Of, Degree: a.Degree, Exact: a.Exact(), Intervals: len(a.Lo), Curves: []Curve{},
		Lo: slices.Min(a.Lo), Hi: slices.Max(a.Hi), Err: slices.Max(a.Err), Typical: median(a.Err)}
	arguments := g.Nodes[a.Node]
	f.Source = sourceOf(arguments)
	var fitted *passes.Fitted
	if !f.Exact {
		fitted = s.fitted(a, next)
	}
	pos := arguments.Pos
	if fitted != nil {
		pos = fitted.Pos
	}
	for _, n := range d.Nodes {
		if n.Node == pos.Node && n.Name == pos.Name && n.Op == pos.Op {
			f.Node = n.Number
		}
	}
	if f.Exact {
		return f
	}
	shown := shownElements(a)
	for k, element := range shown {
		c := Curve{Element: element, Why: reasons[len(shown)-1][k], Lo: a.Lo[element], Hi: a.Hi[element], Err: a.Err[element],
			X: []float64{}, F: []float64{}, P: []float64{}, Histogram: []int{}, activation: a, element: element, graph: g}
		if len(a.Lo) == 1 {
			c.Element = -1
		}
		c.draw(a, fitted)
		f.Curves = append(f.Curves, c)
	}
	return f
}

// reasons are those of one curve and of two.
var reasons = [][]string{{"the only one"}, {"largest error", "median error"}}

// shownElements are the polynomial with the largest error and the one with the median error.
func shownElements(a *plan.Activation) []int {
	order := make([]int, len(a.Err))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a.Err[j], a.Err[i]) })
	if len(order) == 1 {
		return order
	}
	return []int{order[0], order[len(order)/2]}
}

// fitted finds the polynomials of an activation, which come in the same order.
func (s *Source) fitted(a *plan.Activation, next *int) *passes.Fitted {
	for k := *next; k < len(s.Fitted); k++ {
		if p := &s.Fitted[k].Poly; p.Of == a.Of && slices.Equal(p.Lo, a.Lo) && slices.Equal(p.Hi, a.Hi) {
			*next = k + 1
			return &s.Fitted[k]
		}
	}
	return nil
}

// draw computes the curves of function and polynomial, where they are known.
func (c *Curve) draw(a *plan.Activation, fitted *passes.Fitted) {
	f, known := tensor.Funcs[a.Of]
	if fitted != nil {
		f, known = fitted.Func.Scalar(c.element), fitted.Func.Fn != ""
	}
	for k := range curvePoints {
		t := 2*float64(k)/(curvePoints-1) - 1
		x := c.Lo + (t+1)/2*(c.Hi-c.Lo)
		c.X = append(c.X, x)
		if known && f.InDomain(x) {
			c.F = append(c.F, f.Eval(x))
		}
		if fitted != nil {
			c.P = append(c.P, tensor.Clenshaw(fitted.Poly.Coeffs[c.element], t))
		}
	}
	if len(c.F) != len(c.X) || slices.ContainsFunc(c.F, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }) {
		c.F = []float64{}
	}
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}

// sourceOf names the node of the model that a value is of.
func sourceOf(n *tensor.Node) string {
	if in, ok := n.Op.(tensor.Input); ok {
		return in.Label
	}
	if n.Pos.Name != "" {
		return n.Pos.Name
	}
	return fmt.Sprintf("node %d", n.Pos.Node)
}
