package fit

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// A walk tries networks, from cheap ones to dear ones, until one on its way is enough, and one more, which tells what better
// would cost. Its way is the ladder, or an ascent in deep networks whose fits are quick.
type walk struct {
	*fitter
	skip   func(tried []*candidate, a []approximation) bool
	enough func(c *candidate) bool

	tried     []*candidate // on the way or beside it
	count     int          // of fits
	domainErr error        // of a network that could not be fitted
}

// Networks of at least so many functions are deep: there, another search is made.
const deepFunctions = 3

// run tries networks. It fails where none can be fitted.
func (w *walk) run(ctx context.Context) error {
	way := w.ascend
	if !w.ascends() {
		way = func(ctx context.Context) error { return w.climb(ctx, 0) }
	}
	if err := way(ctx); err != nil || len(w.tried) > 0 {
		return err
	}
	return w.domainErr
}

// ascends says which way is taken. Convolutions climb: their fits take long, and an ascent through their few functions, each
// of many channels, found nothing cheaper.
func (f *fitter) ascends() bool {
	return len(f.funcs) >= deepFunctions && f.weightCount <= largeNetwork && len(f.ties) == 0
}

// try fits a network. It gives nil for one that is skipped, and for one that the domain of a function forbids.
func (w *walk) try(ctx context.Context, a []approximation) (*candidate, error) {
	if !w.fits(a) || w.skip(w.tried, a) {
		return nil, nil
	}
	w.count++
	c, err := w.best(ctx, a, w.refitModes())
	if isDomainError(err) {
		w.domainErr = err
		return nil, nil
	}
	if err == nil {
		w.tried = append(w.tried, c)
	}
	return c, err
}

// climb tries the networks of the ladder that are dearer than above.
func (w *walk) climb(ctx context.Context, above float64) error {
	steps := slices.DeleteFunc(w.ladder(), func(a []approximation) bool { return w.price(a) <= above })
	last := false
	for k, step := range steps {
		w.Progress(searchShare/2*float64(k)/float64(len(steps)), fmt.Sprintf("degree %d", slices.Max(degreesOf(step))))
		c, err := w.try(ctx, step)
		if err != nil || last {
			return err
		}
		last = c != nil && w.enough(c)
	}
	return nil
}

// An ascent begins with lines and raises one function at a time: the one that takes off most of the error for what it adds
// to the price. So first functions come to high degrees, which cost little there, and last ones stay lines or quadratics.
// Where no function helps by itself, and after many fits, the ladder goes on from the price that was reached.
const (
	maxAscentFits = 48
	smallGain     = 0.05 // where no function gains more by one step two are tried: even degrees do nothing for odd functions
	leastDearer   = 0.05 // of the price's logarithm: what costs nothing is not worth infinitely much
)

func (w *walk) ascend(ctx context.Context) error {
	at, err := w.try(ctx, w.schedules.at(0))
	last := slices.Repeat([]move{{gain: math.Inf(1)}}, len(w.funcs))
	above := 0.0
	for err == nil && at != nil {
		if w.enough(at) {
			better := at.approximations
			for k := range better {
				better = w.schedules.raised(better, 1, k)
			}
			_, err = w.try(ctx, better)
			return err
		}
		above = w.price(at.approximations)
		at, err = w.raise(ctx, at, last)
	}
	if err != nil {
		return err
	}
	return w.climb(ctx, above)
}

// move raises one function.
type move struct {
	to   *candidate
	gain float64 // of the error's logarithm for that of the price
}

// raise makes the steepest move of one step, or of two, or gives nil if none helps.
func (w *walk) raise(ctx context.Context, at *candidate, last []move) (*candidate, error) {
	k, err := w.steepest(ctx, at, last, 1)
	if err != nil {
		return nil, err
	}
	if k < 0 || last[k].gain <= smallGain {
		two := slices.Repeat([]move{{gain: math.Inf(1)}}, len(last))
		j, err := w.steepest(ctx, at, two, 2)
		if err != nil {
			return nil, err
		}
		if j >= 0 && (k < 0 || two[j].gain > last[k].gain) {
			k, last[j] = j, two[j]
		}
	}
	if k < 0 {
		return nil, nil
	}
	to := last[k].to
	last[k].gain = math.Inf(1)
	return to, nil
}

// steepest finds the function to raise by some steps, or gives -1 if none helps. Moves are tried in the order of what they were
// worth when they were tried last: that changes little, so few have to be tried again. Of equals the last function is tried
// first: the next one has the layers before it in common with that.
func (w *walk) steepest(ctx context.Context, at *candidate, last []move, steps int) (int, error) {
	var tried []int
	for w.count < maxAscentFits {
		best := -1
		for k, m := range last {
			if (m.gain > 0 || !slices.Contains(tried, k)) && (best < 0 || m.gain >= last[best].gain) {
				best = k
			}
		}
		if best < 0 || slices.Contains(tried, best) {
			return best, nil
		}
		w.Progress(searchShare/2*float64(w.count)/maxAscentFits, fmt.Sprintf("degree %d", at.fit.Degree))
		var err error
		if last[best], err = w.move(ctx, at, best, steps); err != nil {
			return -1, err
		}
		tried = append(tried, best)
	}
	return -1, nil
}

// move raises function k by some steps.
func (w *walk) move(ctx context.Context, at *candidate, k, steps int) (move, error) {
	none := move{gain: math.Inf(-1)}
	higher := w.schedules.raised(at.approximations, steps, k)
	if higher[k] == at.approximations[k] || higher[k].piecewise != nil {
		return none, nil
	}
	c, err := w.try(ctx, higher)
	if err != nil || c == nil || !c.fit.bounded() {
		return none, err
	}
	dearer := math.Log(w.price(higher) / w.price(at.approximations))
	return move{c, math.Log(at.fit.RMS/c.fit.RMS) / max(dearer, leastDearer)}, nil
}

// raised raises one function by some steps of its schedule.
func (l schedules) raised(a []approximation, steps, k int) []approximation {
	out := slices.Clone(a)
	out[k] = l[k][min(slices.Index(l[k], a[k])+steps, len(l[k])-1)]
	return out
}
