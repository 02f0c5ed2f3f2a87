package planning

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
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
	MostCost float64 // if set, candidates that take so many nanoseconds are of no use
	Public   bool    // inputs encrypted with the public key have to meet it too; finer plaintexts are tried

	slack float64 // see primeSlacks
}

// Candidate is a rule with special primes, and what it leads to.
type Candidate struct {
	ch    chain
	alpha int     // number of special primes
	pBits float64 // size of each
	error float64
	cost  float64 // predicted nanoseconds of one run
	Runs  float64 // how many runs are needed
}

// Time is how many nanoseconds all runs are predicted to take.
func (c Candidate) Time() float64 { return c.cost * c.Runs }

// Planner holds what is known of one packed circuit.
type Planner struct {
	full     *structure
	measured *profile
	rare     *profile  // around a rare sample
	s        *skeleton // of full: what is searched on
	pr       *profile
	logN     int
	costs    plan.Costs
}

// NewPlanner measures a packed circuit on samples.
func NewPlanner(c *he.Circuit, logN int, samples Samples, costs plan.Costs) (*Planner, error) {
	pr, rare, err := measure(c, samples)
	if err != nil {
		return nil, err
	}
	full := analyse(c)
	s, merged := newSkeleton(full, pr)
	return &Planner{full, pr, rare, s, merged, logN, costs}, nil
}

// Best finds the cheapest parameters that meet the target; false if none do. Closest is
// then the least error that was found within the security bound.
//
// Sizes are chosen as if there were a prime for each. Where the primes that there are turn out too large for
// the security bound, or the error with them, more room is left for that.
func (p *Planner) Best(t Target) (best Candidate, closest float64, ok bool) {
	for _, slack := range primeSlacks {
		t.slack = slack
		if best, closest, ok = p.cheapest(t); !ok || p.existsFor(best, t) {
			return best, closest, ok
		}
	}
	return best, closest, false
}

// BestOnRare is Best where the target has to be met around a rare sample too. Noise there is a multiple of noise around
// others, so the target for these is lowered until it is.
func (p *Planner) BestOnRare(t Target) (best Candidate, closest float64, ok bool) {
	most, reached := primeNoise*t.Error, math.Inf(1)
	for range maxLowered {
		if best, closest, ok = p.Best(t); !ok {
			break
		}
		_, r, err := p.Plan(best)
		e := r.Error
		if t.Public {
			e = r.PublicError
		}
		if err != nil || e <= most { // an error returns where the plan is made for good
			return best, closest, true
		}
		reached = min(reached, e)
		t.Error *= max(lower*most/e, lowest)
	}
	if reached < math.Inf(1) {
		closest = reached
	}
	return best, closest, false
}

const (
	maxLowered = 8        // times that the target is lowered
	lowest     = 1.0 / 64 // factor at a time
	lower      = 0.5      // and by how much more than seems enough, since sizes move in steps
)

// primeSlacks are by how much larger than the ideal moduli the primes may turn out, in bits. Small primes are rare.
var primeSlacks = []float64{0.05, 1, 4}

// primeNoise is by what factor noise may exceed the target with primes in place of ideal moduli.
const primeNoise = 1.02

// existsFor says whether a candidate's primes keep the security bound and the target.
func (p *Planner) existsFor(c Candidate, t Target) bool {
	ps, m, err := p.primes(c)
	if err != nil || ps.Check(t.Security) != nil {
		return false
	}
	a, err := p.s.assign(&c.ch, m)
	if err != nil {
		return false
	}
	noise, _ := newNoiseModel(ps).outputErrors(a, p.pr)
	return noise <= primeNoise*t.Error
}

// cheapest searches with ideal moduli. A coarse grid of rules gives chains of every shape. From the cheapest shape
// on, each is refined until one meets the target.
func (p *Planner) cheapest(t Target) (best Candidate, closest float64, ok bool) {
	coarse := p.grid(t)
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
			wide := p.refine(q, t, p.widest(q))
			if wide.error > t.Error {
				closest = min(closest, wide.error)
				continue
			}
			r := p.refine(c, t, c.cost)
			if r.error > t.Error {
				r = p.cheapen(wide, t)
			}
			consider(r)
		}
		if ok {
			break
		}
	}
	return best, closest, ok
}

