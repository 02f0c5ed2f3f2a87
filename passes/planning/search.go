package planning

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
)

// cheapest searches with ideal moduli. A coarse grid of rules gives chains of every shape. From the cheapest
// shape on, each is refined until one meets the target.
func (p *Planner) cheapest(ctx context.Context, t Target) (best Candidate, closest float64, ok bool) {
	coarse := p.grid(ctx, t)
	quietest := map[string]Candidate{} // by shape
	closest = math.Inf(1)
	most := t.MostCost
	if most == 0 {
		most = math.Inf(1)
	}
	for _, c := range coarse {
		closest = min(closest, c.error)
		if q, ok := quietest[c.shape()]; !ok || c.error < q.error {
			quietest[c.shape()] = c
		}
	}
	consider := func(c Candidate) {
		closest = min(closest, c.error)
		if c.error <= t.Error && c.cost < most {
			best, most, ok = c, c.cost, true
		}
	}
	refined := map[string]bool{}
	for _, within := range promising {
		budget := len(refined) + maxRefined
		for _, c := range coarse {
			if c.cost >= most {
				break
			}
			consider(c)
			q := quietest[c.shape()]
			if refined[c.shape()] || c.error <= t.Error || q.error > within*t.Error || len(refined) == budget {
				continue
			}
			refined[c.shape()] = true
			wide := p.refine(ctx, q, t, p.widest(q))
			if wide.error > t.Error {
				closest = min(closest, wide.error)
				continue
			}
			r := p.refine(ctx, c, t, c.cost)
			if r.error > t.Error {
				r = p.cheapen(ctx, wide, t)
			}
			consider(r)
		}
		if ok {
			break
		}
	}
	return best, closest, ok
}

// promising is how many times its target the error of a shape may be for it to be refined. Refining can lower
// the error about ten thousand times. Where the cheapest of such shapes fail, those next to the target are
// left.
var promising = []float64{1e4, 10}

const maxRefined = 12 // shapes, for each of promising

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
	finestPlain                               = 56 // for such inputs
	minLeast, maxLeast, leastStep             = 24, 60, 6
	maxSpecial                                = 3
)

// grid judges the rules of the grid and keeps, for each cost, the least error; by ascending cost.
func (p *Planner) grid(ctx context.Context, t Target) []Candidate {
	best := map[float64]Candidate{}
	seen := map[string]bool{}
	most := maxPlain
	if t.Public {
		most = finestPlain
	}
	for w := minWaterline; w <= maxWaterline; w += waterlineStep {
		for in := minInput; in <= w+aboveWaterline; in += inputStep {
			for plain := minPlain; plain <= most; plain += plainStep {
				for least := minLeast; least <= maxLeast; least += leastStep {
					for _, relinFirst := range p.s.orders() {
						ch := p.s.build(rule{float64(in), float64(plain), float64(w), float64(least), relinFirst})
						key := fmt.Sprint(ch)
						if seen[key] {
							continue // another threshold led to the same chain
						}
						seen[key] = true
						for _, c := range p.withParts(ctx, ch, t) {
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

// withParts judges a chain, and one that holds the result in a modulus more: two narrow moduli can be cheaper
// than a wide one.
func (p *Planner) withParts(ctx context.Context, ch chain, t Target) []Candidate {
	out := p.withSpecialPrimes(ctx, ch, t)
	if len(out) == 0 {
		return nil
	}
	ch.parts = out[0].ch.baseCount() + 1
	return append(out, p.withSpecialPrimes(ctx, ch, t)...)
}
