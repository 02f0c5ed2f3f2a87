package approx_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/tensor"
	"hecc/passes/approx"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 200)) }

func at(c []float64, lo, hi, x float64) float64 { return tensor.Clenshaw(c, (2*x-lo-hi)/(hi-lo)) }

// worst is the largest error on a fine grid of points that no fit uses.
func worst(f func(float64) float64, c []float64, lo, hi float64) float64 {
	const points = 20011
	w := 0.0
	for i := range points {
		x := lo + (hi-lo)*float64(i)/(points-1)
		w = max(w, math.Abs(f(x)-at(c, lo, hi, x)))
	}
	return w
}

func drawInterval(t *rapid.T) (lo, hi float64) {
	lo = rapid.Float64Range(-10, 10).Draw(t, "lo")
	return lo, lo + rapid.Float64Range(0.1, 20).Draw(t, "width")
}

// alternating gives weights of mean 1 for an even number of points.
func alternating(n int) []float64 {
	w := make([]float64, n)
	for k := range w {
		w[k] = 0.5 + float64(k%2)
	}
	return w
}

func TestLeastSquaresRecoversPolynomials(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo, hi := drawInterval(t)
		want := graphtest.Vector(graphtest.Rand(t), rapid.IntRange(1, 10).Draw(t, "terms"), 1)
		f := func(x float64) float64 { return at(want, lo, hi, x) }
		xs := graphtest.Vector(graphtest.Rand(t), rapid.IntRange(1, 50).Draw(t, "points"), 1)
		for i, u := range xs {
			xs[i] = lo + (hi-lo)*(u+1)/2
		}
		got, err := approx.LeastSquares(f, xs, alternating(len(xs)), lo, hi, len(want)-1)
		if err != nil {
			t.Fatal(err)
		}
		if graphtest.Gap(got, want) > 1e-8 {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// TestLeastSquaresIsOptimal: moving any coefficient makes the sum of squares larger.
func TestLeastSquaresIsOptimal(t *testing.T) {
	xs := graphtest.Samples(tensorInput(500), 1)[0]
	f := tensor.Funcs["relu"].Eval
	c, err := approx.LeastSquares(f, xs, alternating(len(xs)), -1, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	// The guard points' share is known: 20 of them weigh a twentieth of the samples.
	loss := func(c []float64) float64 {
		sum := 0.0
		add := func(x, w float64) { sum += w * math.Pow(f(x)-at(c, -1, 1, x), 2) }
		for k, x := range xs {
			add(x, alternating(len(xs))[k])
		}
		for k := range 20 {
			add(math.Cos(math.Pi*(float64(k)+0.5)/20), 0.05*500/20)
		}
		return sum
	}
	best := loss(c)
	for k := range c {
		for _, step := range []float64{1e-3, -1e-3} {
			moved := append([]float64(nil), c...)
			moved[k] += step
			if loss(moved) <= best {
				t.Errorf("coefficient %d moved by %v: %v, before %v", k, step, loss(moved), best)
			}
		}
	}
}

func tensorInput(n int) *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, nil)
	return b.Output(b.Input(n))
}

// TestGuardPoints: far from all samples the polynomial still stays near the function.
func TestGuardPoints(t *testing.T) {
	xs := make([]float64, 1000) // all zero
	c, err := approx.LeastSquares(math.Tanh, xs, alternating(len(xs)), -3, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	if w := worst(math.Tanh, c, -3, 3); w > 0.2 {
		t.Errorf("off by %v", w)
	}
}

func TestLeastSquaresErrors(t *testing.T) {
	_, err := approx.LeastSquares(func(float64) float64 { return 0 }, nil, nil, -1, 1, 3)
	if err == nil || !strings.Contains(err.Error(), "least squares of degree 3 on 0 points is singular") {
		t.Errorf("got %v", err)
	}
}

// TestMinimaxKnown compares with errors that are known in closed form.
func TestMinimaxKnown(t *testing.T) {
	for name, c := range map[string]struct {
		f      func(float64) float64
		lo, hi float64
		degree int
		want   float64
	}{
		"|x| by a parabola":        {math.Abs, -1, 1, 2, 1.0 / 8},
		"relu by a parabola":       {tensor.Funcs["relu"].Eval, -1, 1, 2, 1.0 / 16},
		"|x| by degree 4":          {math.Abs, -1, 1, 4, 0.067620892},
		"relu by degree 4":         {tensor.Funcs["relu"].Eval, -3, 3, 4, 1.5 * 0.067620892},
		"relu by degree 5":         {tensor.Funcs["relu"].Eval, -3, 3, 5, 1.5 * 0.067620892},
		"|x| by degree 6":          {math.Abs, -1, 1, 6, 0.045969},
		"relu on a wider interval": {tensor.Funcs["relu"].Eval, -6, 6, 2, 6.0 / 16},
		"x² by a line":             {func(x float64) float64 { return x * x }, 0, 1, 1, 1.0 / 8},
		"x⁵ by degree 4":           {func(x float64) float64 { return math.Pow(x, 5) }, -1, 1, 4, 1.0 / 16},
		"√x by a line":             {math.Sqrt, 0, 1, 1, 1.0 / 8},
		"1/x by a line":            {func(x float64) float64 { return 1 / x }, 1, 4, 1, 1.0 / 8},
		"a cubic by itself":        {func(x float64) float64 { return x*x*x - x }, -2, 3, 3, 0},
		"relu where it is a line":  {tensor.Funcs["relu"].Eval, 1, 3, 4, 0},
		"relu where it is zero":    {tensor.Funcs["relu"].Eval, -3, -1, 2, 0},
	} {
		got, err := approx.Minimax(c.f, c.lo, c.hi, c.degree)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w := worst(c.f, got, c.lo, c.hi); w > c.want*1.001+1e-12 {
			t.Errorf("%s: off by %v, the best is %v", name, w, c.want)
		}
	}
}

// interpolate fits at the Chebyshev points of the first kind.
func interpolate(f func(float64) float64, lo, hi float64, d int) []float64 {
	c := make([]float64, d+1)
	for j := range d + 1 {
		theta := math.Pi * (float64(j) + 0.5) / float64(d+1)
		y := f(lo + (hi-lo)*(math.Cos(theta)+1)/2)
		for k := range c {
			c[k] += 2 / float64(d+1) * y * math.Cos(float64(k)*theta)
		}
	}
	c[0] /= 2
	return c
}

// continuous are the functions that are defined everywhere and do not jump.
var continuous = []string{"relu", "abs", "sigmoid", "tanh", "erf", "softplus", "softsign", "exp",
	"sin", "cos", "sinh", "cosh", "asinh", "atan"}

// TestMinimax: the error alternates often enough to be the least (de la Vallée Poussin), and
// is no larger than that of interpolation.
func TestMinimax(t *testing.T) {
	for _, fn := range continuous {
		f := tensor.Funcs[fn]
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) {
			lo, hi := -rapid.Float64Range(0.5, 8).Draw(t, "lo"), rapid.Float64Range(0.5, 8).Draw(t, "hi")
			d := rapid.SampledFrom([]int{2, 3, 4, 5, 7, 9, 15}).Draw(t, "degree")
			c, err := approx.Minimax(f.Eval, lo, hi, d)
			if err != nil {
				t.Fatal(err)
			}
			w := worst(f.Eval, c, lo, hi)
			if other := worst(f.Eval, interpolate(f.Eval, lo, hi, d), lo, hi); w > other*(1+1e-9)+1e-13 {
				t.Fatalf("off by %v, interpolation by %v", w, other)
			}
			if low := alternation(f.Eval, c, lo, hi, d+2); w > 1e-12 && low < 0.95*w {
				t.Fatalf("off by %v, and no polynomial can be proven to be off by more than %v", w, low)
			}
		}))
	}
}

