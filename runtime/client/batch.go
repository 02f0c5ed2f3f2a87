package client

import (
	"fmt"

	"hecc/ir/he"
)

// Runs lays samples out for as many runs as they need: the slots of each ciphertext of
// each run. A run takes Interface.Lanes samples; what the last one lacks is zero. The samples have
// passed Check, their range apart.
func (c *Codec) Runs(samples [][]float64) [][][]float64 {
	var runs [][][]float64
	for lanes := c.plan.Lanes; len(samples) > 0; samples = samples[min(lanes, len(samples)):] {
		runs = append(runs, c.run(samples[:min(lanes, len(samples))]))
	}
	return runs
}

func (c *Codec) run(samples [][]float64) [][]float64 {
	layout, lanes := c.plan.Input.Layout, c.plan.Lanes
	cts := make([][]float64, layout.Cts())
	for ct := range cts {
		cts[ct] = make([]float64, layout.Slots*lanes)
	}
	for s, sample := range samples {
		x, err := c.Encode(sample)
		if err != nil {
			panic(err) // Check would have said so
		}
		for ct := range cts {
			for t := range layout.Slots {
				if e := layout.Element(ct, t); e != he.Empty {
					cts[ct][t*lanes+s] = x[e]
				}
			}
		}
	}
	return cts
}

// Results reads the results of the runs of so many samples.
func (c *Codec) Results(runs [][][]float64, samples int) ([]*Result, error) {
	var out []*Result
	for _, cts := range runs {
		for s := range min(c.plan.Lanes, samples-len(out)) {
			r, err := c.unpack(cts, s)
			if err != nil {
				return nil, fmt.Errorf("sample %d: %w", len(out), err)
			}
			out = append(out, r)
		}
	}
	return out, nil
}
