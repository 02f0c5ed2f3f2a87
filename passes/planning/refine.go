package planning

import (
	"context"
	"slices"

	"hecc/passes/packing"
)

// refine moves the sizes of a candidate, one by one and against each other, as long as its
// error falls and is too large, at no more than a cost.
func (p *Planner) refine(ctx context.Context, c Candidate, t Target, most float64) Candidate {
	for _, step := range []float64{8, 4, 2, 1} {
		for improved := true; improved && c.error > t.Error; {
			improved = false
			for _, m := range moves(len(c.ch.coordinates()), step) {
				next, a, ok := p.moved(ctx, c, m, t)
				if !ok || next.error >= c.error {
					continue
				}
				if next.cost = p.price(&next, a); next.cost <= most {
					c, improved = next, true
				}
			}
		}
		if c.error > hopeless*step*t.Error {
			break
		}
	}
	return c
}

// widest is the cost of a candidate's shape if all its moduli are wide.
func (p *Planner) widest(c Candidate) float64 {
	a, ok := p.fitBase(&c.ch)
	if !ok {
		return c.cost
	}
	r := packing.Unplanned(p.logN, p.costs)
	r.P = r.Q[:c.alpha]
	return p.time(a, r)
}

// cheapen moves sizes as long as that makes moduli narrow and the target stays met.
func (p *Planner) cheapen(ctx context.Context, c Candidate, t Target) Candidate {
	for _, step := range []float64{8, 4} {
		for _, m := range moves(len(c.ch.coordinates()), step) {
			next, a, ok := p.moved(ctx, c, m, t)
			if !ok || next.error > t.Error {
				continue
			}
			if next.cost = p.price(&next, a); next.cost < c.cost {
				c = next
			}
		}
	}
	return c
}

// hopeless is how far from the target a candidate may be, for each bit of the last step,
// for smaller steps to be tried.
const hopeless = 4

// move changes some sizes of a chain, by the number of their coordinate.
type move map[int]float64

// moves lists the changes of one size, and of two in opposite directions: of any two, or in long chains of
// neighbours, since there are too many pairs.
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
	longChain  = 48
	neighbours = 2
)

// coordinates lists the sizes that can be moved.
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

// moved is a candidate after a move, without its cost.
func (p *Planner) moved(ctx context.Context, c Candidate, m move, t Target) (Candidate, assigned, bool) {
	if ctx.Err() != nil {
		return c, assigned{}, false
	}
	ch := c.ch
	ch.plain, ch.rescale, ch.scale = slices.Clone(ch.plain), slices.Clone(ch.rescale), slices.Clone(ch.scale)
	at := ch.coordinates()
	for k, by := range m {
		*at[k] += by
	}
	if !p.s.settle(&ch, p.minBits()) {
		return c, assigned{}, false
	}
	a, ok := p.fitBase(&ch)
	if !ok {
		return c, a, false
	}
	next, ok := p.judge(a, ch, c.alpha, max(c.pBits, slices.Max(ch.bits())), t)
	return next, a, ok
}
