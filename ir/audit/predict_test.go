package audit

import (
	"math"
	"testing"

	"hecc/internal/optest"
	"hecc/ir/he"
	"hecc/ir/params"
)

// predicted takes all predictions of a circuit on slots of a half.
func predicted(c *he.Circuit) []Prediction {
	x := make([]float64, c.Input.Size)
	for i := range x {
		x[i] = 0.5
	}
	var out []Prediction
	for v, p := range PredictNoise(c, c.Input.Pack(x)) {
		if v.ID != len(out) {
			panic("not in order")
		}
		out = append(out, p)
	}
	return out
}

// TestPredictTerms: every operation's noise has the terms that it is known to add, which make up the whole.
func TestPredictTerms(t *testing.T) {
	// Of a relinearisation and a sum with a plaintext, both at large scales, float64 resolves nothing here.
	adds := map[string]Term{"linear": KeySwitch, "fold": KeySwitch, "rescale": Rescale, "mulplain": Encoding}
	for _, op := range he.Ops() {
		c, v := optest.Circuit(op)
		p := predicted(c)
		if len(p) != len(c.Values) {
			t.Fatalf("%s: %d predictions of %d", op.Name(), len(p), len(c.Values))
		}
		own := p[v.ID]
		sum := 0.0
		for _, part := range own.Terms {
			sum += part * part
		}
		// A number has a single rounding error, which may be any in the one draw that terms are taken from.
		if ratio := math.Sqrt(sum) / own.Deviation; v.Op.Rule().Scale != he.ScaleByPlain && !(ratio > 0.8 && ratio < 1.25) {
			t.Errorf("%s: noise of %.3g, of its terms %.3g", op.Name(), own.Deviation, math.Sqrt(sum))
		}
		if !(own.Largest > slotDeviations*own.Deviation) || own.Terms[Fresh] == 0 {
			t.Errorf("%s: %+v", op.Name(), own)
		}
		if term := adds[op.Name()]; term != "" && own.Terms[term] == 0 {
			t.Errorf("%s adds no noise of term %s", op.Name(), term)
		}
		if op.Name() == "input" && (own.Terms[Encoding] != 0 || own.Terms[KeySwitch] != 0 || own.Terms[Rescale] != 0) {
			t.Errorf("%s: %v", op.Name(), own.Terms)
		}
		if own.Terms[Product] > own.Deviation/1e3 {
			t.Errorf("%s: products of errors of %.3g beside %.3g", op.Name(), own.Terms[Product], own.Deviation)
		}
	}
}

// TestPredictFresh: the noise of an encryption is known in closed form.
func TestPredictFresh(t *testing.T) {
	c, v := optest.Circuit(he.Input{})
	want := math.Sqrt(2*float64(c.Params.N())*(params.Sigma*params.Sigma+1.0/12)) / v.Scale
	if got := predicted(c)[v.ID].Deviation; math.Abs(got/want-1) > 0.02 {
		t.Errorf("noise of %.4g, expected %.4g", got, want)
	}
}

// TestPredictProduct: at a scale near the noise, a square has products of errors.
func TestPredictProduct(t *testing.T) {
	c, v := optest.Circuit(he.Mul{})
	for _, in := range c.Values[:v.ID] {
		in.Scale = 1 << 9 // the noise is about as large as the values
	}
	v.Scale = 1 << 18
	own := predicted(c)[v.ID]
	if share := own.Terms[Product] / own.Deviation; !(share > 0.3 && share < 1) {
		t.Errorf("products of errors of %.3g in a noise of %.3g", own.Terms[Product], own.Deviation)
	}
}

// TestPredictStops: whoever has seen enough leaves nothing running.
func TestPredictStops(t *testing.T) {
	c, _ := optest.Circuit(he.Rescale{})
	seen := 0
	for range PredictNoise(c, c.Input.Pack(make([]float64, c.Input.Size))) {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("%d values", seen)
	}
}

// TestPeriod: that of a plaintext decides how many of its coefficients are rounded.
func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		p    he.Plain
		want int
	}{
		{he.Plain{1, 1, 1, 1}, 1}, {he.Plain{1, 2, 1, 2}, 2}, {he.Plain{1, 2, 3, 4}, 4}, {he.Plain{1, 1, 2, 2}, 4}, {he.Plain{0, 0, 0, 1, 0, 0, 0, 1}, 4},
	} {
		if got := periodOf(c.p); got != c.want {
			t.Errorf("%v has period %d, expected %d", c.p, got, c.want)
		}
	}
}

// TestPredictRepeated: the rounding of a plaintext that repeats is as much smaller as its coefficients are fewer.
func TestPredictRepeated(t *testing.T) {
	c, v := optest.Circuit(he.MulPlain{Plain: he.Plain{0.5}})
	encoding := func(period int) float64 {
		p := make(he.Plain, c.Slots)
		for k := range p {
			p[k] = 1 / float64(1+k%period)
		}
		v.Op = he.MulPlain{Plain: p}
		return predicted(c)[v.ID].Terms[Encoding]
	}
	if ratio := encoding(c.Slots) / encoding(512); math.Abs(ratio/math.Sqrt(float64(c.Slots)/512)-1) > 0.2 {
		t.Errorf("rounding is %.3g times as large without repetition, for %d slots and a period of 512", ratio, c.Slots)
	}
}
