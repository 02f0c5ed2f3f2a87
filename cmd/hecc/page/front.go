package page

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"gonum.org/v1/plot"

	"hecc/cmd/hecc/chart"
	"hecc/cmd/hecc/detail"
	"hecc/ir/plan"
)

// frontView is the front of cheaper and better plans.
type frontView struct {
	Chart    template.HTML
	Networks []network
}

type network struct {
	Network
	Index int
	Name  string
}

// AgreementValue is the share, where there is one.
func (n network) AgreementValue() float64 { return *n.Agreement }

// frontOf is nil where the front was not computed.
func frontOf(r *Report) *frontView {
	if r.Front == nil {
		return nil
	}
	v := &frontView{}
	var x, y, ownX, ownY []float64
	for k, n := range r.Front {
		v.Networks = append(v.Networks, network{n, k, degreesText(n.Degrees, n.Distilled)})
		if n.Refused != "" || n.RMS <= 0 {
			continue
		}
		x, y = append(x, n.PredictedMs), append(y, n.RMS)
		if n.Chosen {
			ownX, ownY = append(ownX, n.PredictedMs), append(ownY, n.RMS)
		}
	}
	if len(x) > 1 {
		c := chart.Chart{Title: "Error against time", X: "predicted time of a run, ms", Y: "root mean square error", LogX: true, LogY: true,
			Text: fmt.Sprintf("%d networks, each slower and better than the one before; the table has the figures.", len(x))}
		c.XMin, c.XMax = spread(x)
		c.YMin, c.YMax = spread(y)
		c.Plots = []plot.Plotter{chart.Line(x, y, chart.Muted, 1, 3, 3), chart.Points(x, y, chart.Second, 4), chart.Points(ownX, ownY, chart.First, 6)}
		v.Chart = c.Drawings(chart.Wide, chart.Narrow)
	}
	return v
}

// spread is the range of a logarithmic axis, with some room.
func spread(x []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo / 1.5, hi * 1.5
}

func degreesText(degrees []int, distilled bool) string {
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(degrees), " ", ", "), "[]")
	if distilled {
		text += ", distilled"
	}
	return text
}

// option is a network that the compiler saw and did not choose.
type option struct {
	plan.Option
	Kind string // cheaper or better
}

// othersOf lists them, with the error of the plan.
func othersOf(d *detail.Detail) (out []option, own float64) {
	for _, o := range d.Choice.Cheaper {
		out, own = append(out, option{o, "cheaper"}), o.OwnRMS
	}
	for _, o := range d.Choice.Better {
		out, own = append(out, option{o, "better"}), o.OwnRMS
	}
	return out, own
}