// alternation is the least of the largest errors of alternating sign: no polynomial of the
// degree has a smaller error.
func alternation(f func(float64) float64, c []float64, lo, hi float64, n int) float64 {
	const points = 20011
	var peaks []float64
	last := 0.0
	for i := range points {
		x := lo + (hi-lo)*(1-math.Cos(math.Pi*float64(i)/(points-1)))/2
		e := f(x) - at(c, lo, hi, x)
		switch {
		case e == 0:
		case last == 0 || (e > 0) != (last > 0):
			peaks, last = append(peaks, math.Abs(e)), e
		default:
			peaks[len(peaks)-1] = max(peaks[len(peaks)-1], math.Abs(e))
		}
	}
	if len(peaks) < n {
		return 0
	}
	best := 0.0
	for i := 0; i+n <= len(peaks); i++ {
		least := math.Inf(1)
		for _, p := range peaks[i : i+n] {
			least = min(least, p)
		}
		best = max(best, least)
	}
	return best
}

// TestBound: no point is further off than the bound, which is tight.
func TestBound(t *testing.T) {
	for _, fn := range continuous {
		f := tensor.Funcs[fn]
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) {
			lo, hi := drawInterval(t)
			c := graphtest.Vector(graphtest.Rand(t), rapid.IntRange(1, 16).Draw(t, "terms"), 1)
			bound := approx.Bound(f, c, lo, hi)
			if w := worst(f.Eval, c, lo, hi); w > bound {
				t.Fatalf("off by %v, bound %v", w, bound)
			}
			if w := worst(f.Eval, c, lo, hi); w < bound*(1-3e-3) {
				t.Fatalf("off by %v only, bound %v", w, bound)
			}
		}))
	}
}

// TestBoundTakesKinks: a kink between grid points is where relu is furthest off.
func TestBoundTakesKinks(t *testing.T) {
	f := tensor.Funcs["relu"]
	if got := approx.Bound(f, []float64{0.3}, -1, 0.4321); got < 0.3 {
		t.Errorf("bound %v", got)
	}
}
