package passes

import (
	"math"

	"hecc/ir/diag"
	"hecc/ir/params"
	"hecc/passes/packing"
	"hecc/passes/planning"
)

// logNs are the ring degrees that are tried, at least the first three that the security
// table gives room for the graph's depth, more while none has parameters.
const (
	firstLogN  = 11
	lastLogN   = 16
	tryLogNs   = 3
	bitsPerMul = 14 // the least that a multiplication uses up, about
)

// packCircuits packs the graph for the ring degrees that are most likely to be the best.
func packCircuits(c *compilation) error {
	least := bitsPerMul * float64(1+packing.Depth(c.graph))
	for logN := firstLogN; logN <= lastLogN && len(c.packed) < tryLogNs; logN++ {
		if params.MaxLogQP(logN, c.opts.Security) >= least {
			if err := c.packFor(logN); err != nil {
				return err
			}
		}
	}
	if len(c.packed) == 0 {
		return c.tooDeep(math.Inf(1))
	}
	return nil
}

func (c *compilation) packFor(logN int) error {
	r := packing.Ring{LogN: logN, Alpha: 1, Model: packing.DefaultCosts}
	lanes := 1
	if c.opts.Batch > 1 {
		lanes = 1 << logN
	}
	p, err := packing.Pack(c.graph, r, lanes)
	if err != nil {
		return err
	}
	c.packed = append(c.packed, *p)
	return nil
}

// planned is the best plan of one packed circuit.
type planned struct {
	planner *planning.Planner
	best    planning.Candidate
	closest float64 // the least error that was found
	ok      bool
}

// planCircuit plans the packed circuits and keeps the cheapest. If none has parameters,
// larger ring degrees are packed.
func planCircuit(c *compilation) error {
	closest := math.Inf(1)
	for first := 0; ; {
		plans := make([]planned, len(c.packed)-first)
		err := eachSample(len(plans), func(next func() (int, bool)) error {
			for k, ok := next(); ok; k, ok = next() {
				var err error
				if plans[k], err = c.planOne(&c.packed[first+k]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		choice := -1
		for k, p := range plans {
			closest = min(closest, p.closest)
			if p.ok && (choice < 0 || p.best.Cheaper(plans[choice].best)) {
				choice = k
			}
		}
		if choice >= 0 {
			c.planned, c.noise, err = plans[choice].planner.Plan(plans[choice].best)
			c.noise.Choice = first + choice
			return err
		}
		first = len(c.packed)
		next := c.packed[first-1].LogN + 1
		if next > lastLogN {
			return c.tooDeep(closest)
		}
		if err := c.packFor(next); err != nil {
			return err
		}
	}
}

// planOne looks for the best plan of a packed circuit.
func (c *compilation) planOne(p *packing.Packed) (planned, error) {
	planner, err := planning.NewPlanner(p.Circuit, p.LogN, c.samples, c.margin, packing.DefaultCosts)
	if err != nil {
		return planned{}, err
	}
	out := planned{planner: planner}
	out.best, out.closest, out.ok = planner.Best(planning.Target{Error: c.noiseTarget(), Security: c.opts.Security})
	out.best.Runs = c.runs(p.LogN)
	return out, nil
}

// runs is how many runs the samples of a batch take.
func (c *compilation) runs(logN int) int {
	return max(1, (c.opts.Batch+1<<logN-1)>>logN)
}

func (c *compilation) tooDeep(closest float64) error {
	d := diag.Errorf(diag.Pos{File: c.graph.File}, "no parameters up to N=2^%d reach an error of %.3g at %d-bit security (multiplicative depth %d)",
		lastLogN, c.noiseTarget(), c.opts.Security, packing.Depth(c.graph))
	if !math.IsInf(closest, 1) {
		d.Note("the least error that can be had is %.3g: relax --target-error", closest)
	}
	return d.Note("polynomials of lower degree, fewer layers, or a lower --security need less depth")
}

// The encryption noise aimed at without a target, relative to the outputs' range. A linear
// model is a transform whose numbers are used further; the scores of a network with
// nonlinearities need less. Where polynomials are further off anyway, a tenth of that is enough.
const (
	linearNoise  = 5e-5
	networkNoise = 1e-3
)

// noiseTarget is how much noise the outputs of the circuit may have.
func (c *compilation) noiseTarget() float64 {
	gain := amplification(c.epilogue)
	if c.opts.TargetError > 0 {
		return max(c.opts.TargetError-c.fit.Error, c.opts.TargetError/10) / gain
	}
	relative := networkNoise
	if packing.Depth(c.graph) <= 1 {
		relative = linearNoise
	}
	return max(relative*c.outputRange(), c.fit.Error/10/gain)
}

// outputRange is the width of the range of the encrypted outputs on the samples.
func (c *compilation) outputRange() float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, y := range c.outputsOnSamples() {
		for _, v := range y {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return hi - lo
}
