package fit

import (
	"cmp"
	"context"
	"math"
	"slices"

	"hecc/ir/plan"
)

// Where nothing is asked for, the search takes the knee of the front of price and error: the network behind
// which another ten times the price explains little more of the outputs' variance, or with labels brings the answers little nearer
// to these.

const (
	kneeRatio = 10   // prices up to so many times that of a network are weighed against it
	kneeGain  = 0.1  // share of the variance that ten times the price has to explain more, in proportion to its logarithm
	kneeStep  = 2    // what is dearer by less is weighed as this
	kneeFloor = 3    // the price of quadratics over a price that nobody minds: what is cheaper counts as dear
	kneeSlack = 1.05 // over the error of the knee, for degrees to be lowered
	lossSlack = 0.25 // for that by labels, of what ten times the price has to bring
)

// knee climbs from the cheapest network as long as a dearer one is worth its price; nil if none is bounded.
func (f *fitter) knee(climbed []*candidate) *candidate {
	var at *candidate
	for _, c := range climbed {
		if c.fit.bounded() && (at == nil || f.price(c.approximations) < f.price(at.approximations)) {
			at = c
		}
	}
	for next := at; next != nil; {
		at, next = next, nil
		most := kneeGain
		for _, c := range climbed {
			if gain, ok := f.gain(at, c.approximations, f.worth(c.fit)); ok && c.fit.bounded() && gain >= most {
				next, most = c, gain
			}
		}
	}
	return at
}

// worth of a fit, up to 1: the share of the variance that it explains. By labels it is on the same scale: what ten times the price
// has to bring counts as kneeGain.
func (f *fitter) worth(fit Fit) float64 {
	if l := fit.Loss; l != nil {
		return 1 - kneeGain*l.Missing(f.goal.deviations)/l.Unit()
	}
	return max(fit.Explained, 0)
}

// gain is how much more a dearer network is worth than another, for ten times the price. It
// fails for networks that are not dearer or that are out of sight.
func (f *fitter) gain(than *candidate, a []approximation, worth float64) (float64, bool) {
	from := max(f.price(than.approximations), f.price(f.schedules.at(quadraticStep))/kneeFloor)
	dearer := f.price(a) / from
	return (worth - f.worth(than.fit)) / math.Log10(max(dearer, kneeStep)), dearer > 1 && dearer <= kneeRatio
}

// pastKnee says whether a network is not worth trying, since even without any error it would not be better
// than the knee of those that were.
func (f *fitter) pastKnee(climbed []*candidate, a []approximation) bool {
	c := f.knee(climbed)
	if c == nil {
		return false
	}
	gain, ok := f.gain(c, a, 1)
	return !ok || gain < kneeGain
}

// setKnee makes the knee's error the goal, or its loss. Without a bounded network nothing meets it, nor where no ring has
// levels for quadratics, unless lines do.
func (f *fitter) setKnee(climbed []*candidate) {
	f.goal.rms = 0
	c := f.knee(climbed)
	switch {
	case c == nil || f.worth(c.fit) < 1-kneeGain && !f.fits(f.schedules.at(quadraticStep)):
	case c.fit.Loss != nil:
		f.goal.rms = math.Inf(1)
		f.goal.missing = c.fit.Loss.Missing(f.goal.deviations) + lossSlack*c.fit.Loss.Unit()
	default:
		f.goal.rms = math.Nextafter(kneeSlack*c.fit.RMS, math.Inf(1))
	}
}

// Networks of the front differ by so much in price and error, and none takes more than so many times the price
// of quadratics.
const (
	frontPrice  = 1.2
	frontRMS    = 0.95
	frontLimit  = 300
	frontLength = 12 // networks at most
)