// promising is how many times its target the error of a shape may be for it to be refined. Refining can lower the error
// about ten thousand times. Where the cheapest of such shapes fail, those next to the target are left.
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
func (p *Planner) grid(t Target) []Candidate {
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
						for _, c := range p.withParts(ch, t) {
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

// withParts judges a chain, and one that holds the result in a modulus more: two narrow moduli can be cheaper than a wide one.
func (p *Planner) withParts(ch chain, t Target) []Candidate {
	out := p.withSpecialPrimes(ch, t)
	if len(out) == 0 {
		return nil
	}
	ch.parts = out[0].ch.baseCount() + 1
	return append(out, p.withSpecialPrimes(ch, t)...)
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
				c.cost = p.price(&c, a)
				out = append(out, c)
			}
		}
	}
	return out
}

// judge predicts the error of an assigned circuit; false beyond the security bound.
func (p *Planner) judge(a assigned, ch chain, alpha int, pBits float64, t Target) (Candidate, bool) {
	total := float64(alpha) * pBits
	for _, b := range ch.bits() {
		total += b
	}
	if total > params.MaxLogQP(p.logN, t.Security)-t.slack {
		return Candidate{}, false
	}
	c := Candidate{ch: ch, alpha: alpha, pBits: pBits}
	a.c.Params = idealParams(p.logN, &ch, alpha, pBits)
	c.error, _ = newNoiseModel(a.c.Params).outputErrors(a, p.pr)
	return c, true
}

// price predicts the time of an assigned candidate.
func (p *Planner) price(c *Candidate, a assigned) float64 {
	return p.time(a, packing.Ring{LogN: p.logN, Q: c.ch.bits(), P: slices.Repeat([]float64{c.pBits}, c.alpha), Costs: p.costs})
}

// minBits is the size of the least modulus.
func (p *Planner) minBits() float64 {
	return params.MinPrimeBits(params.NthRoot(p.logN, params.ConjugateInvariant))
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
	need := p.minBits() * float64(max(1, ch.parts))
	for _, v := range a.c.Values {
		size := math.Log2(v.Scale) + max(0, math.Log2(p.pr.largest[a.origin[v.ID]])) + headroom
		need = max(need, size-above[v.Level])
	}
	return need
}

// time predicts a run on one core from an assigned skeleton.
func (p *Planner) time(a assigned, r packing.Ring) float64 {
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

// primes picks the moduli of a candidate.
func (p *Planner) primes(c Candidate) (*params.Params, moduli, error) {
	ps := &params.Params{LogN: p.logN, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(ps.NthRoot())
	for _, b := range c.ch.bits() {
		q, err := primes.Nearest(b)
		if err != nil {
			return nil, moduli{}, err
		}
		ps.Q = append(ps.Q, q)
	}
	for range c.alpha {
		q, err := primes.Nearest(c.pBits)
		if err != nil {
			return nil, moduli{}, err
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
	return ps, m, nil
}

// Plan builds the circuit of a candidate with real primes.
func (p *Planner) Plan(c Candidate) (*he.Circuit, Report, error) {
	ps, m, err := p.primes(c)
	if err != nil {
		return nil, Report{}, err
	}
	a, err := p.full.assign(&c.ch, m)
	if err != nil {
		return nil, Report{}, err
	}
	a.c.Params = ps
	r := Report{Cost: c.cost, Costs: p.costs.Name}
	r.Error, r.PublicError = newNoiseModel(ps).outputErrors(a, p.measured)
	rare, rarePublic := newNoiseModel(ps).outputErrors(a, p.rare)
	r.Error, r.PublicError = max(r.Error, rare), max(r.PublicError, rarePublic)
	return a.c, r, nil
}
