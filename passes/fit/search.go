package fit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/params"
	"hecc/passes/refusal"
	"hecc/passes/tails"
)

// intervalMargins are tried in order until extrapolation is bounded: a wide interval costs accuracy, and
// beyond a narrow one polynomials grow fast.
var intervalMargins = []float64{tails.MinMargin, 0.3, 0.6}

// searchShare is the share of the time that the search takes, as progress shows it; distillation follows.
const searchShare = 0.6

// search looks for the cheapest approximations that meet the goal, or else for those that come closest. It
// walks until the goal is met, or to the knee where no goal is given; then the degree of one
// function after the other is lowered. Cheaper networks that nearly meet the goal are distilled.
func (f *fitter) search(ctx context.Context) (*candidate, error) {
	tried, err := f.explore(ctx)
	if err != nil {
		return nil, err
	}
	best := f.cheapestThatMeets(tried)
	if f.goal.met(best.fit) {
		if best, err = f.lowerDegrees(ctx, best); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(tried, func(a, b *candidate) int { return cmp.Compare(f.price(a.approximations), f.price(b.approximations)) })
	if best, err = f.distillCheaper(ctx, best, tried); err != nil {
		return nil, err
	}
	if tried, err = f.seekBetter(ctx, best, tried); err != nil {
		return nil, err
	}
	f.setAlternatives(best, tried)
	return best, nil
}

// explore walks to the first network that meets the goal. Without a goal it
// tries what may be the knee, and makes the knee's error the goal.
func (f *fitter) explore(ctx context.Context) ([]*candidate, error) {
	if len(f.ladder()) == 0 {
		return nil, f.tooDeep()
	}
	knee := f.goal.open()
	w := walk{fitter: f}
	w.skip = func(tried []*candidate, a []approximation) bool { return knee && f.pastKnee(tried, a) }
	w.enough = func(c *candidate) bool { return !knee && f.goal.met(c.fit) }
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	if knee {
		f.setKnee(w.tried)
	}
	return w.tried, nil
}

// cheapestThatMeets is the cheapest network that meets the goal, or else the one that comes closest.
func (f *fitter) cheapestThatMeets(tried []*candidate) *candidate {
	best := tried[0]
	for _, c := range tried {
		met, before := f.goal.met(c.fit), f.goal.met(best.fit)
		if met && (!before || f.price(c.approximations) < f.price(best.approximations)) || !before && f.goal.better(c.fit, best.fit) {
			best = c
		}
	}
	return best
}

// ladder lists the networks that the search climbs: all functions at one step of their schedules, and, in
// deep networks, only the first or the first half of them raised over quadratics, since the errors of first
// layers weigh most.
func (f *fitter) ladder() (out [][]approximation) {
	quadratics := f.schedules.at(quadraticStep)
	for k := range f.schedules.length() {
		all := f.schedules.at(k)
		if len(f.funcs) >= deepFunctions && k > quadraticStep && k <= raisedSteps {
			for _, raised := range []int{1, len(f.funcs) / 2} {
				out = append(out, slices.Concat(all[:raised], quadratics[raised:]))
			}
		}
		out = append(out, all)
	}
	return slices.DeleteFunc(out, func(a []approximation) bool { return !f.fits(a) })
}

const (
	quadraticStep = 1 // of the schedules: degree 2
	raisedSteps   = 5 // up to degree 6
)

// Distillation takes long. It is tried on few candidates: those whose error is within the factor that
// distillation typically gains, and of degrees at which training keeps arguments in their intervals. Degree 1
// is left out, since a linear network is optimal after refitting.
const (
	maxDistilledError  = 1.75
	maxDistilledDegree = 5
	maxDistillations   = 2   // in deep networks, one
	worthDistilling    = 0.8 // price of a network that is distilled, relative to the one that needs it not
)

// distillCheaper looks for a distilled network that meets the goal at a lower price than best. If best misses
// the goal, any depth will do.
func (f *fitter) distillCheaper(ctx context.Context, best *candidate, missed []*candidate) (*candidate, error) {
	met := f.goal.met(best.fit)
	if f.weightCount > largeNetwork {
		return best, nil
	}
	tries := 0
	if len(f.funcs) >= deepFunctions {
		tries = 1
	}
	for _, c := range missed {
		cheaper := f.price(c.approximations) < worthDistilling*f.price(best.approximations) || !met
		near := c.fit.bounded() && c.fit.Degree > 1 && c.fit.Degree <= maxDistilledDegree && f.goal.relativeError(c.fit) <= maxDistilledError
		if f.KeepWeights || !cheaper || !near || tries == maxDistillations {
			continue
		}
		tries++
		distilled, err := f.distill(ctx, c)
		if err != nil {
			return nil, err
		}
		if f.goal.met(distilled.fit) {
			return distilled, nil
		}
		if !met && f.goal.better(distilled.fit, best.fit) {
			best = distilled
		}
	}
	return best, nil
}

// acceptsMissed says whether a candidate is accepted though it misses the default target, since samples are
// few.
func (f *fitter) acceptsMissed(c *candidate) bool {
	return f.Targets.fewSamples(f.samples) && c.fit.bounded()
}

// tooDeep is the error of a network for which no ring has levels enough even for quadratics. It says what each layer takes, and how many of them would fit.
func (f *fitter) tooDeep() error {
	least := f.schedules.at(quadraticStep)
	_, after := f.loads(least)
	layers, room := f.deepest(least), params.MaxLogQP(largestLogN, f.Security)
	return diag.In(f.Graph.File, "the network is too deep: with polynomials of degree %d its %d functions and the maps between them take about %.0f bits of modulus, and the largest ring, N=2^%d, has %.0f",
		slices.Max(degreesOf(least)), len(f.funcs), f.atEnd(after).bits+fixedBits, largestLogN, room).
		Note("%s, and %d at the end", refusal.Text(layers), fixedBits).
		Cure("train a network of fewer layers: the first %d of these %d would fit; maps with no function between them count as one, with the function that follows", refusal.Fitting(layers, room-fixedBits), len(layers))
}

// goalMissed is the error of a target that nothing meets: it says what comes closest.
func (f *fitter) goalMissed(best *candidate) error {
	if !f.fits(f.schedules.at(quadraticStep)) {
		return f.tooDeep()
	}
	d := diag.In(f.Graph.File, "no polynomials up to degree %d meet the target", f.schedules.highest()).
		Note("the best has degree %d: error %.3g, agreement %.4f on %d held-out samples", best.fit.Degree, best.fit.Error, best.fit.Agreement, best.fit.HeldOut)
	if !best.fit.bounded() {
		d.Note("held-out samples leave the fitted intervals by up to %.3g of their half width", best.fit.LargestT-1)
	}
	if next := f.firstTooDeep(); next != nil {
		d.Note("more precise ones have no ring: degree %d for all functions takes %s, where N=2^%d has %.0f for layers",
			slices.Max(degreesOf(next)), refusal.Text(f.deepest(next)), largestLogN, params.MaxLogQP(largestLogN, f.Security)-fixedBits)
	}
	return d.Cure("relax --target-error or --target-agreement, or give more calibration samples")
}

// firstTooDeep is the first step of the schedules that no ring has levels for; nil if there is none.
func (f *fitter) firstTooDeep() []approximation {
	for k := range f.schedules.length() {
		if a := f.schedules.at(k); !f.fits(a) {
			return a
		}
	}
	return nil
}

// refitModes lists whether to refit affine maps. With few samples refitting may do harm, so both are tried,
// but in deep networks, where polynomials are of little use without it.
func (f *fitter) refitModes() []bool {
	switch {
	case f.KeepWeights:
		return []bool{false}
	case len(f.funcs) >= deepFunctions:
		return []bool{true}
	}
	return []bool{true, false}
}

// best tries these approximations with the given modes, and with margins as wide as bounded extrapolation
// takes. A domain error counts only if all of them fail: settings change the arguments.
func (f *fitter) best(ctx context.Context, approximations []approximation, modes []bool) (*candidate, error) {
	var best *candidate
	var domainErr error
	for _, margin := range intervalMargins {
		for _, refit := range modes {
			c, err := f.try(ctx, settings{approximations: approximations, refit: refit, margin: margin})
			if isDomainError(err) {
				domainErr = err
				continue
			}
			if err != nil {
				return nil, err
			}
			if best == nil || f.goal.better(c.fit, best.fit) {
				best = c
			}
			if f.goal.met(best.fit) {
				return best, nil
			}
		}
		if best != nil && best.fit.bounded() {
			return best, nil
		}
	}
	if best == nil {
		return nil, domainErr
	}
	return best, nil
}

// lowerDegrees lowers the degree of one function after the other as far as the goal allows, from the first
// function on and from the last one on, and takes the cheaper result; in deep networks only from the last one
// on.
func (f *fitter) lowerDegrees(ctx context.Context, c *candidate) (*candidate, error) {
	missed := map[string]bool{}        // settings that do not meet the goal
	if len(f.funcs) >= deepFunctions { // what is before the function that is lowered need not be fitted again
		return f.lowerDegreesInOrder(ctx, c, missed, func(k int) int { return len(f.funcs) - 1 - k })
	}
	forward, err := f.lowerDegreesInOrder(ctx, c, missed, func(k int) int { return k })
	if err != nil {
		return nil, err
	}
	backward, err := f.lowerDegreesInOrder(ctx, c, missed, func(k int) int { return len(f.funcs) - 1 - k })
	if err != nil {
		return nil, err
	}
	if f.price(backward.approximations) < f.price(forward.approximations) {
		return backward, nil
	}
	return forward, nil
}

func (f *fitter) lowerDegreesInOrder(ctx context.Context, best *candidate, missed map[string]bool,
	layer func(k int) int) (*candidate, error) {
	for k := range f.funcs {
		f.Progress(searchShare/2*(1+float64(k)/float64(len(f.funcs))), "lower degrees")
		at := layer(k)
		lo, hi := 0, slices.Index(f.schedules[at], best.approximations[at])
		for lo < hi { // the goal is met at hi
			mid := (lo + hi) / 2
			lower := slices.Clone(best.approximations)
			lower[at] = f.schedules[at][mid]
			c, err := f.tryForGoal(ctx, settings{approximations: lower, refit: best.refit}, missed)
			if err != nil {
				return nil, err
			}
			if c != nil {
				best, hi = c, mid
			} else {
				lo = mid + 1
			}
		}
	}
	return best, nil
}

// tryForGoal gives the candidate with these approximations if it meets the goal, else nil. It remembers those
// that miss.
func (f *fitter) tryForGoal(ctx context.Context, want settings, missed map[string]bool) (*candidate, error) {
	key := fmt.Sprint(want)
	if missed[key] {
		return nil, nil
	}
	c, err := f.best(ctx, want.approximations, []bool{want.refit})
	switch {
	case isDomainError(err):
	case err != nil:
		return nil, err
	case f.goal.met(c.fit):
		return c, nil
	}
	missed[key] = true
	return nil, nil
}