// Front lists the networks on the front of price and error, the cheapest first, whatever the targets.
func Front(ctx context.Context, p Problem, samples [][]float64, box plan.Box) ([]*Result, error) {
	used := usedSamples(p.Graph, samples)
	if len(used) < 2*HoldOut {
		return nil, tooFew(p, used)
	}
	f, err := newFitter(ctx, p, used, len(samples), box)
	if err != nil {
		return nil, err
	}
	limit := frontLimit * f.price(f.schedules.at(quadraticStep))
	f.goal = goal{maxError: math.Inf(1), rms: math.Inf(1), missing: math.Inf(1)}
	w := walk{fitter: f}
	w.skip = func(_ []*candidate, a []approximation) bool { return f.price(a) > limit }
	w.enough = func(*candidate) bool { return false }
	if err := w.run(ctx); err != nil {
		return nil, err
	}
	tried := slices.DeleteFunc(w.tried, func(c *candidate) bool { return !c.fit.bounded() })
	var out []*Result
	for _, c := range f.front(tried) {
		r, err := f.result(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// front thins networks out to those that are better than all cheaper ones.
func (f *fitter) front(tried []*candidate) []*candidate {
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
	return out[:min(len(out), frontLength)]
}

// Alternative is a network of the front that was not chosen.
type Alternative struct {
	Fit   Fit
	Price float64 // relative to that of the chosen network
}

// TargetError is the error to ask for, in two digits, for this network or a cheaper one that does as well.
func (a *Alternative) TargetError() float64 {
	digit := math.Pow(10, math.Floor(math.Log10(a.Fit.Error/fitShare))-1)
	return math.Ceil(a.Fit.Error/fitShare/digit) * digit
}

// TargetAgreement is the agreement to ask for, in three digits.
func (a *Alternative) TargetAgreement() float64 {
	return math.Floor(1000*(1-a.Fit.disagreement(agreementDeviations))) / 1000
}

// What a neighbour on the front must differ by to be worth telling of.
const (
	CheaperPrice = 0.8
	betterRMS    = 0.9
)

// mostBetterFits is how many networks are fitted to find one that is better by so much.
const mostBetterFits = 3

// seekBetter climbs on from the best network to one that is better enough to be told of, if that is asked for.
func (f *fitter) seekBetter(ctx context.Context, best *candidate, tried []*candidate) ([]*candidate, error) {
	if !f.Neighbours || f.weightCount > largeNetwork {
		return tried, nil
	}
	own := f.price(best.approximations)
	w := walk{fitter: f, tried: tried, skip: func(_ []*candidate, a []approximation) bool {
		return f.price(a) <= own || f.price(a) > kneeRatio*own
	}}
	found := func(c *candidate) bool {
		return c.fit.bounded() && f.price(c.approximations) > own && c.fit.RMS <= betterRMS*best.fit.RMS
	}
	for _, step := range f.ladder() {
		if w.count == mostBetterFits || slices.ContainsFunc(w.tried, found) {
			break
		}
		known := func(c *candidate) bool { return slices.Equal(degreesOf(c.approximations), degreesOf(step)) }
		if slices.ContainsFunc(w.tried, known) {
			continue
		}
		if _, err := w.try(ctx, step); err != nil {
			return nil, err
		}
	}
	return w.tried, nil
}

// setAlternatives tells what else could be had: the best of the cheaper networks, the cheapest of the better
// ones, and the cheapest that more samples might be enough for.
func (f *fitter) setAlternatives(best *candidate, tried []*candidate) {
	own := f.price(best.approximations)
	var cheaper, better, more *candidate
	for _, c := range tried {
		price := f.price(c.approximations)
		switch {
		case !c.fit.bounded() || c.fit.Error == 0: // of no error: there is no target to ask for it by
		case price <= CheaperPrice*own:
			if cheaper == nil || c.fit.RMS < cheaper.fit.RMS {
				cheaper = c
			}
			if !f.goal.met(c.fit) && f.goal.met(c.fit.onTraining()) && (more == nil || price < f.price(more.approximations)) {
				more = c
			}
		case price > own && c.fit.RMS <= betterRMS*best.fit.RMS && (better == nil || price < f.price(better.approximations)):
			better = c
		}
	}
	alternative := func(c *candidate) *Alternative {
		if c == nil {
			return nil
		}
		return &Alternative{c.fit, f.price(c.approximations) / own}
	}
	best.fit.Cheaper, best.fit.Better, best.fit.MoreSamples = alternative(cheaper), alternative(better), alternative(more)
}
