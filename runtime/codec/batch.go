package codec

import (
	"fmt"
	"slices"

	"hecc/ir/he"
)

// Run is what the server computes at once: the slots of each ciphertext, and which samples stand in them.
type Run struct {
	Samples []int // the sample in each lane, from lane 0 on
	Slots   [][]float64
}

// Runs lays samples out for as many runs as they need. A run takes Interface.Lanes samples; lanes without one
// are zero. A sample outside the plan's range has a run of its own, since nothing is promised for what it
// shares a ciphertext with. The error names a sample that Check rejects, its range apart.
func (c *Codec) Runs(samples [][]float64) ([]Run, error) {
	var shared []int
	var alone [][]int
	encoded := make([][]float64, len(samples))
	for s, sample := range samples {
		x, err := c.Encode(sample)
		if err != nil {
			return nil, fmt.Errorf("sample %d: %w", s, err)
		}
		encoded[s] = clone(x)
		if c.plan.Lanes > 1 && c.plan.Box.Outside(x) >= 0 {
			alone = append(alone, []int{s})
		} else {
			shared = append(shared, s)
		}
	}
	var runs []Run
	for _, group := range append(slices.Collect(slices.Chunk(shared, c.plan.Lanes)), alone...) {
		runs = append(runs, c.run(group, encoded))
	}
	return runs, nil
}

// run lays out what is encrypted of the samples of a group.
func (c *Codec) run(group []int, encoded [][]float64) Run {
	layout, lanes := c.plan.Input.Layout, c.plan.Lanes
	cts := make([][]float64, layout.Cts())
	for ct := range cts {
		cts[ct] = make([]float64, layout.Slots*lanes)
	}
	for lane, s := range group {
		for ct := range cts {
			for t := range layout.Slots {
				if e := layout.Element(ct, t); e != he.Empty {
					cts[ct][t*lanes+lane] = encoded[s][e]
				}
			}
		}
	}
	return Run{group, cts}
}

// Results reads decrypted runs: the result of each sample, in the order in which Runs was given them.
func (c *Codec) Results(runs []Run) ([]*Result, error) {
	n := 0
	for r, run := range runs {
		if len(run.Samples) > c.plan.Lanes {
			return nil, fmt.Errorf("run %d holds %d samples, a run of this plan takes %d", r, len(run.Samples), c.plan.Lanes)
		}
		n += len(run.Samples)
	}
	out := make([]*Result, n)
	for _, run := range runs {
		for lane, s := range run.Samples {
			if s < 0 || s >= n || out[s] != nil {
				return nil, fmt.Errorf("sample %d of %d is out of range or there twice", s, n)
			}
			var err error
			if out[s], err = c.unpack(run.Slots, lane); err != nil {
				return nil, fmt.Errorf("sample %d: %w", s, err)
			}
		}
	}
	return out, nil
}
