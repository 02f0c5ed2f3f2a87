package passes

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
)

// lossOf is the loss that distillation makes small, without gradients.
func (d *distiller) lossOf(samples []int) float64 {
	got := batch{}
	for n, v := range d.given {
		got[n] = v.pick(samples)
	}
	total := 0.0
	for _, n := range d.live {
		got[n] = evalSerial(n, got.of(n.In))
		p, ok := n.Op.(tensor.Poly)
		if _, given := d.given[n.In[0]]; !ok || given {
			continue
		}
		for s := range samples {
			for i, x := range got[n.In[0]].row(s) {
				total += rangePenalty * math.Pow(max(0, math.Abs(p.Unit(p.At(i), x))-1), 2)
			}
		}
	}
	want, y := d.want.pick(samples), got[d.net.Outputs[0].Node]
	for s := range samples {
		p, q := softmax(y.row(s), d.sharp), softmax(want.row(s), d.sharp)
		for i, w := range want.row(s) {
			total += d.squared*math.Pow(y.row(s)[i]-w, 2) - d.entropy*q[i]*math.Log(p[i])
		}
	}
	return total / float64(len(samples))
}

// TestGradient compares gradients with differences of the loss, on networks with skips, gates
// and sparse maps.
func TestGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Network(t, 6, 3, []string{"relu", "tanh", "sigmoid", "square"})
		opts := Options{Calibration: graphtest.Samples(g, rapid.SampledFrom([]int{32, 300}).Draw(t, "samples")),
			TargetAgreement: rapid.SampledFrom([]float64{0, 0.9}).Draw(t, "agreement")}
		f := fitterOf(t, g, opts)
		if len(f.funcs) == 0 {
			return
		}
		c, err := f.try(choice{slices.Repeat(polynomials(rapid.IntRange(1, 5).Draw(t, "degree")), len(f.funcs)), false, -0.1}) // some samples lie outside
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range c.graph.Nodes {
			if p, ok := n.Op.(tensor.Poly); ok && p.Hi[0]-p.Lo[0] < 1e-3 {
				return // differences are too coarse
			}
		}
		d := f.newDistiller(c)
		samples := []int{0, 3, 5, 7}
		grad := d.gradient(samples, len(samples))
		for _, p := range d.params {
			for i := range p.x {
				const step = 1e-5
				x := p.x[i]
				p.x[i] = x + step
				up := d.lossOf(samples)
				p.x[i] = x - step
				slope := (up - d.lossOf(samples)) / (2 * step)
				p.x[i] = x
				if math.Abs(slope-grad[p][i]) > 1e-4*(1+math.Abs(slope)) {
					t.Fatalf("gradient %v, difference %v in\n%s", grad[p][i], slope, listing(d.net))
				}
			}
		}
	})
}

// TestDistillation: it brings held-out samples nearer to the exact network than compensation
// alone, leaves the candidate that it starts from as it was, and is the same every time.
func TestDistillation(t *testing.T) {
	for _, fn := range []string{"relu", "sigmoid"} {
		g := teacher(1, fn, 12, 16, 8, 4)
		f := fitterOf(t, g, Options{Calibration: graphtest.Samples(g, 2048)})
		c, err := f.try(choice{polynomials(2, 2), true, widenings[0]})
		if err != nil {
			t.Fatal(err)
		}
		before := c.graph.Print()
		first, second := f.distill(c), f.distill(c)
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
// by distillation at degree 2, unless weights are to be kept; and the plan is the same twice.
func TestDistilledOnDemand(t *testing.T) {
	g := teacher(1, "relu", 12, 16, 8, 4)
	opts := Options{Calibration: graphtest.Samples(g, 2048), TargetAgreement: 0.99}
	f := fitterOf(t, g, opts)
	c, err := f.best(polynomials(2, 2), []bool{true})
	if err != nil {
		t.Fatal(err)
	}
	distilled := f.distill(c)
	opts.TargetAgreement = 1 - distilled.fit.lost() - 1e-9
	var plans [2][]byte
	for k := range plans {
		r, err := Compile(g, opts)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Report.Fit.Distilled || r.Report.Fit.Degree != 2 {
			t.Errorf("got %+v", r.Report.Fit)
		}
		plans[k] = r.Plan.Encode()
	}
	if !bytes.Equal(plans[0], plans[1]) {
		t.Error("two plans differ")
	}
	opts.KeepWeights = true
	r, err := Compile(g, opts)
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Fit.Distilled || r.Report.Fit.Compensated {
		t.Errorf("weights were to be kept: %+v", r.Report.Fit)
	}
}
