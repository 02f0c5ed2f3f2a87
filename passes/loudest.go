package passes

import (
	"cmp"
	"slices"

	"hecc/ir/tensor"
	"hecc/passes/packing"
	"hecc/passes/planning"
)

const (
	searchedSamples = 1024 // so many calibration samples are looked through for the loudest
	louder          = 4    // one sample in so many is louder than those that gains are measured on
)

// loudest picks the samples on which the values of the polynomial graph are largest. Planning
// measures on them how large values become, and on the first ones how strongly noise is amplified: by products, whose gain is the
// other operand. These are louder than most, not the loudest: the prediction has five standard deviations to spare,
// and few of the loudest samples meet noise that needs them all.
func (c *compilation) loudest() [][]float64 {
	samples := c.opts.Calibration[:min(searchedSamples, len(c.opts.Calibration))]
	if len(samples) <= magnitudeSamples || packing.Depth(c.graph) <= 1 {
		return c.samples
	}
	energy := make([][]float64, len(samples)) // by sample and node
	_ = eachSample(len(samples), func(next func() (int, bool)) error {
		e := tensor.NewEvaluator(c.graph)
		for s, ok := next(); ok; s, ok = next() {
			values, err := e.Run(samples[s])
			if err != nil {
				panic(err) // checkOptions has checked the lengths
			}
			energy[s] = make([]float64, len(c.graph.Nodes))
			for _, n := range c.graph.Nodes {
				for _, x := range values.Of(n) {
					energy[s][n.ID] += x * x
				}
			}
		}
		return nil
	})
	mean := make([]float64, len(c.graph.Nodes))
	for _, e := range energy {
		for n, x := range e {
			mean[n] += x / float64(len(samples))
		}
	}
	score, order := make([]float64, len(samples)), make([]int, len(samples))
	for s, e := range energy {
		order[s] = s
		for n, x := range e {
			if mean[n] > 0 {
				score[s] += x / mean[n]
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	out := make([][]float64, magnitudeSamples)
	for k := range out {
		out[k] = samples[order[(k+len(samples)/louder)%len(samples)]]
		if k >= planning.GainSamples {
			out[k] = samples[order[k-planning.GainSamples]]
		}
	}
	return out
}
