package chart

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line joins points; those that are no numbers are left out. A dashed line also reads without colours.
func Line(x, y []float64, c color.Color, width float64, dashes ...float64) *plotter.Line {
	l := &plotter.Line{XYs: points(x, y), LineStyle: draw.LineStyle{Color: c, Width: vg.Length(width)}}
	for _, d := range dashes {
		l.LineStyle.Dashes = append(l.LineStyle.Dashes, vg.Length(d))
	}
	return l
}

// Steps is a line that keeps each value up to the next point.
func Steps(x, y []float64, c color.Color, width float64, dashes ...float64) *plotter.Line {
	l := Line(x, y, c, width, dashes...)
	l.StepStyle = plotter.PostStep
	return l
}

// Across is a horizontal line.
func Across(from, to, y float64, c color.Color) *plotter.Line {
	return Line([]float64{from, to}, []float64{y, y}, c, 1.4, 6, 3)
}

// Points are dots.
func Points(x, y []float64, c color.Color, radius float64) *plotter.Scatter {
	return &plotter.Scatter{XYs: points(x, y), GlyphStyle: draw.GlyphStyle{Color: c, Radius: vg.Length(radius), Shape: draw.CircleGlyph{}}}
}

// Bars is a histogram of equal bins.
func Bars(lo, hi float64, counts []int, c color.Color) *plotter.Histogram {
	h := &plotter.Histogram{FillColor: c, Width: (hi - lo) / float64(len(counts))}
	for k, n := range counts {
		from := lo + float64(k)*h.Width
		h.Bins = append(h.Bins, plotter.HistogramBin{Min: from, Max: from + h.Width, Weight: float64(n)})
	}
	return h
}

func points(x, y []float64) (out plotter.XYs) {
	for k := range x {
		if ok := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }; ok(x[k]) && ok(y[k]) {
			out = append(out, plotter.XY{X: x[k], Y: y[k]})
		}
	}
	return out
}
