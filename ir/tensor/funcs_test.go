package tensor_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// randomBody draws a program of one variable with constants for n elements, and may leave its domain.
func randomBody(t *rapid.T, n int) *tensor.Body {
	names := []string{"add", "sub", "mul", "div", "min", "max", "pow"}
	for fn := range tensor.Funcs {
		names = append(names, fn)
	}
	slices.Sort(names)
	b, rng := &tensor.Body{}, graphtest.Rand(t)
	for range rapid.IntRange(1, 12).Draw(t, "instructions") {
		last := len(b.Code)
		before := slices.Clone(b.Code)
		switch op := rapid.SampledFrom(names).Draw(t, "op"); op {
		case "pow":
			b.Add(op, rng.IntN(last+1), b.AddConst(graphtest.Vector(rng, 1, 3)...))
		case "add", "sub", "mul", "div", "min", "max":
			other := rng.IntN(last + 1)
			if rng.IntN(2) == 0 {
				other = b.AddConst(graphtest.Vector(rng, rapid.SampledFrom([]int{1, n}).Draw(t, "constants"), 3)...)
			}
			b.Add(op, other, last)
		default:
			b.Add(op, last)
		}
		if !valid(b, n) {
			b.Code = before
		}
	}
	if len(b.Code) == 0 {
		b.Add("tanh", 0)
	}
	return b
}

// valid says whether a Func may have the body for n elements.
func valid(b *tensor.Body, n int) bool {
	g := tensor.New("", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{n}})
	_, err := g.Add(diag.Pos{}, tensor.Func{Fn: "random", Body: b}, x)
	return err == nil
}

// TestEnclosures checks what fitting relies on: values lie in the range, no two points are
// further apart than the slope says, and there are no values that are not numbers where the
// function says that it is defined.
func TestEnclosures(t *testing.T) {
	check := func(t *rapid.T, f tensor.ScalarFunc) {
		lo := rapid.Float64Range(-8, 8).Draw(t, "lo")
		hi := lo + rapid.Float64Range(0, 8).Draw(t, "width")
		if f.Defined(lo, hi) != nil {
			return
		}
		least, most := f.Range(lo, hi)
		slope := f.Slope(lo, hi)
		for range 20 {
			x := rapid.Float64Range(lo, hi).Draw(t, "x")
			y := rapid.Float64Range(lo, hi).Draw(t, "y")
			fx, fy := f.Eval(x), f.Eval(y)
			if !(least <= fx && fx <= most) {
				t.Fatalf("f(%v) = %v is not in [%v, %v]", x, fx, least, most)
			}
			slack := 1e-12 * (1 + math.Abs(fx) + math.Abs(fy))
			if math.Abs(x-y)*slope < slack*1e-3 { // rounding inside is as large as the slope's effect
				continue
			}
			if d := math.Abs(fx - fy); d > slope*math.Abs(x-y)*(1+1e-9)+slack {
				t.Fatalf("|f(%v) - f(%v)| = %v, the slope is at most %v", x, y, d, slope)
			}
		}
	}
	for fn, f := range tensor.Funcs {
		t.Run(fn, rapid.MakeCheck(func(t *rapid.T) { check(t, f) }))
	}
	t.Run("body", rapid.MakeCheck(func(t *rapid.T) {
		f := tensor.Func{Fn: "random", Body: randomBody(t, 3)}
		check(t, f.Scalar(rapid.IntRange(0, 2).Draw(t, "element")))
	}))
}

// TestEnclosuresAreTight: subdivision keeps the ranges of usual functions within a hundredth of their width.
func TestEnclosuresAreTight(t *testing.T) {
	for name, build := range map[string]func(b *tensor.Body){
		"silu":     func(b *tensor.Body) { b.Add("mul", 0, b.Add("sigmoid", 0)) },
		"mish":     func(b *tensor.Body) { b.Add("mul", 0, b.Add("tanh", b.Add("softplus", 0))) },
		"logistic": func(b *tensor.Body) { one := b.AddConst(1); b.Add("div", one, b.Add("add", one, b.Add("exp", 0))) },
		"gaussian": func(b *tensor.Body) { b.Add("exp", b.Add("sub", b.AddConst(0), b.Add("mul", 0, 0))) },
	} {
		b := &tensor.Body{}
		build(b)
		f := tensor.Func{Fn: name, Body: b}.Scalar(0)
		least, most := f.Range(-6, 5)
		lo, hi := math.Inf(1), math.Inf(-1)
		slope := 0.0
		const points = 10000
		for i := range points {
			x := -6 + 11*float64(i)/(points-1)
			lo, hi = min(lo, f.Eval(x)), max(hi, f.Eval(x))
			slope = max(slope, math.Abs(f.Eval(x+1e-6)-f.Eval(x-1e-6))/2e-6)
		}
		if wide := (hi - lo) / 100; least < lo-wide || most > hi+wide {
			t.Errorf("%s: range [%v, %v], values in [%v, %v]", name, least, most, lo, hi)
		}
		if got := f.Slope(-6, 5); got > 1.3*slope {
			t.Errorf("%s: slope %v, really %v", name, got, slope)
		}
	}
}

