package page

import (
	"fmt"
	"html/template"

	"gonum.org/v1/plot"

	"hecc/cmd/hecc/chart"
)

// alongCircuit is a chart whose x axis counts operations, with the nodes that they belong to.
func alongCircuit(r *Report) *chart.Chart {
	ops := r.Detail.Operations
	c := &chart.Chart{X: "operations in their order; the numbers are nodes of the model", XMin: 0, XMax: float64(len(ops)), Ticks: []plot.Tick{}}
	for from := 0; from < len(ops); {
		to := from
		for to < len(ops) && ops[to].Node == ops[from].Node {
			to++
		}
		label := "in"
		if ops[from].Node > 0 {
			label = fmt.Sprint(ops[from].Node)
		}
		c.Ticks = append(c.Ticks, plot.Tick{Value: float64(from+to) / 2, Label: label})
		c.Bands = append(c.Bands, chart.Band{Of: ops[from].Node, From: float64(from), To: float64(to)})
		from = to
	}
	return c
}

// staircase draws the level of each operation.
func staircase(r *Report) template.HTML {
	ops := r.Detail.Operations
	x, y := make([]float64, len(ops)+1), make([]float64, len(ops)+1)
	for k, o := range ops {
		x[k], y[k] = float64(k), float64(o.Level)
	}
	x[len(ops)], y[len(ops)] = float64(len(ops)), float64(ops[len(ops)-1].Level)
	c := alongCircuit(r)
	c.Title, c.Y = "Level after each operation", "level"
	c.Text = fmt.Sprintf("From level %d at the input to level %d at the output, over %d operations; the table of the graph has the levels of each node.", ops[0].Level, ops[len(ops)-1].Level, len(ops))
	c.YMin, c.YMax = 0, max(1, float64(r.Levels))+0.15
	c.Plots = []plot.Plotter{chart.Steps(x, y, chart.First, 2)}
	return c.Drawings(chart.Wide, chart.Narrow)
}
