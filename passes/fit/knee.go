package fit

import "math"

// Where nothing is asked for, the search takes the knee of the front of price and error: the network behind
// which another ten times the price explains little more of the outputs' variance.

const (
	kneeRatio = 10   // prices up to so many times that of a network are weighed against it
	kneeGain  = 0.1  // share of the variance that ten times the price has to explain more, in proportion to its logarithm
	kneeSlack = 1.05 // over the error of the knee, for degrees to be lowered
)

// knee climbs from the network that explains most at the price of quadratics, which nobody minds, as long as
// a dearer one is worth its price; nil if no network is bounded.
func (f *fitter) knee(climbed []*candidate) *candidate {
	var at *candidate
	floor := f.price(f.schedules.at(quadraticStep))
	for _, c := range climbed {
		if c.fit.bounded() && (at == nil || f.price(c.approximations) <= floor && c.fit.Explained > at.fit.Explained) {
			at = c
		}
	}
	for next := at; next != nil; {
		at, next = next, nil
		most := kneeGain
		for _, c := range climbed {
			dearer := f.price(c.approximations) / max(f.price(at.approximations), floor)
			if !c.fit.bounded() || dearer <= 1 || dearer > kneeRatio {
				continue
			}
			if gain := (c.fit.Explained - max(at.fit.Explained, 0)) / math.Log10(dearer); gain >= most {
				next, most = c, gain
			}
		}
	}
	return at
}

// pastKnee says whether a network is not worth trying, since it costs too much more than the knee of those
// that were.
func (f *fitter) pastKnee(climbed []*candidate, a []approximation) bool {
	c := f.knee(climbed)
	if c == nil {
		return false
	}
	dear := max(f.price(c.approximations), f.price(f.schedules.at(quadraticStep)))
	return f.price(a) > kneeRatio*dear || 1-max(c.fit.Explained, 0) < kneeGain*math.Log10(f.price(a)/dear)
}

// setKnee makes the knee's error the goal. Without a bounded network nothing meets it.
func (f *fitter) setKnee(climbed []*candidate) {
	f.goal.rms = 0
	if c := f.knee(climbed); c != nil {
		f.goal.rms = math.Nextafter(kneeSlack*c.fit.RMS, math.Inf(1))
	}
}
