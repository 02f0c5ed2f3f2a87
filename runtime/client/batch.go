package client

import "fmt"

// Runs lays samples out for as many runs as they need: the slots of each ciphertext of
// each run. A plan for batches puts Interface.Batch samples into a run, sample s of it in
// slot s; what the last run lacks is zero. The samples have passed Check, their range apart.
func (c *Codec) Runs(samples [][]float64) [][][]float64 {
	var runs [][][]float64
	if !c.plan.Batched {
		for _, x := range samples {
			runs = append(runs, c.plan.Input.Layout.Pack(x))
		}
		return runs
	}
	for size := c.plan.Batch(); len(samples) > 0; samples = samples[min(size, len(samples)):] {
		cts := make([][]float64, c.plan.Input.Layout.Cts())
		for e := range cts {
			cts[e] = make([]float64, c.plan.Input.Layout.Slots)
			for s, x := range samples[:min(size, len(samples))] {
				cts[e][s] = x[e]
			}
		}
		runs = append(runs, cts)
	}
	return runs
}

// Results reads the results of the runs of so many samples.
func (c *Codec) Results(runs [][][]float64, samples int) ([]*Result, error) {
	var out []*Result
	for _, cts := range runs {
		for s := range min(c.plan.Batch(), samples-len(out)) {
			r, err := c.unpack(cts, s)
			if err != nil {
				return nil, fmt.Errorf("sample %d: %w", len(out), err)
			}
			out = append(out, r)
		}
	}
	return out, nil
}
