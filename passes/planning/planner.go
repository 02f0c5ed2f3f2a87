package planning

import (
	"context"
	"math"

	"hecc/ir/he"
	"hecc/ir/plan"
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
	tail     *profile  // around the tail sample
	s        *skeleton // of full: what is searched on
	pr       *profile
	logN     int
	costs    plan.Costs
}

// NewPlanner measures a packed circuit on samples.
func NewPlanner(ctx context.Context, c *he.Circuit, logN int, samples Samples, costs plan.Costs) (*Planner, error) {
	pr, tail, err := measure(ctx, c, samples)
	if err != nil {
		return nil, err
	}
	full := analyse(c)
	s, merged := newSkeleton(full, pr)
	return &Planner{full, pr, tail, s, merged, logN, costs}, nil
}

// Best finds the cheapest parameters that meet the target; false if none do. Closest is then the least error
// that was found within the security bound. What it finds means nothing once ctx is done.
//
// Sizes are chosen as if there were a prime for each. Where the primes that there are turn out too large for
// the security bound, or the error with them, more room is left for that.
func (p *Planner) Best(ctx context.Context, t Target) (best Candidate, closest float64, ok bool) {
	for _, slack := range primeSlacks {
		t.slack = slack
		if best, closest, ok = p.cheapest(ctx, t); !ok || p.existsFor(best, t) {
			return best, closest, ok
		}
	}
	return best, closest, false
}

// BestOnTail is Best where the target has to be met around the tail sample too. Noise there is a multiple of
// noise around others, so the target for these is lowered until it is.
func (p *Planner) BestOnTail(ctx context.Context, t Target) (best Candidate, closest float64, ok bool) {
	most, reached := primeNoise*t.Error, math.Inf(1)
	for range maxLowered {
		if best, closest, ok = p.Best(ctx, t); !ok {
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

// primeSlacks are by how much larger than the ideal moduli the primes may turn out, in bits. Small primes are
// rare.
var primeSlacks = []float64{0.05, 1, 4}

// primeNoise is by what factor noise may exceed the target with primes in place of ideal moduli.
const primeNoise = 1.02

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
	tail, tailPublic := newNoiseModel(ps).outputErrors(a, p.tail)
	r.Error, r.PublicError = max(r.Error, tail), max(r.PublicError, tailPublic)
	return a.c, r, nil
}
