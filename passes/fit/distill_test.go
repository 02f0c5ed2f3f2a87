package fit

import (
	"testing"

	"hecc/internal/graphtest"
	"hecc/passes/tails"
)

// TestDistillation: it brings held-out samples nearer to the exact network than compensation
// alone, leaves the candidate that it starts from as it was, and is the same every time.
func TestDistillation(t *testing.T) {
	for _, fn := range []string{"relu", "sigmoid"} {
		g := graphtest.Teacher(1, fn, 12, 16, 8, 4)
		f := fitterOf(t, g, graphtest.Samples(g, 2048), Targets{})
		c, err := f.try(t.Context(), settings{approximations: singlePolynomials(2, 2), refit: true, margin: intervalMargins[0]})
		if err != nil {
			t.Fatal(err)
		}
		before := c.graph.Print()
		first, second := distilledFrom(t, f, c), distilledFrom(t, f, c)
		if c.graph.Print() != before {
			t.Errorf("%s: distillation changes what it starts from", fn)
		}
		if first.graph.Print() != second.graph.Print() {
			t.Errorf("%s: two runs differ", fn)
		}
		if err := first.graph.Verify(); err != nil {
			t.Error(err)
		}
		if first.fit.RMS > c.fit.RMS || fn == "relu" && first.fit.RMS > 0.9*c.fit.RMS {
			t.Errorf("%s: RMS %v, distilled %v", fn, c.fit.RMS, first.fit.RMS)
		}
	}
}

// TestDistilledOnDemand: a target between what compensation and what distillation reach is met
// by distillation at degree 2, unless weights are to be kept; and the result is the same twice.
func TestDistilledOnDemand(t *testing.T) {
	g, ctx := graphtest.Teacher(1, "relu", 12, 16, 8, 4), t.Context()
	samples := graphtest.Samples(g, 2048)
	f := fitterOf(t, g, samples, Targets{Agreement: 0.99})
	c, err := f.best(ctx, singlePolynomials(2, 2), []bool{true})
	if err != nil {
		t.Fatal(err)
	}
	distilled := distilledFrom(t, f, c)
	p, _ := problemOf(t, g, Targets{Agreement: 1 - distilled.fit.disagreement(agreementDeviations) - 1e-9})
	box := tails.Box(samples, nil)
	var graphs [2]string
	for k := range graphs {
		r, err := OnSamples(ctx, p, samples, box)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Fit.Distilled || r.Fit.Degree != 2 {
			t.Errorf("got %+v", r.Fit)
		}
		graphs[k] = r.Graph.Print()
	}
	if graphs[0] != graphs[1] {
		t.Error("two results differ")
	}
	p.KeepWeights = true
	r, err := OnSamples(ctx, p, samples, box)
	if err != nil {
		t.Fatal(err)
	}
	if r.Fit.Distilled || r.Fit.Compensated {
		t.Errorf("weights were to be kept: %+v", r.Fit)
	}
}

func distilledFrom(t *testing.T, f *fitter, c *candidate) *candidate {
	t.Helper()
	out, err := f.distill(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
