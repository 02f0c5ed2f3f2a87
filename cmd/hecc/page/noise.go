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

// noiseShare is what the operations of a node add to the noise of the output.
type noiseShare struct {
	Number int // of the node; 0: the input
	Op     string
	Share  float64
	Most   string // the term that adds most
	terms  map[string]float64
}

// noiseShares adds up the shares that the planner has found, the largest first.
func noiseShares(d *detail.Detail) []noiseShare {
	by := map[int]*noiseShare{}
	for _, s := range d.Choice.Shares {
		n := d.Operations[s.Value].Node
		if by[n] == nil {
			by[n] = &noiseShare{Number: n, Op: "input", terms: map[string]float64{}}
			if n > 0 {
				by[n].Op = d.Nodes[n-1].Op
			}
		}
		by[n].Share += s.Share
		by[n].terms[s.Term] += s.Share
	}
	var out []noiseShare
	for _, s := range by {
		for term, x := range s.terms {
			if best := s.terms[s.Most]; x > best || x == best && term < s.Most {
				s.Most = term
			}
		}
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b noiseShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Number, b.Number))
	})
	return out
}
