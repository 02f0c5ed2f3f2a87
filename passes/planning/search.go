package planning

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
)

// cheapest searches with ideal moduli. A coarse grid of rules gives candidates of many shapes. Shapes are
// refined in the order of their cost until one meets the target.
func (p *Planner) cheapest(ctx context.Context, t Target) (best Candidate, leastError float64, ok bool) {
	coarse, sizes := p.grid(ctx, t), newSizes(p, t)
	mostAccurate := map[string]Candidate{} // by shape
	leastError = math.Inf(1)
	maxCost := t.MaxCost
	if maxCost == 0 {
		maxCost = math.Inf(1)
	}
	for _, c := range coarse {
		leastError = min(leastError, c.error)
		if q, ok := mostAccurate[c.shape()]; !ok || c.error < q.error {
			mostAccurate[c.shape()] = c
		}
	}
	consider := func(c Candidate) {
		leastError = min(leastError, c.error)
		if c.error <= t.Error && c.cost < maxCost && sizes.fit(c) {
			best, maxCost, ok = c, c.cost, true
		}
	}
	refined := map[string]bool{}
	for _, maxError := range maxErrors {
		budget := len(refined) + maxRefined
		for _, c := range coarse { // by ascending cost
			if c.cost >= maxCost {
				break
			}
			if !sizes.near(c) {
				continue
			}
			consider(c)
			q := mostAccurate[c.shape()]
			if refined[c.shape()] || c.error <= t.Error || q.error > maxError*t.Error || len(refined) == budget {
				continue
			}
			refined[c.shape()] = true
			r, ok := p.refineShape(ctx, c, q, t)
			if !ok {
				leastError = min(leastError, r.error)
				continue
			}
			consider(r)
		}
		if ok {
			break
		}
	}
	if ok {
		best = p.polish(ctx, best, t)
	}
	if !ok && t.Most != (Size{}) && t.MaxCost == 0 {
		best, ok = sizes.smallest(ctx, coarse, mostAccurate)
	}
	return best, leastError, ok
}

// refineShape refines a candidate of a shape until it meets the target, from it or from the most accurate of
// the shape. If that is not possible, it gives the most accurate that was reached, and false.
func (p *Planner) refineShape(ctx context.Context, c, mostAccurate Candidate, t Target) (Candidate, bool) {
	wide := p.refine(ctx, mostAccurate, t, p.widest(mostAccurate))
	if wide.error > t.Error {
		return wide, false
	}
	if r := p.refine(ctx, c, t, c.cost); r.error <= t.Error {
		return r, true
	}
	return p.cheapen(ctx, wide, t), true
}

// maxErrors lists, for one round after the other, the largest ratio of a shape's error to the target with
// which the shape is refined. Refining can lower the error about ten thousand times. If the cheapest shapes
// within that fail, the second round refines only those that are within ten times the target.
var maxErrors = []float64{1e4, 10}

const maxRefined = 60 // shapes that a round refines

// shape says how many moduli there are and where they are used, not their sizes. Candidates of one shape
// differ in cost by which of the moduli are narrow.
func (c Candidate) shape() string {
	key := fmt.Sprint(c.alpha, c.ch.baseCount(), c.ch.relinFirst)
	for _, bits := range c.ch.rescale {
		key += fmt.Sprint(" ", bits > 0)
	}
	return key
}

// The grid of rules, in bits.
const (
	minInput, aboveWaterline, inputStep       = 16, 16, 6
	minWaterline, maxWaterline, waterlineStep = 20, 56, 4
	minPlain, maxPlain, plainStep             = 14, 32, 6
	finestPlain                               = 56 // maxPlain where inputs are encrypted with the public key
	minThreshold, maxThreshold, thresholdStep = 24, 60, 6
	maxSpecial                                = 3
)

// grid makes a candidate of each rule of the grid and keeps, for each cost, the one with the least error.
// They are sorted by ascending cost.
func (p *Planner) grid(ctx context.Context, t Target) []Candidate {
	best := map[float64]Candidate{}
	seen := map[string]bool{}
	scales := p.scaleGrid()
	finest := maxPlain
	if t.Public {
		finest = finestPlain
	}
	for w := minWaterline; w <= maxWaterline; w += waterlineStep {
		for in := scales.input; in <= w+aboveWaterline; in += scales.inputStep {
			for plain := scales.plain; plain <= finest; plain += scales.plainStep {
				for least := minThreshold; least <= maxThreshold; least += thresholdStep {
					for _, relinFirst := range p.quotient.relinOrders() {
						ch := p.quotient.build(rule{float64(in), float64(plain), float64(w), float64(least), relinFirst})
						key := fmt.Sprint(ch)
						if seen[key] {
							continue // another threshold led to the same chain
						}
						seen[key] = true
						for _, c := range p.withBaseCounts(ctx, ch, t) {
							if b, ok := best[c.cost]; !ok || c.error < b.error {
								best[c.cost] = c
							}
						}
					}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b Candidate) int { return cmp.Compare(a.cost, b.cost) })
}

// withBaseCounts makes candidates of a chain, and of one with one more modulus left at the end: two narrow
// moduli can be cheaper than a wide one.
func (p *Planner) withBaseCounts(ctx context.Context, ch chain, t Target) []Candidate {
	out := p.withSpecialPrimes(ctx, ch, t)
	if len(out) == 0 {
		return nil
	}
	ch.minBase = out[0].ch.baseCount() + 1
	return append(out, p.withSpecialPrimes(ctx, ch, t)...)
}
