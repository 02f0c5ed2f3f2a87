package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"hecc/cmd/hecc/chart"
	"hecc/cmd/hecc/detail"
)

// functionView is a function with the curves of some of its polynomials.
type functionView struct {
	detail.Function
	Index  int
	Curves []curveView
}

type curveView struct {
	detail.Curve
	Title                   string
	Shape, Error, Arguments template.HTML // "" where they are not known
}

func functionViews(r *Report) (out []functionView) {
	for k, f := range r.Detail.Functions {
		v := functionView{Function: f, Index: k}
		for _, c := range f.Curves {
			v.Curves = append(v.Curves, drawCurve(&f, c))
		}
		out = append(out, v)
	}
	return out
}

func drawCurve(f *detail.Function, c detail.Curve) curveView {
	v := curveView{Curve: c, Title: "one polynomial for all elements"}
	if c.Element >= 0 {
		v.Title = fmt.Sprintf("element %d, with the %s", c.Element, c.Why)
	}
	from, to := c.Lo, c.Hi
	if len(c.Histogram) > 0 {
		from, to = c.BinsLo, c.BinsHi
	}
	base := chart.Chart{X: "argument", XMin: from, XMax: to}
	if len(c.F)+len(c.P) > 0 {
		shape := base
		shape.Title, shape.Y = fmt.Sprintf("%s and its polynomial of degree %d", f.Of, f.Degree), "value"
		shape.Text = fmt.Sprintf("On the interval from %s to %s the polynomial is off by %s at most.", number(c.Lo), number(c.Hi), number(c.Err))
		if len(c.F) > 0 {
			shape.Plots = append(shape.Plots, chart.Line(c.X, c.F, chart.Second, 2.4))
		}
		if len(c.P) > 0 {
			shape.Plots = append(shape.Plots, chart.Line(c.X, c.P, chart.First, 1.6, 5, 2))
		}
		v.Shape = shape.Drawings(chart.Small)
	}
	if len(c.F) > 0 && len(c.P) > 0 {
		off := make([]float64, len(c.X))
		for k := range off {
			off[k] = c.P[k] - c.F[k]
		}
		wrong := base
		wrong.Title, wrong.Y = "Polynomial minus function", "error"
		most := slices.MaxFunc(off, func(a, b float64) int { return int(math.Copysign(1, math.Abs(a)-math.Abs(b))) })
		wrong.Text = fmt.Sprintf("The largest difference at the %d points that are drawn is %s.", len(off), number(math.Abs(most)))
		wrong.Plots = []plot.Plotter{chart.Line(c.X, off, chart.First, 1.6)}
		v.Error = wrong.Drawings(chart.Small)
	}
	if len(c.Histogram) > 0 {
		v.Arguments = drawHistogram(base, f, c)
	}
	return v
}

func drawHistogram(h chart.Chart, f *detail.Function, c detail.Curve) template.HTML {
	most := slices.Max(c.Histogram)
	h.Title, h.Y = "Arguments of the samples", "how many"
	h.Text = fmt.Sprintf("Arguments on %d samples, in %d bins from %s to %s; the interval goes from %s to %s.", f.Samples, len(c.Histogram), number(c.BinsLo), number(c.BinsHi), number(c.Lo), number(c.Hi))
	h.YMin, h.YMax = 0, 1.05*float64(most)
	end := func(x float64) plot.Plotter {
		return chart.Line([]float64{x, x}, []float64{0, 1.05 * float64(most)}, chart.Alert, 1.4, 6, 3)
	}
	h.Plots = []plot.Plotter{chart.Bars(c.BinsLo, c.BinsHi, c.Histogram, chart.Third), end(c.Lo), end(c.Hi)}
	return h.Drawings(chart.Small)
}
