package fit

import "math"

// Where nothing is asked for, the search takes the knee of the front of price and error: the network with the
// best balance of the share of the outputs' variance that it explains and the logarithm of its price. Ten
// times the price has to explain kneeGain more.

const (
	kneeGain  = 0.1
	kneeSlack = 1.05 // over the error of the knee, for degrees to be lowered
)

// balance is what the knee maximises. Nobody minds the price of quadratics, so what is cheaper counts as dear.
func (f *fitter) balance(explained float64, a []approximation) float64 {
	dear := max(f.price(a), f.price(f.schedules.at(quadraticStep)))
	return max(explained, 0) - kneeGain*math.Log10(dear)
}

// knee is the bounded candidate of the best balance; nil if none is bounded.
func (f *fitter) knee(climbed []*candidate) *candidate {
	var knee *candidate
	best := math.Inf(-1)
	for _, c := range climbed {
		if b := f.balance(c.fit.Explained, c.approximations); c.fit.bounded() && b > best {
			knee, best = c, b
		}
	}
	return knee
}

// pastKnee says whether a network would have a worse balance than the knee even without any error.
func (f *fitter) pastKnee(climbed []*candidate, a []approximation) bool {
	c := f.knee(climbed)
	return c != nil && f.balance(1, a) <= f.balance(c.fit.Explained, c.approximations)
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
