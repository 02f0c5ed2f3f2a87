package page

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"gonum.org/v1/plot"

	"hecc/cmd/hecc/chart"
)

// traceView is what a traced run has measured.
type traceView struct {
	*Trace
	Chart template.HTML
	Rows  []traceRow
}

type traceRow struct {
	TraceRow
	Index  int
	Number int // of the node; 0: the input
	Shares string
	Marks  []string
}

// MeasuredValue is the noise, where there is one.
func (r traceRow) MeasuredValue() float64 { return *r.Measured }

// marks says what a flag means.
var marks = map[string]string{
	"noise":    "noise above its prediction",
	"overflow": "larger than its modulus holds",
	"interval": "arguments outside their interval",
	"time":     "slower than predicted, beside the others",
}

func traceOf(r *Report) *traceView {
	if r.Trace == nil {
		return nil
	}
	v := &traceView{Trace: r.Trace}
	var x, predicted, measured []float64
	for k, row := range r.Trace.Layers {
		t := traceRow{TraceRow: row, Index: k, Shares: sharesText(row.Terms)}
		for _, n := range r.Detail.Nodes {
			if len(n.Planned) > 0 && n.Op == row.Op && (n.Name == row.Source || n.Name == "" && row.Source == fmt.Sprintf("node %d", n.Node)) {
				t.Number = n.Number
			}
		}
		for _, f := range row.Flags {
			t.Marks = append(t.Marks, marks[f])
		}
		v.Rows = append(v.Rows, t)
	}
	for _, row := range r.Trace.Operations {
		if row.Measured != nil {
			x = append(x, float64(row.ID)+0.5)
			predicted, measured = append(predicted, positive(row.Predicted)), append(measured, positive(*row.Measured))
		}
	}
	if len(x) > 1 {
		c := alongCircuit(r)
		c.Title, c.Y, c.LogY = "Noise after each operation, measured and predicted", "standard deviation", true
		c.Text = fmt.Sprintf("%d operations were decrypted; of %d the noise is outside its prediction. The table has the figures of each layer.", r.Trace.Traced, len(r.Trace.Outside))
		c.YMin, c.YMax = spread(slices.Concat(predicted, measured))
		c.Plots = []plot.Plotter{chart.Line(x, predicted, chart.First, 1.6), chart.Points(x, measured, chart.Second, 2.6)}
		v.Chart = c.Drawings(chart.Wide, chart.Narrow)
	}
	return v
}

// sharesText lists the shares of terms in the variance, down to a percent.
func sharesText(terms map[string]float64) string {
	total := 0.0
	for _, x := range terms {
		total += x * x
	}
	type share struct {
		name string
		of   float64
	}
	var list []share
	for name, x := range terms {
		if total > 0 && x*x/total >= 0.01 {
			list = append(list, share{name, x * x / total})
		}
	}
	slices.SortFunc(list, func(a, b share) int {
		if a.of != b.of {
			return int(1e9 * (b.of - a.of))
		}
		return strings.Compare(a.name, b.name)
	})
	var parts []string
	for _, s := range list {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", s.name, 100*s.of))
	}
	return strings.Join(parts, ", ")
}
