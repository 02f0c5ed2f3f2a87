package planning

import (
	"context"
	"slices"

	"hecc/passes/packing"
)

// refine changes the sizes of a candidate, one by one and against each other, as long as its error is above
// the target and falls. The cost stays at or below maxCost.
func (p *Planner) refine(ctx context.Context, c Candidate, t Target, maxCost float64) Candidate {
	return p.refineBy(ctx, c, t, maxCost, 8, 4, 2, 1)
}

// refineBy changes sizes by the given steps, one after the other, in bits.
func (p *Planner) refineBy(ctx context.Context, c Candidate, t Target, maxCost float64, steps ...float64) Candidate {
	for _, step := range steps {
		for improved := true; improved && c.error > t.Error; {
			improved = false
			for _, m := range moves(len(c.ch.coordinates()), step) {
				next, a, ok := p.applyMove(ctx, c, m, t)
				if !ok || next.error >= c.error {
					continue
				}
				if next.cost = p.costOf(&next, a); next.cost <= maxCost {
					c, improved = next, true
				}
			}
		}
		if c.error > maxErrorPerStep*step*t.Error {
			break
		}
	}
	return c
}

// widest is the cost that a candidate of this shape has if all its moduli are wide (params.MaxPrimeBits).
func (p *Planner) widest(c Candidate) float64 {
	a, ok := p.fitBase(&c.ch)
	if !ok {
		return c.cost
	}
	r := packing.Unplanned(p.logN, p.costs)
	r.P = r.Q[:c.alpha]
	return p.time(a, r)
}

// cheapen changes sizes so that moduli become narrow, which costs less, while the target stays met.
func (p *Planner) cheapen(ctx context.Context, c Candidate, t Target) Candidate {
	for _, step := range []float64{8, 4} {
		for _, m := range moves(len(c.ch.coordinates()), step) {
			next, a, ok := p.applyMove(ctx, c, m, t)
			if !ok || next.error > t.Error {
				continue
			}
			if next.cost = p.costOf(&next, a); next.cost < c.cost {
				c = next
			}
		}
	}
	return c
}

// maxErrorPerStep bounds the ratio of a candidate's error to the target, for each bit of the last step: above
// it, smaller steps are not tried.
const maxErrorPerStep = 4

// move changes some sizes of a chain, by the number of their coordinate.
type move map[int]float64

// moves lists the changes of one size, and of two sizes in opposite directions: of any two, or in long chains
// only of two that are near each other, since there are too many pairs.
func moves(coordinates int, step float64) []move {
	var out []move
	for i := range coordinates {
		out = append(out, move{i: step}, move{i: -step})
		for j := range coordinates {
			far := coordinates > longChain && max(i-j, j-i) > neighbours
			if i != j && !far {
				out = append(out, move{i: step, j: -step}, move{i: step, j: -2 * step})
			}
		}
	}
	return out
}

const (
	longChain  = 48 // sizes
	neighbours = 2  // how far apart the two sizes may be in a longer chain
)

// coordinates lists the sizes that can be changed.
func (ch *chain) coordinates() []*float64 {
	list := []*float64{&ch.input}
	for d := 1; d < len(ch.plain); d++ {
		list = append(list, &ch.plain[d])
		if ch.rescale[d] > 0 {
			list = append(list, &ch.rescale[d])
		}
	}
	return list
}

// applyMove gives a candidate after a move, without its cost, and its circuit.
func (p *Planner) applyMove(ctx context.Context, c Candidate, m move, t Target) (Candidate, assigned, bool) {
	if ctx.Err() != nil {
		return c, assigned{}, false
	}
	ch := c.ch
	ch.plain, ch.rescale, ch.scale = slices.Clone(ch.plain), slices.Clone(ch.rescale), slices.Clone(ch.scale)
	at := ch.coordinates()
	for k, by := range m {
		*at[k] += by
	}
	if !p.quotient.updateScales(&ch, p.minBits()) {
		return c, assigned{}, false
	}
	a, ok := p.fitBase(&ch)
	if !ok {
		return c, a, false
	}
	next, ok := p.predict(a, ch, c.alpha, max(c.pBits, slices.Max(ch.bits())), t)
	return next, a, ok
}
