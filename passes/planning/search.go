package planning

import (
	"fmt"
	"math"

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
}

// Cheaper says whether c is predicted to run faster than o.
func (c Candidate) Cheaper(o Candidate) bool { return c.cost < o.cost }

// Planner holds what is known of one packed circuit.
type Planner struct {
	s    *structure
	pr   *profile
	logN int
	cost packing.CostModel
}

// NewPlanner measures a packed circuit on samples. Values are allowed to become margin
// times as large as on the samples.
func NewPlanner(c *he.Circuit, logN int, samples [][]float64, margin float64, cost packing.CostModel) (*Planner, error) {
	pr, err := measure(c, samples, margin)
	if err != nil {
		return nil, err
	}
	return &Planner{analyse(c), pr, logN, cost}, nil
}

// The rules that are tried, in bits.
const (
	minInput, aboveWaterline, inputStep       = 16, 16, 4
	minWaterline, maxWaterline, waterlineStep = 20, 56, 3
	minPlain, maxPlain, plainStep             = 12, 32, 4
	minLeast, maxLeast, leastStep             = 24, 60, 6
	maxSpecial                                = 3
)

// Best finds the cheapest parameters that meet the target; false if none do. Closest is
// then the least error that any parameters within the security bound reach.
func (p *Planner) Best(t Target) (best Candidate, closest float64, ok bool) {
	closest = math.Inf(1)
	bound := params.MaxLogQP(p.logN, t.Security)
	seen := map[string]bool{}
	for w := minWaterline; w <= maxWaterline; w += waterlineStep {
		for in := minInput; in <= w+aboveWaterline; in += inputStep {
			for plain := minPlain; plain <= maxPlain; plain += plainStep {
				for least := minLeast; least <= maxLeast; least += leastStep {
					r := rule{input: float64(in), waterline: float64(w), plain: float64(plain), least: float64(least)}
					for _, c := range p.candidates(r, bound, seen) {
						closest = min(closest, c.error)
						if c.error <= t.Error && (!ok || c.cost < best.cost || c.cost == best.cost && c.error < best.error) {
							best, ok = c, true
						}
					}
				}
			}
		}
	}
	return best, closest, ok
}

// candidates builds the circuit of a rule and judges it with each choice of special primes
// that the bound on log2(QP) leaves room for.
func (p *Planner) candidates(r rule, bound float64, seen map[string]bool) []Candidate {
	ch, ok := p.s.buildChain(r, params.MinPrimeBits(params.NthRoot(p.logN, params.ConjugateInvariant)))
	if !ok {
		return nil
	}
	ch.least = 0
	key := fmt.Sprint(ch)
	if seen[key] {
		return nil // another threshold led to the same chain
	}
	seen[key] = true
	a, ch, ok := p.fitBase(ch)
	if !ok {
		return nil
	}
	logQ := ch.base
	largest := ch.base / float64(ch.baseCount())
	for _, bits := range ch.rescale {
		logQ += bits
		largest = max(largest, bits)
	}
	var out []Candidate
	for alpha := 1; alpha <= maxSpecial && alpha <= a.c.Values[0].Level+1; alpha++ {
		for _, pBits := range []float64{largest, params.MaxPrimeBits} {
			if logQ+float64(alpha)*pBits > bound-0.01 {
				continue
			}
			c := Candidate{ch: ch, alpha: alpha, pBits: pBits}
			a.c.Params = idealParams(p.logN, ch, alpha, pBits)
			c.error, _ = newNoiseModel(a.c.Params).outputErrors(a, p.pr)
			c.cost = p.time(a.c, alpha)
			out = append(out, c)
		}
	}
	return out
}

// fitBase sizes the moduli that are left at the end so that no value overflows.
func (p *Planner) fitBase(ch chain) (assigned, chain, bool) {
	for range 3 {
		m := ch.ideal()
		a, err := p.s.assign(ch, m)
		if err != nil {
			return a, ch, false
		}
		need := p.baseBits(a, ch, m)
		count := ch.baseCount()
		ch.base = need
		if ch.baseCount() == count {
			return a, ch, true
		}
	}
	return assigned{}, ch, false
}

// headroom keeps values below half the modulus, with a bit to spare for noise.
const headroom = 2

func (p *Planner) baseBits(a assigned, ch chain, m moduli) float64 {
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
	need := params.MinPrimeBits(params.NthRoot(p.logN, params.ConjugateInvariant))
	for _, v := range a.c.Values {
		size := math.Log2(v.Scale) + max(0, math.Log2(p.pr.largest[a.origin[v.ID]])) + headroom
		need = max(need, size-above[v.Level])
	}
	return need
}

// time predicts a run on one core.
func (p *Planner) time(c *he.Circuit, alpha int) float64 {
	r := packing.Ring{LogN: p.logN, Alpha: alpha, Model: p.cost}
	total := 0.0
	for _, v := range c.Values {
		total += r.Op(v, v.Level+1)
	}
	return total
}

// bits lists the sizes of the moduli, level 0 first.
func (ch chain) bits() []float64 {
	n := ch.baseCount()
	var out []float64
	for range n {
		out = append(out, ch.base/float64(n))
	}
	for d := len(ch.rescale) - 1; d > 0; d-- {
		if ch.rescale[d] > 0 {
			out = append(out, ch.rescale[d])
		}
	}
	return out
}

// idealParams has powers of two where there will be primes.
func idealParams(logN int, ch chain, alpha int, pBits float64) *params.Params {
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
	a, err := p.s.assign(c.ch, m)
	if err != nil {
		return nil, Report{}, err
	}
	a.c.Params = ps
	r := Report{Cost: p.time(a.c, c.alpha), Costs: p.cost.Name}
	r.Error, r.PublicError = newNoiseModel(ps).outputErrors(a, p.pr)
	return a.c, r, nil
}