func TestDefined(t *testing.T) {
	reciprocal := &tensor.Body{}
	reciprocal.Add("div", reciprocal.AddConst(1), 0)
	root := &tensor.Body{}
	root.Add("pow", 0, root.AddConst(0.5))
	for _, c := range []struct {
		f      tensor.Func
		lo, hi float64
		want   string
	}{
		{tensor.Func{Fn: "log"}, -1, 1, "log is defined for positive numbers only"},
		{tensor.Func{Fn: "log"}, 0, 1, "log is defined for positive numbers only"},
		{tensor.Func{Fn: "log"}, 0.1, 1, ""},
		{tensor.Func{Fn: "sqrt"}, 0, 1, ""},
		{tensor.Func{Fn: "sqrt"}, -0.1, 1, "sqrt is defined for numbers that are not negative only"},
		{tensor.Func{Fn: "exp"}, 0, 1000, "its values are too large"},
		{tensor.Func{Fn: "reciprocal", Body: reciprocal}, -1, 1, "the divisor may be zero"},
		{tensor.Func{Fn: "reciprocal", Body: reciprocal}, 0, 1, "the divisor may be zero"},
		{tensor.Func{Fn: "reciprocal", Body: reciprocal}, 1, 2, ""},
		{tensor.Func{Fn: "pow", Body: root}, -1, 2, "the power 0.5 is defined for numbers that are not negative only"},
	} {
		got := ""
		if err := c.f.Scalar(0).Defined(c.lo, c.hi); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s on [%v, %v]: %q, want %q", c.f.Fn, c.lo, c.hi, got, c.want)
		}
	}
	if s := (tensor.Func{Fn: "sign"}).Scalar(0).Slope(-1, 1); !math.IsInf(s, 1) {
		t.Errorf("the slope of a jump is %v", s)
	}
}

func TestKinks(t *testing.T) {
	clip := &tensor.Body{}
	clip.Add("min", clip.Add("max", clip.Add("add", clip.Add("mul", 0, clip.AddConst(2, -2)), clip.AddConst(1)), clip.AddConst(-1)), clip.AddConst(3))
	for element, want := range [][]float64{{-1, 1}, {-1, 1}} {
		if got := (tensor.Func{Fn: "clip", Body: clip}).Scalar(element).Kinks; !slices.Equal(got, want) {
			t.Errorf("clip, element %d: kinks at %v, want %v", element, got, want)
		}
	}
	if got := (tensor.Func{Fn: "sign"}).Scalar(0).Kinks; len(got) != 3 || got[1] != 0 || got[0] >= 0 || got[2] <= 0 {
		t.Errorf("sign: kinks at %v", got)
	}
	folded := &tensor.Body{}
	for at := range 30 {
		folded.Add("sub", folded.Add("abs", len(folded.Code)), folded.AddConst(1/float64(at+1)))
	}
	if valid(folded, 1) {
		t.Error("a body with 2^30 kinks is taken")
	}
	unknown := &tensor.Body{}
	unknown.Add("relu", unknown.Add("sin", 0))
	if valid(unknown, 1) {
		t.Error("a body is taken whose kinks are not known")
	}
}

// TestKinksOfRandomBodies: between kinks, halving a step halves what a slope changes by; at a kink it does
// not.
func TestKinksOfRandomBodies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, rng := &tensor.Body{}, graphtest.Rand(t)
		for range rapid.IntRange(1, 8).Draw(t, "instructions") {
			op := rapid.SampledFrom([]string{"relu", "abs", "min", "max", "add", "mul"}).Draw(t, "op")
			last := len(b.Code)
			switch op {
			case "relu", "abs":
				b.Add(op, last)
			case "mul":
				b.Add(op, last, b.AddConst(graphtest.Vector(rng, 1, 2)...))
			default:
				b.Add(op, last, b.AddConst(graphtest.Vector(rng, 1, 2)...))
			}
		}
		if !b.Fits() || !valid(b, 1) {
			t.Skip("too long")
		}
		f := tensor.Func{Fn: "lines", Body: b}.Scalar(0)
		ends := append([]float64{-4}, append(slices.DeleteFunc(slices.Clone(f.Kinks), func(x float64) bool { return math.Abs(x) > 4 }), 4)...)
		for i, lo := range ends[:len(ends)-1] {
			hi := ends[i+1]
			middle := f.Eval((lo + hi) / 2)
			if d := math.Abs(middle - (f.Eval(lo)+f.Eval(hi))/2); d > 1e-9 {
				t.Fatalf("not straight between %v and %v: off by %v", lo, hi, d)
			}
		}
	})
}

func TestBodyPrintsAndParses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "elements")
		g := tensor.New("f.onnx", tensor.Imported)
		x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{n}})
		y := g.MustAdd(diag.Pos{}, tensor.Func{Fn: "random", Body: randomBody(t, n)}, x)
		g.Outputs = []tensor.Output{{Name: "y", Node: y}}
		back, err := tensor.Parse(g.Print())
		if err != nil {
			t.Fatal(err)
		}
		if back.Print() != g.Print() {
			t.Fatalf("%s\nbecomes\n%s", g.Print(), back.Print())
		}
	})
}

func TestBodyIsChecked(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, b := range map[string]*tensor.Body{
		"empty":              {},
		"unknown function":   {Code: []tensor.Instr{{Op: "gamma", Args: []int{0}}}},
		"later value":        {Code: []tensor.Instr{{Op: "tanh", Args: []int{1}}}},
		"negative value":     {Code: []tensor.Instr{{Op: "tanh", Args: []int{-1}}}},
		"too few values":     {Code: []tensor.Instr{{Op: "add", Args: []int{0}}}},
		"constants":          {Code: []tensor.Instr{{Op: "const", Const: graphtest.Vector(rng, 2, 1)}}},
		"not a number":       {Code: []tensor.Instr{{Op: "const", Const: []float64{math.NaN()}}}},
		"exponent":           {Code: []tensor.Instr{{Op: "pow", Args: []int{0, 0}}}},
		"constant arguments": {Code: []tensor.Instr{{Op: "const", Args: []int{0}, Const: []float64{1}}}},
		"too long":           {Code: slices.Repeat([]tensor.Instr{{Op: "tanh", Args: []int{0}}}, 64)},
	} {
		if valid(b, 3) {
			t.Errorf("%s is taken", name)
		}
	}
}
