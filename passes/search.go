package passes

import (
	"fmt"
	"math/bits"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// degrees are tried in order: for each depth ⌈log2(degree+1)⌉ the cheap ones first.
var degrees = []int{1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 19, 23, 27, 31, 47, 63}

// widenings of the intervals are tried in order until the polynomials stay tame: a wide
// interval costs accuracy, a narrow one explodes where an unseen sample leaves it.
var widenings = []float64{0.15, 0.3, 0.6}

// search looks for the cheapest polynomials that meet the goal: one degree for all functions
// first, the least that will do, then for one function after the other a lower one. Networks
// that need less depth and miss the goal by little are distilled.
func (f *fitter) search() (*candidate, error) {
	var best *candidate
	var missed []*candidate
	var undefined error
	for _, d := range f.ladder {
		c, err := f.best(f.allOf(d), f.modes())
		if isUndefined(err) {
			undefined = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.goal.met(c.fit) {
			if best, err = f.trim(c); err != nil {
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
	return f.distillCheaper(best, missed)
}

// enoughSamples drops the degrees that there are too few samples for: a polynomial that has more than half as many coefficients
// as there are samples follows these, and not the function. Composites follow no samples.
func enoughSamples(ladder []int, samples int) []int {
	return slices.DeleteFunc(slices.Clone(ladder), func(d int) bool { return d > 1 && 2*d >= samples && !isComposite(d) })
}

// allOf is a degree for all functions.
func (f *fitter) allOf(d int) []int {
	out := make([]int, 0, len(f.funcs))
	for _, n := range f.graph.Nodes {
		if _, ok := n.Op.(tensor.Func); ok {
			out = append(out, degreeFor(n, d, f.ladder))
		}
	}
	return out
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
func (f *fitter) distillCheaper(best *candidate, missed []*candidate) (*candidate, error) {
	met := f.goal.met(best.fit)
	tries := 0
	for _, c := range missed {
		cheaper := f.cost(c.degrees).depth < f.cost(best.degrees).depth || !met
		near := c.fit.tame() && c.fit.Degree > 1 && c.fit.Degree <= distillDegree && f.goal.miss(c.fit) <= nearMiss
		if f.opts.KeepWeights || !cheaper || !near || tries == distillTries {
			continue
		}
		tries++
		distilled := f.distill(c)
		if f.goal.met(distilled.fit) {
			return distilled, nil
		}
		if !met && f.goal.better(distilled.fit, best.fit) {
			best = distilled
		}
	}
	if !met {
		return nil, f.outOfReach(best)
	}
	return best, nil
}

func (f *fitter) outOfReach(best *candidate) error {
	d := diag.Errorf(diag.Pos{File: f.graph.File}, "no %s meet the target", triedDegrees(f.ladder)).
		Note("the best has degree %d: error %.3g, agreement %.4f on %d held-out samples", best.fit.Degree, best.fit.Error, best.fit.Agreement, best.fit.HeldOut)
	if !best.fit.tame() {
		d.Note("held-out samples leave the fitted intervals by up to %.3g of their half width", best.fit.LargestT-1)
	}
	return d.Note("relax --target-error or --target-agreement, or give more calibration samples")
}

// triedDegrees names what was tried.
func triedDegrees(ladder []int) string {
	s := fmt.Sprintf("polynomials up to degree %d", largestPlain(ladder))
	if last := ladder[len(ladder)-1]; isComposite(last) {
		s += fmt.Sprintf(" and composites up to degree %d", last)
	}
	return s
}

// modes lists whether to compensate: with few samples it may do harm.
func (f *fitter) modes() []bool {
	if f.opts.KeepWeights {
		return []bool{false}
	}
	return []bool{true, false}
}

// best tries polynomials of these degrees in some modes, and with intervals as wide as it takes. Where a function is
// undefined on what some of these make of its arguments, others may do.
func (f *fitter) best(degrees []int, modes []bool) (*candidate, error) {
	var best *candidate
	var undefined error
	for _, w := range widenings {
		for _, refit := range modes {
			c, err := f.try(choice{degrees, refit, w})
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
		if best != nil && best.fit.tame() {
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
func (f *fitter) trim(c *candidate) (*candidate, error) {
	missed := map[string]bool{} // degrees that do not meet the goal
	forward, err := f.trimInOrder(c, missed, func(k int) int { return k })
	if err != nil {
		return nil, err
	}
	backward, err := f.trimInOrder(c, missed, func(k int) int { return len(f.funcs) - 1 - k })
	if err != nil {
		return nil, err
	}
	if f.cost(backward.degrees).less(f.cost(forward.degrees)) {
		return backward, nil
	}
	return forward, nil
}

func (f *fitter) trimInOrder(best *candidate, missed map[string]bool, layer func(k int) int) (*candidate, error) {
	for k := range f.funcs {
		at := layer(k)
		lo, hi := 0, slices.Index(f.ladder, best.degrees[at])
		for lo < hi { // the goal is met at hi
			mid := (lo + hi) / 2
			lower := slices.Clone(best.degrees)
			lower[at] = f.ladder[mid]
			c, err := f.meeting(choice{degrees: lower, refit: best.refit}, missed)
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
func (f *fitter) meeting(want choice, missed map[string]bool) (*candidate, error) {
	key := fmt.Sprint(want)
	if missed[key] {
		return nil, nil
	}
	c, err := f.best(want.degrees, []bool{want.refit})
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

// fitCost stands for what a network of polynomials costs to run. Depth counts first: it
// decides how large the ring is.
type fitCost struct{ depth, products int }

func (a fitCost) less(b fitCost) bool {
	return a.depth < b.depth || a.depth == b.depth && a.products < b.products
}

// cost is that of functions with these degrees.
func (f *fitter) cost(degrees []int) fitCost {
	var total fitCost
	depth := make([]int, len(f.graph.Nodes))
	for i, n := range f.graph.Nodes {
		own := 1
		switch n.Op.(type) {
		case tensor.Input:
			own = 0
		case tensor.Mul:
			total.products++
		case tensor.Func:
			var products int
			own, products = polyCost(degrees[0])
			total.products += products
			degrees = degrees[1:]
		}
		for _, in := range n.In {
			depth[i] = max(depth[i], depth[in.ID]+own)
		}
	}
	total.depth = depth[f.graph.Outputs[0].Node.ID]
	return total
}

// polyCost is the depth of a polynomial of degree d and its products of ciphertexts. A linear
// one merges the maps around it, up to degree 4 the map behind sums powers up, others need a
// level for their coefficients.
func polyCost(d int) (depth, products int) {
	switch {
	case isComposite(d):
		return compositeCost(d)
	case d <= 1:
		return -1, 0
	case d <= 4:
		return bits.Len(uint(d - 1)), d - 1
	}
	powers := bits.Len(uint(d))
	return powers + 1, powers - 1 + d/2
}
