package detail

import (
	"context"
	"math"

	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// addHistograms evaluates the graphs in clear on samples.
func (d *Detail) addHistograms(ctx context.Context, s *Source) error {
	k, err := codec.NewCodec(&s.Plan.Interface)
	if err != nil {
		return err
	}
	samples := s.Samples[:min(len(s.Samples), mostSamples)]
	polynomial, imported := tensor.NewEvaluator(s.Plan.Polynomial), tensor.NewEvaluator(s.Plan.Imported)
	arguments := map[*Curve][]float64{}
	all := make([]*plan.Activation, 0, len(d.Functions))
	for k := range s.Plan.Fit.Activations {
		all = append(all, &s.Plan.Fit.Activations[k])
	}
	for k := range s.Plan.Fit.Lines {
		all = append(all, &s.Plan.Fit.Lines[k])
	}
	for _, x := range samples {
		if err := ctx.Err(); err != nil {
			return err
		}
		encoded, err := k.Encode(x)
		if err != nil {
			return err
		}
		v, err := polynomial.Run(encoded)
		if err != nil {
			return err
		}
		var w tensor.Values
		if len(s.Plan.Fit.Lines) > 0 {
			if w, err = imported.Run(x); err != nil {
				return err
			}
		}
		for n := range d.Functions {
			f, g, at := &d.Functions[n], s.Plan.Polynomial, v
			if n >= len(s.Plan.Fit.Activations) {
				g, at = s.Plan.Imported, w
			}
			f.Samples++
			if t := finite(all[n].LargestT(g, at)); f.LargestT == nil || t > *f.LargestT {
				f.LargestT = &t
			}
			for c := range f.Curves {
				arguments[&f.Curves[c]] = f.Curves[c].collect(arguments[&f.Curves[c]], at)
			}
		}
	}
	for c, x := range arguments {
		c.count(x)
	}
	return nil
}

// collect adds the arguments of a sample, in units of the function.
func (c *Curve) collect(to []float64, v tensor.Values) []float64 {
	values := v.Of(c.graph.Nodes[c.activation.Node])
	for i, x := range values {
		if c.Element < 0 || i == c.element {
			to = append(to, c.Lo+(c.activation.Unit(i, x)+1)/2*(c.Hi-c.Lo))
		}
	}
	return to
}

// count sorts arguments into bins that cover the interval and all of them.
func (c *Curve) count(x []float64) {
	c.BinsLo, c.BinsHi = c.Lo, c.Hi
	for _, v := range x {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			c.BinsLo, c.BinsHi = min(c.BinsLo, v), max(c.BinsHi, v)
		}
	}
	c.Histogram = make([]int, bins)
	for _, v := range x {
		if k := int(bins * (v - c.BinsLo) / (c.BinsHi - c.BinsLo)); !math.IsNaN(v) && !math.IsInf(v, 0) {
			c.Histogram[min(k, bins-1)]++
		}
	}
}
