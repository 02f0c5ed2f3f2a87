package fit

import (
	"cmp"
	"context"
	"slices"

	"hecc/ir/plan"
)

// Networks of the front differ by so much in price and error, and none takes more than so many times the price
// of quadratics.
const (
	frontPrice  = 1.2
	frontRMS    = 0.95
	frontLimit  = 1000
	frontLength = 12 // networks at most
)

// Front lists the networks on the front of price and error by the degrees of their functions, the cheapest
// first, for Problem.Network.
func Front(ctx context.Context, p Problem, samples [][]float64, box plan.Box) ([][]int, error) {
	used := usedSamples(p.Graph, samples)
	if len(used) < 2*HoldOut {
		return nil, tooFew(p, used)
	}
	f, err := newFitter(ctx, p, used, len(samples), box)
	if err != nil {
		return nil, err
	}
	limit := frontLimit * f.price(f.schedules.at(quadraticStep))
	steps := slices.DeleteFunc(f.ladder(), func(a []approximation) bool { return f.price(a) > limit })
	f.goal = goal{}
	var tried []*candidate
	for k, step := range steps {
		f.Progress(float64(k)/float64(len(steps)), "front")
		c, err := f.best(ctx, step, f.refitModes())
		if err != nil && !isDomainError(err) {
			return nil, err
		}
		if err == nil && c.fit.bounded() {
			tried = append(tried, c)
		}
	}
	return f.front(tried), nil
}

// front thins networks out to those that are better than all cheaper ones.
func (f *fitter) front(tried []*candidate) [][]int {
	slices.SortStableFunc(tried, func(a, b *candidate) int { return cmp.Compare(f.price(a.approximations), f.price(b.approximations)) })
	var out []*candidate
	for _, c := range tried {
		n := len(out)
		if n > 0 && c.fit.RMS > frontRMS*out[n-1].fit.RMS {
			continue
		}
		if n > 1 && f.price(c.approximations) < frontPrice*f.price(out[n-1].approximations) {
			out = out[:n-1]
		}
		out = append(out, c)
	}
	degrees := make([][]int, 0, len(out))
	for _, c := range out[:min(len(out), frontLength)] {
		degrees = append(degrees, c.fit.Degrees)
	}
	return degrees
}
