package planning

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/passes/packing"
)

// Report says what was chosen and what it is expected to do.
type Report struct {
	Choice      int     `json:"-"`            // which packed circuit
	Error       float64 `json:"error"`        // predicted largest noise of the circuit's outputs
	PublicError float64 `json:"public_error"` // the same for inputs encrypted with the public key
	Cost        float64 `json:"cost_ns"`      // predicted time of one run on one core
	Costs       string  `json:"costs"`        // the name of the cost model
}

// Target is what parameters must reach.
type Target struct {
	Error    float64 // largest noise of an output
	Security int     // bits
}

// Candidate is a rule with special primes, and what it leads to.
type Candidate struct {
	ch    chain
	alpha int     // number of special primes
	pBits float64 // size of each
	error float64
	cost  float64 // predicted nanoseconds of one run
	Runs  int     // how many runs are needed
}

// Cheaper says whether all runs of c are predicted to take less time than those of o.
func (c Candidate) Cheaper(o Candidate) bool {
	return c.cost*float64(c.Runs) < o.cost*float64(o.Runs)
}

// Planner holds what is known of one packed circuit.
type Planner struct {
	full     *structure
	measured *profile
	s        *skeleton // of full: what is searched on
	pr       *profile
	logN     int
	cost     packing.CostModel
}

// NewPlanner measures a packed circuit on samples. Values are allowed to become margin
// times as large as on the samples.
func NewPlanner(c *he.Circuit, logN int, samples [][]float64, margin float64, cost packing.CostModel) (*Planner, error) {
	pr, err := measure(c, samples, margin)
	if err != nil {
		return nil, err
	}
	full := analyse(c)
	s, merged := newSkeleton(full, pr)
	return &Planner{full, pr, s, merged, logN, cost}, nil
}

// Best finds the cheapest parameters that meet the target; false if none do. Closest is
// then the least error that was found within the security bound.
//
// A coarse grid of rules gives chains of every shape. From the cheapest shape on, each is
// refined until one meets the target.
func (p *Planner) Best(t Target) (best Candidate, closest float64, ok bool) {
	coarse := p.grid(t)
	closest = math.Inf(1)
	for _, c := range coarse {
		closest = min(closest, c.error)
	}
	refined := 0
	for _, c := range coarse {
		if c.error > t.Error && c.error < promising*t.Error && refined < maxRefined {
			refined++
			c = p.refine(c, t)
			closest = min(closest, c.error)
		}
		if c.error <= t.Error && (!ok || c.cost < best.cost) {
			best, ok = c, true
		}
		if ok && c.cost >= best.cost {
			break
		}
	}
	return best, closest, ok
}

const (
	promising  = 1e4 // refining can lower the error about so much
	maxRefined = 12
)

// The grid of rules, in bits.
const (
	minInput, aboveWaterline, inputStep       = 16, 16, 6
	minWaterline, maxWaterline, waterlineStep = 20, 56, 4
	minPlain, maxPlain, plainStep             = 14, 32, 6
	minLeast, maxLeast, leastStep             = 24, 60, 6
	maxSpecial                                = 3
)

