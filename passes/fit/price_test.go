package fit

import (
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/params"
)

// TestPriceBySecurity: more security makes no network cheaper and some dearer, and leaves fewer with a ring.
func TestPriceBySecurity(t *testing.T) {
	g := graphtest.Teacher(1, "sigmoid", slices.Repeat([]int{4}, 12)...)
	f := fitterOf(t, g, graphtest.Samples(g, 200), Targets{})
	var last []float64
	lastFit := f.schedules.length() + 1
	for _, security := range params.SecurityLevels {
		f.Security = security
		dearer, fit, prices := 0, 0, make([]float64, f.schedules.length())
		for k := range prices {
			a := f.schedules.at(k)
			if prices[k] = f.price(a); f.fits(a) {
				fit++
			}
			if last != nil && prices[k] < last[k] {
				t.Errorf("degrees %v cost %v at %d bits, %v with less", degreesOf(a), prices[k], security, last[k])
			}
			if last != nil && prices[k] > last[k] {
				dearer++
			}
		}
		if last != nil && dearer == 0 || fit == 0 || fit >= lastFit {
			t.Errorf("%d bits: %d networks are dearer than with less, %d have a ring, %d with less", security, dearer, fit, lastFit)
		}
		last, lastFit = prices, fit
	}
}
