package fit

import (
	"context"
	"fmt"
	"slices"

	"hecc/ir/diag"
	"hecc/passes/tails"
)

// margins of the intervals are tried in order until the polynomials stay tame: a wide
// interval costs accuracy, a narrow one explodes where an unseen sample leaves it.
var margins = []float64{tails.LeastMargin, 0.3, 0.6}

// searchShare is how much of fitting is left for distillation to follow, as far as progress tells.
const searchShare = 0.6

// search looks for the cheapest polynomials that meet the goal, or else those that come closest: one rung of the ladders for all functions
// first, the least that will do, then for one function after the other a lower one. Networks
// that need less depth and miss the goal by little are distilled.
func (f *fitter) search(ctx context.Context) (*candidate, error) {
	var best *candidate
	var missed []*candidate
	var undefined error
	steps := f.schedules.length()
	for k := range steps {
		f.Progress(searchShare/2*float64(k)/float64(steps), fmt.Sprintf("degree %d", slices.Max(degreesOf(f.schedules.at(k)))))
		c, err := f.best(ctx, f.schedules.at(k), f.modes())
		if isUndefined(err) {
			undefined = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.goal.met(c.fit) {
			if best, err = f.trim(ctx, c); err != nil {
				return nil, err
			}
			break
		}
		missed = append(missed, c)
		if best == nil || f.goal.better(c.fit, best.fit) {
			best = c
		}
	}
	if best == nil {
		return nil, undefined
	}
	return f.distillCheaper(ctx, best, missed)
}

// What is distilled: candidates that miss the goal by no more than a factor that distillation
// can make up for, of degrees that it does not drive out of their intervals, and not many of
// them, since it takes long. A linear network is as good as compensation makes it.
const (
	nearMiss      = 1.75
	distillDegree = 5
	distillTries  = 2
)

// distillCheaper looks for a distilled network that needs less depth than best, or, if that
// misses the goal, no more.
func (f *fitter) distillCheaper(ctx context.Context, best *candidate, missed []*candidate) (*candidate, error) {
	met := f.goal.met(best.fit)
	tries := 0
	for _, c := range missed {
		cheaper := f.cost(c.forms).Depth < f.cost(best.forms).Depth || !met
		near := c.fit.bounded() && c.fit.Degree > 1 && c.fit.Degree <= distillDegree && f.goal.miss(c.fit) <= nearMiss
		if f.KeepWeights || !cheaper || !near || tries == distillTries {
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

// takesBest says whether a fit that misses its target is taken all the same.
func (f *fitter) takesBest(c *candidate) bool {
	return f.Targets.fewSamples(f.samples) && c.fit.bounded()
}

func (f *fitter) outOfReach(best *candidate) error {
	d := diag.Errorf(diag.Pos{File: f.Graph.File}, "no polynomials up to degree %d meet the target", f.schedules.highest()).
		Note("the best has degree %d: error %.3g, agreement %.4f on %d held-out samples", best.fit.Degree, best.fit.Error, best.fit.Agreement, best.fit.HeldOut)
	if !best.fit.bounded() {
		d.Note("held-out samples leave the fitted intervals by up to %.3g of their half width", best.fit.LargestT-1)
	}
	return d.Note("relax --target-error or --target-agreement, or give more calibration samples")
}

// modes lists whether to compensate: with few samples it may do harm.
func (f *fitter) modes() []bool {
	if f.KeepWeights {
		return []bool{false}
	}
	return []bool{true, false}
}

// best tries polynomials of these degrees in some modes, and with intervals as wide as it takes. Where a function is
// undefined on what some of these make of its arguments, others may do.
func (f *fitter) best(ctx context.Context, forms []form, modes []bool) (*candidate, error) {
	var best *candidate
	var undefined error
	for _, w := range margins {
		for _, refit := range modes {
			c, err := f.try(ctx, choice{forms: forms, refit: refit, margin: w})
			if isUndefined(err) {
				undefined = err
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
		return nil, undefined
	}
	return best, nil
}

// trim lowers the degree of one function after the other, as far as the goal allows, from the
// first on and from the last on, and takes the cheaper result.
func (f *fitter) trim(ctx context.Context, c *candidate) (*candidate, error) {
	missed := map[string]bool{} // forms that do not meet the goal
	forward, err := f.trimInOrder(ctx, c, missed, func(k int) int { return k })
	if err != nil {
		return nil, err
	}
	backward, err := f.trimInOrder(ctx, c, missed, func(k int) int { return len(f.funcs) - 1 - k })
	if err != nil {
		return nil, err
	}
	if f.cost(backward.forms).Less(f.cost(forward.forms)) {
		return backward, nil
	}
	return forward, nil
}

func (f *fitter) trimInOrder(ctx context.Context, best *candidate, missed map[string]bool, layer func(k int) int) (*candidate, error) {
	for k := range f.funcs {
		f.Progress(searchShare/2*(1+float64(k)/float64(len(f.funcs))), "lower degrees")
		at := layer(k)
		lo, hi := 0, slices.Index(f.schedules[at], best.forms[at])
		for lo < hi { // the goal is met at hi
			mid := (lo + hi) / 2
			lower := slices.Clone(best.forms)
			lower[at] = f.schedules[at][mid]
			c, err := f.meeting(ctx, choice{forms: lower, refit: best.refit}, missed)
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

// meeting gives the candidate of these degrees if it meets the goal, else nil.
func (f *fitter) meeting(ctx context.Context, want choice, missed map[string]bool) (*candidate, error) {
	key := fmt.Sprint(want)
	if missed[key] {
		return nil, nil
	}
	c, err := f.best(ctx, want.forms, []bool{want.refit})
	switch {
	case isUndefined(err):
	case err != nil:
		return nil, err
	case f.goal.met(c.fit):
		return c, nil
	}
	missed[key] = true
	return nil, nil
}
