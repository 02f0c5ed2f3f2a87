package fit

import "math"

// Where nothing is asked for, the search takes the knee of the front of price and error: the cheapest network
// for which ten times the price would explain less than one per cent more of the outputs' variance.

const (
	kneeFactor = 10
	kneeGain   = 0.01
	kneeSlack  = 1.05 // over the error of the knee, for degrees to be lowered
)

// score is what the knee compares: the share of the variance that is explained, at least that of a constant.
func (f Fit) score() float64 { return max(f.Explained, 0) }

// kneeOf is the knee among candidates, by ascending price: its approximations, or first if there are none.
func (f *fitter) kneeOf(climbed []*candidate, first []approximation) []approximation {
	if c := f.knee(climbed); c != nil {
		return c.approximations
	}
	return first
}

// knee is the cheapest of the bounded candidates for which no other within kneeFactor times its price gains
// kneeGain; nil if none is bounded.
func (f *fitter) knee(climbed []*candidate) *candidate {
	var knee *candidate
	for _, c := range climbed {
		switch {
		case !c.fit.bounded():
		case knee == nil, c.fit.score() >= knee.fit.score()+kneeGain && f.price(c.approximations) <= kneeFactor*f.price(knee.approximations):
			knee = c
		}
	}
	return knee
}

// chooseKnee makes the knee's error the goal. Without a bounded candidate it is the last one, and the goal is
// missed.
func (f *fitter) chooseKnee(climbed []*candidate) *candidate {
	if c := f.knee(climbed); c != nil {
		f.goal.rms = math.Nextafter(kneeSlack*c.fit.RMS, math.Inf(1))
		return c
	}
	return climbed[len(climbed)-1]
}
