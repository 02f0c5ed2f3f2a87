package fit

import "math"

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
	return math.Floor(1000*(1-a.Fit.disagreement())) / 1000
}

// What a neighbour on the front must differ by to be worth telling of.
const (
	cheaperPrice = 0.8
	betterRMS    = 0.9
)

// setAlternatives tells what else could be had: the best of the cheaper networks, the cheapest of the better
// ones, and the cheapest that more samples might be enough for.
func (f *fitter) setAlternatives(best *candidate, tried []*candidate) {
	own := f.price(best.approximations)
	var cheaper, better, more *candidate
	for _, c := range tried {
		price := f.price(c.approximations)
		switch {
		case !c.fit.bounded() || c.fit.Error == 0: // of no error: there is no target to ask for it by
		case price <= cheaperPrice*own:
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
