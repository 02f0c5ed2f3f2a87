package fit

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat"

	"hecc/internal/graphtest"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes/tails"
)

// TestSamplesFor: as many samples as are asked for would do.
func TestSamplesFor(t *testing.T) {
	for _, goal := range []float64{0.9, 0.98, 0.995} {
		n := SamplesFor(1, goal)
		if n == 0 || tails.PredictedAgreement(n/HoldOut, n/HoldOut) < goal || n > 200 && tails.PredictedAgreement(n/2/HoldOut, n/2/HoldOut) >= goal {
			t.Errorf("%d samples for %v", n, goal)
		}
	}
	if n := SamplesFor(0.97, 0.98); n != 0 {
		t.Errorf("%d samples would make 0.97 exceed 0.98", n)
	}
	if x := plan.Exceeding(125); math.Abs(math.Pow(1-x, 125)-0.01) > 1e-9 {
		t.Errorf("125 samples: %v", x)
	}
}

// TestRefit: on held-out samples of random networks it helps relu, and what is
// taken is never worse than the same polynomials without it.
func TestRefit(t *testing.T) {
	for _, fn := range []string{"relu", "tanh", "sigmoid"} {
		for seed := range uint64(3) {
			g := graphtest.Teacher(seed, fn, 12, 16, 8, 4)
			f := fitterOf(t, g, graphtest.Samples(g, 1024), Targets{Error: 1e-9})
			f.sensitivity = nil // so that both fit the same
			for _, d := range []int{1, 2, 3} {
				c := settings{approximations: singlePolynomials(d, d), refit: false, margin: intervalMargins[0]}
				plain, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				best, err := f.best(t.Context(), c.approximations, f.refitModes())
				if err != nil {
					t.Fatal(err)
				}
				if best.fit.Error > plain.fit.Error {
					t.Errorf("%s degree %d: error %v, without compensation %v", fn, d, best.fit.Error, plain.fit.Error)
				}
				c.refit = true
				refitted, err := f.try(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if refitted.fit.RMS > 1.01*plain.fit.RMS {
					t.Errorf("%s degree %d: RMS %v with compensation, %v without", fn, d, refitted.fit.RMS, plain.fit.RMS)
				}
				if fn == "relu" && d == 2 && refitted.fit.RMS > 0.97*plain.fit.RMS {
					t.Errorf("%s degree %d: compensation takes RMS from %v to %v only", fn, d, plain.fit.RMS, refitted.fit.RMS)
				}
			}
		}
	}
}

// TestKinkEnclosure: on declared ranges no output is further off than is proven, and no argument leaves
// its interval.
func TestKinkEnclosure(t *testing.T) {
	for name, fn := range graphtest.Kinked() {
		g := graphtest.KinkedNetwork(fn, 1)
		p, _, box, drawn := unitProblem(t, g)
		poly, out, err := p.fitMinimax(t.Context(), kinkRung(p.Graph), box, drawn)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range graphtest.Samples(g, 300) {
			v, err := tensor.NewEvaluator(poly).Run(x)
			if err != nil {
				t.Fatal(err)
			}
			for i, y := range v.Of(poly.Outputs[0].Node) {
				if d := math.Abs(y - graphtest.Outputs(p.Graph, x)[0][i]); !(d <= out.ErrorBound(i)) || y < out.Lo[i] || y > out.Hi[i] {
					t.Fatalf("%s: off by %v, bound %v; %v in [%v, %v]", name, d, out.ErrorBound(i), y, out.Lo[i], out.Hi[i])
				}
			}
			for _, n := range poly.Nodes {
				if _, ok := n.Op.(tensor.Poly); ok && maxAbs(v.Of(n.In[0])) > 1+1e-12 {
					t.Fatalf("%s: an argument at %v", name, maxAbs(v.Of(n.In[0])))
				}
			}
		}
	}
}

// kinkRung is the least forms that stand for kinks.
func kinkRung(g *tensor.Graph) []approximation { return schedulesOf(g, nil).at(len(degrees)) }

func maxAbs(v []float64) float64 {
	worst := 0.0
	for _, x := range v {
		worst = max(worst, math.Abs(x))
	}
	return worst
}

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

// TestKneeByValues: against values that the model itself is far from, a cheaper network does than without these; where the model
// is near, it does not. Only held-out samples judge.
func TestKneeByValues(t *testing.T) {
	g := graphtest.Teacher(3, "relu", 6, 16, 1)
	samples := graphtest.Samples(g, 800)
	var exact []float64
	for _, x := range samples {
		exact = append(exact, graphtest.Outputs(g, x)[0][0])
	}
	_, deviation := stat.PopMeanStdDev(exact, nil)
	price := func(residual float64, wrong bool) float64 {
		p, prologue := problemOf(t, g, Targets{Labelled: residual > 0})
		in, rng := make([][]float64, len(samples)), rand.New(rand.NewPCG(1, 1))
		for s, x := range samples {
			in[s] = encode(t, prologue, x)
			y := exact[s] + residual*deviation*rng.NormFloat64()
			if wrong && s%HoldOut != 0 {
				y = 1000
			}
			if residual > 0 {
				p.Truth.Values = append(p.Truth.Values, []float64{y})
			}
		}
		f, err := newFitter(t.Context(), p, in, len(in), tails.Box(in, nil))
		if err != nil {
			t.Fatal(err)
		}
		c, err := f.search(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return f.price(c.approximations)
	}
	without, large, small := price(0, false), price(3, false), price(0.05, false)
	if !(large < without) || small < without {
		t.Errorf("price %v without values, %v far from them, %v near", without, large, small)
	}
	if got := price(3, true); got != large {
		t.Errorf("values of samples that were fitted on make the price %v, not %v", got, large)
	}
}

// TestKneeByClasses: where the model is right, classes ask for decisions as in clear; where it guesses, for none.
func TestKneeByClasses(t *testing.T) {
	g := graphtest.Teacher(5, "relu", 6, 16, 4)
	samples := graphtest.Samples(g, 800)
	fitted := func(class func(s int, y []float64) int) (*fitter, *candidate) {
		p, prologue := problemOf(t, g, Targets{Labelled: true})
		p.Truth.By = g.Classifier()
		in := make([][]float64, len(samples))
		for s, x := range samples {
			in[s] = encode(t, prologue, x)
			p.Truth.Classes = append(p.Truth.Classes, strconv.Itoa(class(s, graphtest.Outputs(g, x)[0])))
		}
		f, err := newFitter(t.Context(), p, in, len(in), tails.Box(in, nil))
		if err != nil {
			t.Fatal(err)
		}
		c, err := f.search(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return f, c
	}
	f, sure := fitted(func(_ int, y []float64) int { return tensor.Largest(y) })
	_, guessed := fitted(func(s int, _ []float64) int { return s / HoldOut % 4 })
	if sure.fit.Agreement < 0.96 || !(f.price(guessed.approximations) < f.price(sure.approximations)) {
		t.Errorf("degrees %v keep %v of the right decisions; of guesses %v", sure.fit.Degrees, sure.fit.Agreement, guessed.fit.Degrees)
	}
}
