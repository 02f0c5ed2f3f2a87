package labels

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Loss is how far the answers on some samples are from what is known of these: the share of wrong classes, or the root mean square
// distance from the values.
type Loss struct {
	Classes      bool    // these are shares
	Exact, Fit   float64 // of the exact model, and of the polynomials
	more, margin float64 // the mean of what the fit loses more, in squares of distances, and its standard error
	least        float64 // loss of an exact model that nobody minds
}

// leastResidual is the distance from values, relative to their standard deviation, that nobody minds: a model may be nearer, as to
// values that it made itself.
const leastResidual = 0.1

// Compared is the loss of a fit on samples, from those of each sample.
func (t Truth) Compared(exact, fit []float64) *Loss {
	more := make([]float64, len(fit))
	for s, l := range fit {
		more[s] = l - exact[s]
	}
	l := &Loss{Classes: t.Classes != nil, Exact: stat.Mean(exact, nil), Fit: stat.Mean(fit, nil)}
	mean, deviation := stat.PopMeanStdDev(more, nil)
	l.more, l.margin = mean, deviation/math.Sqrt(float64(len(more)))
	if !l.Classes {
		l.Exact, l.Fit, l.least = math.Sqrt(l.Exact), math.Sqrt(l.Fit), leastResidual*math.Sqrt(t.variance())
	}
	return l
}

// What ten times the price has to bring by labels: 2 % of the answers, as the default target, or a fifth of the distance from the
// values.
const (
	kneeClasses = 0.02
	kneeValues  = 0.2
)

// Unit is what ten times the price has to bring.
func (l *Loss) Unit() float64 {
	if l.Classes {
		return kneeClasses
	}
	return kneeValues
}

// Missing is what a fit lacks of the exact model, with so many standard errors added: the share of the answers that it loses, or
// the logarithm of how many times the distance from the values is the model's own. That bends at the model's own distance: smaller
// errors take nothing off it.
func (l *Loss) Missing(deviations float64) float64 {
	more := max(l.more+deviations*l.margin, 0)
	if l.Classes || more == 0 {
		return more
	}
	own := max(l.Exact, l.least)
	return math.Log1p(more/(own*own)) / 2
}

// Distance is that of the fit from the values, or the one that nobody minds if it is nearer.
func (l *Loss) Distance() float64 { return max(l.Fit, l.least) }

// Text says what is lost.
func (l *Loss) Text() string {
	if l.Classes {
		return fmt.Sprintf("%.1f %% right, in clear %.1f %%", 100*(1-l.Fit), 100*(1-l.Exact))
	}
	return fmt.Sprintf("%.3g from their values (root mean square), in clear %.3g", l.Fit, l.Exact)
}
