package passes

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/passes/internal/parallel"
	"hecc/passes/packing"
	"hecc/passes/planning"
	"hecc/passes/tails"
	"hecc/passes/worst"
)

// Ring degrees to try: the first three for which the security table allows the graph's depth, and more while
// none has parameters.
const (
	firstLogN  = 11
	lastLogN   = 16
	tryLogNs   = 3
	bitsPerMul = 14 // least modulus bits that a multiplication consumes, about

	bitsPerCoarseMul = 12 // the same in batches, where every weight is a number: it needs few bits
)

// packCircuits packs the graph for the ring degrees that are most likely to be best.
func packCircuits(ctx context.Context, c *compilation) error {
	least := bitsPerMul * float64(1+packing.Depth(c.graph))
	var logNs []int
	for logN := firstLogN; logN <= lastLogN && len(logNs) < tryLogNs; logN++ {
		if params.MaxLogQP(logN, c.opts.Security) >= least {
			logNs = append(logNs, logN)
		}
	}
	if len(logNs) == 0 {
		return c.tooDeep(math.Inf(1))
	}
	if below := logNs[0] - 1; below >= firstLogN && c.opts.Batch >= 1<<below/fewSlots &&
		params.MaxLogQP(below, c.opts.Security) >= bitsPerCoarseMul*float64(1+packing.Depth(c.graph)) {
		if err := c.packCoarse(ctx, below); err != nil {
			return err
		}
	}
	return c.packFor(ctx, logNs)
}

// packFor adds the packings for some ring degrees that are worth planning. For batches, these are the
// packings with the least estimated time.
func (c *compilation) packFor(ctx context.Context, logNs []int) error {
	var jobs []packJob
	for _, logN := range logNs {
		for _, lanes := range c.lanes(logN) {
			jobs = append(jobs, packJob{logN, lanes, nil})
		}
	}
	var packed atomic.Int64
	err := parallel.For(ctx, len(jobs), func(k int) (err error) {
		j := &jobs[k]
		defer func() { c.meter.Step(float64(packed.Add(1))/float64(len(jobs)), "") }()
		j.packed, err = packing.Pack(c.graph, packing.Unplanned(j.logN, c.opts.Costs), j.lanes)
		return err
	})
	if err != nil {
		return err
	}
	if c.opts.Batch > 1 {
		jobs = c.fastestPackings(jobs)
	}
	for _, j := range jobs {
		c.packed = append(c.packed, j.packed...)
	}
	return nil
}

// packCoarse adds the packing with one sample a slot for a ring in which only numbers as weights, which may be
// coarse, leave bits enough.
func (c *compilation) packCoarse(ctx context.Context, logN int) error {
	p, err := packing.Pack(c.graph, packing.Unplanned(logN, c.opts.Costs), 1<<logN)
	if err != nil {
		return err
	}
	c.packed = append(c.packed, p...)
	return ctx.Err()
}

type packJob struct {
	logN, lanes int
	packed      []packing.Packed // one, or two to choose from
}

// lanes lists the numbers of samples side by side to try: powers of four, and as many as there are slots, if the inputs of a
// run are within what plans may ask for. With a slot for each sample nothing is rotated, so that some few slots are no match for it.
func (c *compilation) lanes(logN int) []int {
	each, level := 1<<logN, packing.EstimatedLevel(c.graph)
	var list []int
	for n := 4; n < each && n < 4*c.opts.Batch; n *= 4 {
		list = append(list, n)
	}
	if c.opts.Batch >= each/fewSlots {
		list = append(list, each)
	}
	list = slices.DeleteFunc(list, func(lanes int) bool {
		perSample := each / lanes
		return plan.CheckRun((c.graph.Input().Size()+perSample-1)/perSample, 1, level, logN) != nil
	})
	if slices.Contains(list, each) {
		list = slices.DeleteFunc(list, func(lanes int) bool { return lanes > each/leastSlots && lanes < each })
	}
	return append([]int{1}, list...)
}

const (
	fewSlots      = 64      // one sample a slot is tried if at least one in so many slots is used
	leastSlots    = 16      // of a sample that has several: with fewer, most elements are in ciphertexts of their own anyway
	tryPackings   = 4       // packings of a batch that are planned
	maxPlaintexts = 1 << 30 // bytes of plaintexts that a model may hold, about
)

// fastestPackings keeps the packings with the least estimated time for the batch, by ascending ring degree.
func (c *compilation) fastestPackings(jobs []packJob) []packJob {
	most := float64(maxPlaintexts)
	if c.opts.MaxMemory > 0 {
		most = min(most, float64(c.opts.MaxMemory))
	}
	jobs = slices.DeleteFunc(jobs, func(j packJob) bool { return j.lanes > 1 && j.packed[0].PlaintextBytes() > most })
	time := func(j packJob) float64 { return j.packed[0].Cost * c.runsPerBatch(j.lanes) }
	slices.SortStableFunc(jobs, func(a, b packJob) int { return cmp.Compare(time(a), time(b)) })
	jobs = jobs[:min(tryPackings, len(jobs))]
	slices.SortStableFunc(jobs, func(a, b packJob) int { return cmp.Compare(a.logN, b.logN) })
	return jobs
}

// plannedPacking is the best plan of one packed circuit.
type plannedPacking struct {
	planner *planning.Planner
	choice  int // index of the packed circuit
	best    planning.Candidate
	closest float64       // least error of any candidate
	tooWide error         // of a plan whose inputs are too large: see plan.CheckRun
	least   planning.Size // of candidates that were only refused for their size
	ok      bool
}

