package page

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"hecc/cmd/hecc/chart"
	"hecc/cmd/hecc/detail"
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

// noiseView is the noise along the circuit and at its end.
type noiseView struct {
	Chart template.HTML
	Asked bool // there is a line for what was asked for
	Part  bool // and one for the share of noise
	Terms []term
	At    detail.Operation // the output
}

type term struct {
	Name      string
	Deviation float64
	Share     float64 // of the variance
}

// noiseOf is nil where noise was not predicted.
func noiseOf(r *Report) *noiseView {
	ops := r.Detail.Operations
	if r.Detail.NoiseOf == "" {
		return nil
	}
	var x, value, noise, largest []float64
	least, most := r.PredictedError, r.PredictedError
	for k, o := range ops {
		if o.Noise == nil {
			continue
		}
		x = append(x, float64(k))
		value, noise, largest = append(value, positive(o.Noise.Magnitude)), append(noise, positive(o.Noise.Deviation)), append(largest, positive(o.Noise.Largest))
		for _, v := range []float64{o.Noise.Magnitude, o.Noise.Deviation} {
			if v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	x, value, noise, largest = append(x, float64(len(ops))), again(value), again(noise), again(largest)
	c := alongCircuit(r)
	c.Title, c.Y, c.LogY = "Largest value and noise after each operation", "size, in units of the values", true
	c.YMin, c.YMax = least/2, most*2
	line, said := r.PredictedError, "promised"
	if a := r.Detail.Budget.Asked; a != nil {
		line, said = *a, "asked for"
		c.YMin = min(c.YMin, line/2)
	}
	c.Plots = []plot.Plotter{chart.Across(0, float64(len(ops)), line, chart.Alert), chart.Steps(x, value, chart.Second, 1.6),
		chart.Steps(x, largest, chart.First, 1, 2, 2), chart.Steps(x, noise, chart.First, 2)}
	end := ops[len(ops)-1]
	share := r.Detail.Budget.Noise
	v := &noiseView{Asked: r.Detail.Budget.Asked != nil, Part: share > 0 && share < line, At: end}
	if v.Part {
		c.Plots = append(c.Plots, chart.Across(0, float64(len(ops)), share, chart.Third))
	}
	if end.Noise != nil {
		c.Text = fmt.Sprintf("At the output the largest value is %s and the noise has a deviation of %s; the error %s is %s.", number(end.Noise.Magnitude), number(end.Noise.Deviation), said, number(line))
		v.Terms = termsOf(end.Noise)
	}
	v.Chart = c.Drawings(chart.Wide, chart.Narrow)
	return v
}

// again repeats the last number, so that the last step has a width.
func again(x []float64) []float64 { return append(x, x[len(x)-1]) }

// positive leaves out what a logarithmic axis has no place for.
func positive(x float64) float64 {
	if x > 0 && x < math.MaxFloat64 {
		return x
	}
	return math.NaN()
}

func termsOf(n *detail.Noise) (out []term) {
	total := 0.0
	for _, x := range n.Terms {
		total += x * x
	}
	for name, x := range n.Terms {
		if x > 0 {
			out = append(out, term{string(name), x, x * x / total})
		}
	}
	slices.SortFunc(out, func(a, b term) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name, b.Name)) })
	return out
}
