package planning

import (
	"context"
	"math"

	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/plan"
)

// Report says what was chosen and what it is expected to do.
type Report struct {
	Choice      int     `json:"-"`            // which packed circuit
	Error       float64 `json:"error"`        // predicted largest noise of the circuit's outputs
	PublicError float64 `json:"public_error"` // the same for inputs encrypted with the public key
	Typical     float64 `json:"-"`            // Error on typical samples, which are louder than three in four
	KeyError    float64 `json:"-"`            // the part of Error that depends on the key: digits below it must not be shown
	Cost        float64 `json:"cost_ns"`      // predicted time of one run on one core
	Costs       string  `json:"costs"`        // the name of the cost model

	sources func() []plan.NoiseShare
}

// Sources says what Error is made of.
func (r *Report) Sources() []plan.NoiseShare { return r.sources() }

// Target is what parameters must reach.
type Target struct {
	Error    float64 // largest noise of an output
	Security int     // bits
	MaxCost  float64 // if set, only candidates that take fewer nanoseconds are of use
	Public   bool    // inputs encrypted with the public key have to meet it too; finer plaintexts are tried
	Most     Size    // candidates that take more are not chosen
	Server   memory.Processor

	primeMargin float64 // bits; see primeMargins
}

// Candidate is a rule with special primes, and what it leads to.
type Candidate struct {
	ch    chain
	alpha int     // number of special primes
	pBits float64 // size of each
	error float64
	cost  float64 // predicted nanoseconds of one run
	least Size    // see Least
	Runs  float64 // how many runs are needed
}

// Time is how many nanoseconds all runs are predicted to take.
func (c Candidate) Time() float64 { return c.cost * c.Runs }

// InputLevel is the level of the circuit's inputs.
func (c Candidate) InputLevel() int { return len(c.ch.bits()) - 1 }

// Planner holds what was measured of one packed circuit.
type Planner struct {
	structure       *structure
	profile         *profile
	tailProfile     *profile  // around the tail sample
	quotient        *quotient // of full: what is searched on
	quotientProfile *profile
	logN            int
	costs           plan.Costs
	linearWork      map[workKey][]he.Pass
}

// NewPlanner measures a packed circuit on samples.
func NewPlanner(ctx context.Context, c *he.Circuit, logN int, samples Samples, costs plan.Costs) (*Planner, error) {
	pr, tail, err := measure(ctx, c, samples)
	if err != nil {
		return nil, err
	}
	full := analyse(c)
	s, classProfile := newQuotient(full, pr)
	return &Planner{full, pr, tail, s, classProfile, logN, costs, map[workKey][]he.Pass{}}, nil
}

// Best finds the cheapest parameters that meet the target; ok is false if none do, and leastError is then the
// least error that was found within the security bound; best.Least says if it was for their size. Results are undefined once ctx is done.
//
// Sizes are chosen as if there were a prime of each size. If the primes that exist turn out to exceed the
// security bound, or the error with them exceeds the target, the search is repeated with a larger margin.
func (p *Planner) Best(ctx context.Context, t Target) (best Candidate, leastError float64, ok bool) {
	for _, margin := range primeMargins {
		t.primeMargin = margin
		if best, leastError, ok = p.cheapest(ctx, t); !ok || p.primesMeet(best, t) {
			return best, leastError, ok
		}
	}
	return best, leastError, false
}

// BestOnTail is Best where the target has to be met on the tail sample too. Noise there is a multiple of the
// noise on typical samples, so the target for these is lowered until the tail sample meets its own.
func (p *Planner) BestOnTail(ctx context.Context, t Target) (best Candidate, leastError float64, ok bool) {
	maxError, reached := primeNoise*t.Error, math.Inf(1)
	for range maxLowered {
		if best, leastError, ok = p.Best(ctx, t); !ok {
			break
		}
		_, r, err := p.Plan(best)
		e := r.Error
		if t.Public {
			e = r.PublicError
		}
		if err != nil || e <= maxError { // a caller that plans this candidate gets the same error
			return best, leastError, true
		}
		reached = min(reached, e)
		t.Error *= max(targetFactor*maxError/e, minTargetFactor)
	}
	if reached < math.Inf(1) {
		leastError = reached
	}
	return best, leastError, false
}

const (
	maxLowered      = 8        // times that the target is lowered
	minTargetFactor = 1.0 / 64 // least factor at a time
	targetFactor    = 0.5      // factor below the target that seems sufficient: sizes change in steps
)

// primeMargins lists, in the order in which they are tried, how many bits below the security bound the ideal
// moduli stay. Primes may turn out larger than the ideal moduli, the more so the smaller they are, since
// small primes of the form that the ring needs are rare.
var primeMargins = []float64{0.05, 1, 4}

// primeNoise is the factor by which noise may exceed the target with primes in place of ideal moduli.
const primeNoise = 1.02

// Plan builds the circuit of a candidate with real primes.
func (p *Planner) Plan(c Candidate) (*he.Circuit, Report, error) {
	ps, m, err := p.primes(c)
	if err != nil {
		return nil, Report{}, err
	}
	a, err := p.structure.assign(&c.ch, m)
	if err != nil {
		return nil, Report{}, err
	}
	a.c.Params = ps
	r := Report{Cost: c.cost, Costs: p.costs.Name}
	r.Error, r.PublicError = newNoiseModel(ps).outputErrors(a, p.profile)
	r.Typical = r.Error
	tail, tailPublic := newNoiseModel(ps).outputErrors(a, p.tailProfile)
	loudest := p.profile
	if tail > r.Error {
		loudest = p.tailProfile
	}
	r.sources = func() []plan.NoiseShare { return newNoiseModel(ps).sources(a, loudest) }
	r.Error, r.PublicError = max(r.Error, tail), max(r.PublicError, tailPublic)
	r.KeyError = r.Error
	if c.ch.keyless { // elsewhere it is nearly all of it
		r.KeyError = newNoiseModel(ps).keyError(a, p.profile)
	}
	return a.c, r, nil
}