// grid judges the rules of the grid and keeps, for each cost, the least error; by ascending cost.
func (p *Planner) grid(t Target) []Candidate {
	best := map[float64]Candidate{}
	seen := map[string]bool{}
	for w := minWaterline; w <= maxWaterline; w += waterlineStep {
		for in := minInput; in <= w+aboveWaterline; in += inputStep {
			for plain := minPlain; plain <= maxPlain; plain += plainStep {
				for least := minLeast; least <= maxLeast; least += leastStep {
					ch := p.s.build(rule{float64(in), float64(plain), float64(w), float64(least)})
					key := fmt.Sprint(ch)
					if seen[key] {
						continue // another threshold led to the same chain
					}
					seen[key] = true
					for _, c := range p.withSpecialPrimes(ch, t) {
						if b, ok := best[c.cost]; !ok || c.error < b.error {
							best[c.cost] = c
						}
					}
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(best), func(a, b Candidate) int { return cmp.Compare(a.cost, b.cost) })
}

// withSpecialPrimes judges a chain with each choice of special primes.
func (p *Planner) withSpecialPrimes(ch chain, t Target) []Candidate {
	if !p.s.settle(&ch, p.minBits()) {
		return nil
	}
	a, ok := p.fitBase(&ch)
	if !ok {
		return nil
	}
	var out []Candidate
	for alpha := 1; alpha <= maxSpecial && alpha <= a.c.Values[0].Level+1; alpha++ {
		for _, pBits := range []float64{slices.Max(ch.bits()), params.MaxPrimeBits} {
			if c, ok := p.judge(a, ch, alpha, pBits, t); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// judge predicts error and cost of an assigned circuit; false beyond the security bound.
func (p *Planner) judge(a assigned, ch chain, alpha int, pBits float64, t Target) (Candidate, bool) {
	total := float64(alpha) * pBits
	for _, b := range ch.bits() {
		total += b
	}
	if total > params.MaxLogQP(p.logN, t.Security)-primeSlack {
		return Candidate{}, false
	}
	c := Candidate{ch: ch, alpha: alpha, pBits: pBits}
	a.c.Params = idealParams(p.logN, &ch, alpha, pBits)
	c.error, _ = newNoiseModel(a.c.Params).outputErrors(a, p.pr)
	c.cost = p.time(a, alpha)
	return c, true
}

// primeSlack is how much larger than the ideal moduli the primes may turn out, in bits.
const primeSlack = 0.05

// minBits is the size of the least modulus.
func (p *Planner) minBits() float64 {
	return params.MinPrimeBits(params.NthRoot(p.logN, params.ConjugateInvariant))
}

// refine moves the sizes of a candidate, one by one and against each other, as long as its
// error falls, at no more cost.
func (p *Planner) refine(c Candidate, t Target) Candidate {
	for _, step := range []float64{8, 4, 2, 1} {
		for improved := true; improved && c.error > t.Error; {
			improved = false
			for _, m := range moves(len(c.ch.coordinates()), step) {
				if next, ok := p.moved(c, m, t); ok && next.cost <= c.cost && next.error < c.error {
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

// hopeless is how far from the target a candidate may be, for each bit of the last step,
// for smaller steps to be tried.
const hopeless = 4

// move changes some sizes of a chain, by the number of their coordinate.
type move map[int]float64

// moves lists the changes of one size, and of two in opposite directions.
func moves(coordinates int, step float64) []move {
	var out []move
	for i := range coordinates {
		out = append(out, move{i: step}, move{i: -step})
		for j := range coordinates {
			if i != j {
				out = append(out, move{i: step, j: -step}, move{i: step, j: -2 * step})
			}
		}
	}
	return out
}

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

// moved is a candidate after a move.
func (p *Planner) moved(c Candidate, m move, t Target) (Candidate, bool) {
	ch := c.ch
	ch.plain, ch.rescale, ch.scale = slices.Clone(ch.plain), slices.Clone(ch.rescale), slices.Clone(ch.scale)
	at := ch.coordinates()
	for k, by := range m {
		*at[k] += by
	}
	if !p.s.settle(&ch, p.minBits()) {
		return c, false
	}
	a, ok := p.fitBase(&ch)
	if !ok {
		return c, false
	}
	return p.judge(a, ch, c.alpha, max(c.pBits, slices.Max(ch.bits())), t)
}

// fitBase sizes the moduli that are left at the end so that no value overflows.
func (p *Planner) fitBase(ch *chain) (assigned, bool) {
	for range 3 {
		m := ch.ideal()
		a, err := p.s.assign(ch, m)
		if err != nil {
			return a, false
		}
		count := ch.baseCount()
		ch.base = p.baseBits(a, ch, m)
		if ch.baseCount() == count {
			return a, true
		}
	}
	return assigned{}, false
}

// headroom keeps values below half the modulus, with a bit to spare for noise.
const headroom = 2

func (p *Planner) baseBits(a assigned, ch *chain, m moduli) float64 {
	above := make([]float64, m.top+1) // bits of the rescaling moduli up to each level
	level := m.top
	for _, bits := range ch.rescale {
		if bits > 0 {
			for l := level; l <= m.top; l++ {
				above[l] += bits
			}
			level--
		}
	}
	need := p.minBits()
	for _, v := range a.c.Values {
		size := math.Log2(v.Scale) + max(0, math.Log2(p.pr.largest[a.origin[v.ID]])) + headroom
		need = max(need, size-above[v.Level])
	}
	return need
}

// time predicts a run on one core from an assigned skeleton.
func (p *Planner) time(a assigned, alpha int) float64 {
	r := packing.Ring{LogN: p.logN, Alpha: alpha, Model: p.cost}
	total := 0.0
	for _, v := range a.c.Values {
		total += p.s.count[a.origin[v.ID]] * r.Op(v, v.Level+1)
	}
	return total
}

// idealParams has powers of two where there will be primes.
func idealParams(logN int, ch *chain, alpha int, pBits float64) *params.Params {
	p := &params.Params{LogN: logN, Ring: params.ConjugateInvariant}
	for _, b := range ch.bits() {
		p.Q = append(p.Q, uint64(math.Exp2(b)))
	}
	for range alpha {
		p.P = append(p.P, uint64(math.Exp2(pBits)))
	}
	return p
}

// Plan builds the circuit of a candidate with real primes.
func (p *Planner) Plan(c Candidate) (*he.Circuit, Report, error) {
	ps := &params.Params{LogN: p.logN, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(ps.NthRoot())
	for _, b := range c.ch.bits() {
		q, err := primes.Nearest(b)
		if err != nil {
			return nil, Report{}, err
		}
		ps.Q = append(ps.Q, q)
	}
	for range c.alpha {
		q, err := primes.Nearest(c.pBits)
		if err != nil {
			return nil, Report{}, err
		}
		ps.P = append(ps.P, q)
	}
	m := c.ch.ideal()
	level := m.top
	for d, q := range m.rescale {
		if q > 0 {
			m.rescale[d] = float64(ps.Q[level])
			level--
		}
	}
	a, err := p.full.assign(&c.ch, m)
	if err != nil {
		return nil, Report{}, err
	}
	a.c.Params = ps
	r := Report{Cost: c.cost, Costs: p.cost.Name}
	r.Error, r.PublicError = newNoiseModel(ps).outputErrors(a, p.measured)
	return a.c, r, nil
}
