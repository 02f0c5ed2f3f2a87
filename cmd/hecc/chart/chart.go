// Package chart draws charts as SVG for pages that are read on light and dark grounds, on phones and on paper: gonum
// draws them, in colours that a style sheet sets.
package chart

import (
	"fmt"
	"html"
	"html/template"
	"image/color"
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours stand for those of the style sheet, which selects them by fill and stroke.
var (
	Ink    = color.RGBA{0x11, 0x11, 0x01, 0xff} // #111101
	Muted  = color.RGBA{0x11, 0x11, 0x02, 0xff}
	Grid   = color.RGBA{0x11, 0x11, 0x03, 0xff}
	First  = color.RGBA{0x11, 0x11, 0x11, 0xff}
	Second = color.RGBA{0x11, 0x11, 0x12, 0xff}
	Third  = color.RGBA{0x11, 0x11, 0x13, 0xff}
	Alert  = color.RGBA{0x11, 0x11, 0x14, 0xff}
)

// Size is that of a drawing, in points; Font is the size of its text.
type Size struct {
	Class         string
	Width, Height float64
	Font          float64
}

// The sizes of one chart: on wide and narrow screens, and as one of several side by side.
var (
	Wide   = Size{"wide", 720, 250, 9.5}
	Narrow = Size{"narrow", 340, 230, 10.5}
	Small  = Size{"small", 330, 200, 10.5}
)

// Chart is what all drawings of one chart share.
type Chart struct {
	Title string
	Text  string // what a reader who does not see it should know
	X, Y  string // labels of the axes, with units
	LogX  bool
	LogY  bool
	XMin  float64 // of the axes, if XMin < XMax
	XMax  float64
	YMin  float64
	YMax  float64
	Ticks []plot.Tick // of x; nil: gonum's
	Bands []Band
	Plots []plot.Plotter
}

// Band is a part of the x axis that belongs to something that can be selected.
type Band struct {
	Of       int
	From, To float64
}

// Drawings are SVG elements of the given sizes, of which the style sheet shows the one that fits.
func (c *Chart) Drawings(sizes ...Size) template.HTML {
	var b strings.Builder
	for _, s := range sizes {
		b.WriteString(c.draw(s))
	}
	return template.HTML(b.String())
}

func (c *Chart) draw(s Size) string {
	p := plot.New()
	p.BackgroundColor = nil
	c.axes(p, s)
	p.Add(grid())
	p.Add(c.Plots...)
	if c.XMin < c.XMax {
		p.X.Min, p.X.Max = c.XMin, c.XMax
	}
	if c.YMin < c.YMax {
		p.Y.Min, p.Y.Max = c.YMin, c.YMax
	}
	if c.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, powers{}
	}
	if c.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, powers{}
	}
	if c.Ticks != nil {
		p.X.Tick.Marker = plot.ConstantTicks(spaced(c.Ticks, p.X.Max-p.X.Min, s))
	}
	canvas := vgsvg.New(vg.Length(s.Width), vg.Length(s.Height))
	area := draw.Crop(draw.New(canvas), 2, -6, 2, -vg.Length(labelHeight*s.Font))
	p.Draw(area)
	var b strings.Builder
	_, _ = canvas.WriteTo(&b) // a strings.Builder takes all
	return c.element(s, b.String(), c.bands(p, area, s))
}

// labelHeight is the room for the label of the y axis, which lies above it and can be read without turning one's head,
// by the size of the text.
const labelHeight = 1.9

func (c *Chart) axes(p *plot.Plot, s Size) {
	face := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(s.Font)}
	p.X.Label.Text, p.X.Label.TextStyle.Font, p.X.Label.TextStyle.Color = c.X, face, Muted
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Tick.Label.Font, axis.Tick.Label.Color = face, Muted
		axis.LineStyle.Color, axis.Tick.LineStyle.Color = Muted, Muted
		axis.Label.Padding, axis.Padding = 3, 3
	}
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color = nil
	g.Horizontal = draw.LineStyle{Color: Grid, Width: 0.6}
	return g
}

// spaced leaves out labels that would stand in each other's way.
func spaced(ticks []plot.Tick, width float64, s Size) (out []plot.Tick) {
	end := math.Inf(-1)
	for _, t := range ticks {
		half := 0.32 * s.Font * float64(len(t.Label)+1) * width / s.Width
		if t.Label != "" && t.Value-half < end {
			t.Label = ""
		} else if t.Label != "" {
			end = t.Value + half
		}
		out = append(out, t)
	}
	return out
}

// bands are rectangles over the parts of the x axis.
func (c *Chart) bands(p *plot.Plot, area draw.Canvas, s Size) string {
	data := p.DataCanvas(area)
	x, y := p.Transforms(&data)
	top, bottom := float64(y(p.Y.Max)), float64(y(p.Y.Min))
	var b strings.Builder
	for _, band := range c.Bands {
		from, to := float64(x(band.From)), float64(x(band.To))
		fmt.Fprintf(&b, `<rect class="band" data-node="%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, band.Of, from, s.Height-top, to-from, top-bottom)
	}
	return b.String()
}

var (
	head   = regexp.MustCompile(`(?s)^.*?<svg[^>]*>`)
	styles = regexp.MustCompile(`\s+style="([^"]*)"`)
	gone   = regexp.MustCompile(`^(font-family|font-variant|font-weight|font-style)$`)
)

// element makes of gonum's document an element for a page without styles of its own.
func (c *Chart) element(s Size, svg, behind string) string {
	svg = head.ReplaceAllString(svg, "")
	svg = styles.ReplaceAllStringFunc(svg, func(style string) string {
		var b strings.Builder
		for _, part := range strings.Split(styles.FindStringSubmatch(style)[1], ";") {
			if name, value, ok := strings.Cut(part, ":"); ok && !gone.MatchString(name) {
				fmt.Fprintf(&b, ` %s="%s"`, name, strings.TrimSuffix(value, "px"))
			}
		}
		return b.String()
	})
	return fmt.Sprintf(`<svg class="chart %s" viewBox="0 0 %g %g" role="img"><title>%s</title><desc>%s</desc>%s<text x="2" y="%g" font-size="%g">%s</text>`,
		s.Class, s.Width, s.Height, html.EscapeString(c.Title), html.EscapeString(c.Text), behind, 1.1*s.Font, s.Font, html.EscapeString(c.Y)) + svg
}

// powers are ticks of a logarithmic axis: at powers of ten, or between them where there are few.
type powers struct{}

func (powers) Ticks(lo, hi float64) (ticks []plot.Tick) {
	from, to := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	every := max(1, (to-from)/6)
	for e := from; e <= to; e++ {
		for _, m := range []float64{1, 2, 5} {
			v := m * math.Pow(10, float64(e))
			label := ""
			if m == 1 && e%every == 0 || to-from <= 2 {
				label = Number(v)
			}
			if v >= lo && v <= hi && (label != "" || every == 1) {
				ticks = append(ticks, plot.Tick{Value: v, Label: label})
			}
		}
	}
	return ticks
}

// Number is a number on an axis.
func Number(v float64) string {
	if v != 0 && (math.Abs(v) < 1e-2 || math.Abs(v) >= 1e4) {
		return strings.Replace(fmt.Sprintf("%.0e", v), "e-0", "e-", 1)
	}
	return fmt.Sprintf("%g", v)
}