// planCircuit plans the packed circuits and keeps the cheapest plan. If none has parameters, larger ring
// degrees are packed.
func planCircuit(ctx context.Context, c *compilation) error {
	closest, least := math.Inf(1), planning.Size{}
	own := c.samples[:len(c.samples):len(c.samples)]
	switch {
	case packing.Depth(c.graph) <= 1: // a linear map must hold in all of its box
		c.samples = append(own, tails.Draw(c.box, worst.MagnitudeSamples)...)
	case len(c.opts.Calibration) == 0: // so must a declared range
		c.samples = append(own, worst.Corners(c.graph, c.box, own)...)
	}
	samples := c.samples
	if n := min(maxCheckedSamples, len(c.opts.Calibration)); n > len(samples) && packing.Depth(c.graph) > 1 {
		samples = c.opts.Calibration[:n]
	}
	c.room = c.noiseRoom()
	c.noiseSamples = worst.Select(c.graph, samples, c.headroom, len(c.opts.Calibration) == 0)
	for first := 0; ; {
		best, err := c.planFrom(ctx, first, plannedPacking{closest: math.Inf(1)})
		if err != nil {
			return err
		}
		if best.ok {
			err = c.choose(best)
			if err == nil && math.IsInf(c.noise.PublicError, 1) && !c.publicKeyToo { // public-key noise is so large that products make it grow without bound
				c.publicKeyToo, first = true, 0
				continue
			}
			if err == nil && c.jury != nil {
				err = c.settleNoise(ctx, best)
			}
			if err == nil {
				c.setOptions(ctx, best)
				err = ctx.Err()
			}
			return err
		}
		before := least
		closest, least = min(closest, best.closest), least.Merge(best.least)
		first = len(c.packed)
		next := c.packed[first-1].LogN + 1
		if least != (planning.Size{}) && (least == before || next > lastLogN) { // larger rings take more
			return c.tooLarge(least)
		}
		if best.tooWide != nil { // more so in larger rings
			return c.tooWide(best.tooWide)
		}
		if next > lastLogN {
			return c.tooDeep(closest)
		}
		if err := c.packFor(ctx, []int{next}); err != nil {
			return err
		}
	}
}

// choose makes a plan the compilation's.
func (c *compilation) choose(p plannedPacking) (err error) {
	c.circuit, c.noise, err = p.planner.Plan(p.best)
	c.noise.Choice = p.choice
	return err
}

// planFrom looks for the best plan of the packed circuits from first on, a fixed number at a time: later
// circuits are only searched for plans that are cheaper than the best so far. The number of cores must not change the result.
func (c *compilation) planFrom(ctx context.Context, first int, best plannedPacking) (plannedPacking, error) {
	for ; first < len(c.packed); first += concurrentPlans {
		c.meter.Step(float64(first)/float64(len(c.packed)), fmt.Sprintf("N=2^%d", c.packed[first].LogN))
		plans := make([]plannedPacking, min(concurrentPlans, len(c.packed)-first))
		err := parallel.For(ctx, len(plans), func(k int) (err error) {
			plans[k], err = c.planOne(ctx, first+k, best)
			return err
		})
		if err != nil {
			return best, err
		}
		for _, p := range plans {
			c.noteRing(p)
			p.closest, p.least, p.tooWide = min(p.closest, best.closest), p.least.Merge(best.least), cmp.Or(p.tooWide, best.tooWide)
			if p.ok && (!best.ok || p.best.Time() < best.best.Time()) {
				best = p
			}
			best.closest, best.least, best.tooWide = p.closest, p.least, p.tooWide
		}
	}
	return best, nil
}

// concurrentPlans is the number of circuits that are planned at once.
const concurrentPlans = 2

// planOne looks for the best plan of a packed circuit that is cheaper than another.
func (c *compilation) planOne(ctx context.Context, choice int, than plannedPacking) (plannedPacking, error) {
	p := &c.packed[choice]
	planner, err := planning.NewPlanner(ctx, p.Circuit, p.LogN, c.noiseSamples, c.opts.Costs)
	if err != nil {
		return plannedPacking{}, err
	}
	out := plannedPacking{planner: planner, choice: choice}
	target, runs := c.planTarget(), c.runsPerBatch(p.Circuit.Lanes)
	if than.ok {
		target.MaxCost = than.best.Time() / runs
	}
	out.best, out.closest, out.ok = c.search(ctx, planner, target)
	out.best.Runs, out.least = runs, out.best.Least()
	if out.ok {
		out.tooWide = plan.CheckRun(p.Circuit.Input.Cts(), 1, out.best.InputLevel(), p.LogN)
		out.ok = out.tooWide == nil
	}
	return out, ctx.Err()
}

// planTarget is what planners are asked for.
func (c *compilation) planTarget() planning.Target {
	t := planning.Target{Error: c.room.allowed, Security: c.opts.Security,
		Most: planning.Size{Keys: c.opts.MaxKeys, Memory: c.opts.MaxMemory}, Server: c.opts.Server.Processor}
	t.Public = c.opts.ShareResults > 0 || c.publicKeyToo // the noise target must hold for both keys
	return t
}

// search looks for the best plan of a packed circuit. Where an error is promised, hidden or rounded to, it must hold on the
// tail sample too.
func (c *compilation) search(ctx context.Context, p *planning.Planner, t planning.Target) (planning.Candidate, float64, bool) {
	if t.Public || c.opts.TargetError > 0 || c.byDistance() {
		return p.BestOnTail(ctx, t)
	}
	return p.Best(ctx, t)
}

// runsPerBatch is how many runs a batch takes with so many lanes.
func (c *compilation) runsPerBatch(lanes int) float64 {
	return float64(max(1, (c.opts.Batch+lanes-1)/lanes))
}
