package passes

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// TestRefusals: what a user asks for and cannot have is a diagnostic, never a fault of hecc.
func TestRefusals(t *testing.T) {
	samples := func(n, length int, v float64) [][]float64 {
		out := make([][]float64, n)
		for i := range out {
			out[i] = make([]float64, length)
			out[i][0] = v
		}
		return out
	}
	for name, c := range map[string]struct {
		opts Options
		want string
	}{
		"security":          {Options{Security: 100}, "no security table for 100 bits\n  note: give 128, 192 or 256"},
		"negative security": {Options{Security: -1}, "no security table for -1 bits"},
		"sample length":     {Options{Calibration: samples(2, 7, 0)}, "calibration sample 0 has 7 elements, the model takes 20"},
		"NaN sample":        {Options{Calibration: samples(2, 20, math.NaN())}, "calibration sample 0: element 0 is NaN"},
		"infinite sample":   {Options{Calibration: samples(2, 20, math.Inf(1))}, "calibration sample 0: element 0 is +Inf"},
		"negative error":    {Options{TargetError: -1}, "target out of range: error -1, agreement 0"},
		"agreement above 1": {Options{TargetAgreement: 1.5}, "target out of range: error 0, agreement 1.5"},
		"NaN error":         {Options{TargetError: math.NaN()}, "target out of range: error NaN"},
		"infinite error":    {Options{TargetError: math.Inf(1)}, "target out of range: error +Inf"},
		"range of others":   {Options{InputRange: uniformBox(3, 0, 1)}, "input range of 3 and 3 elements, the model takes 20"},
		"empty range":       {Options{InputRange: uniformBox(20, 1, 0)}, "input range [1, 0] at element 0"},
		"infinite range":    {Options{InputRange: uniformBox(20, 0, math.Inf(1))}, "input range [0, +Inf] at element 0"},
		"NaN range":         {Options{InputRange: uniformBox(20, math.NaN(), 1)}, "input range [NaN, 1] at element 0"},
		"unknown range":     {Options{}, "cannot fit a polynomial to tanh: the range of its input is unknown"},
		"few samples":       {Options{Calibration: samples(3, 20, 1)}, "1 different calibration samples are too few"},
	} {
		_, err := Compile(context.Background(), graphtest.Small(), c.opts)
		var d *diag.Error
		if !errors.As(err, &d) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "random.onnx: ") {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestImpossibleTarget: no parameters reach it, and the diagnostic says how near they come.
func TestImpossibleTarget(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Dense(b.Input(4), 3)
	for range 3 {
		x = b.Add(tensor.Mul{}, x, x)
	}
	g := b.Output(x)
	_, err := Compile(context.Background(), g, Options{TargetError: 1e-14})
	var d *diag.Error
	if !errors.As(err, &d) || !strings.Contains(err.Error(), "no parameters up to N=2^16 reach an error of") ||
		!strings.Contains(err.Error(), "the least error that can be had is") {
		t.Errorf("got %v", err)
	}
}

// TestBounds: where no plan keeps the bounds on its keys or the server's memory, the diagnostic says what is
// needed, and that suffices.
func TestBounds(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	g := b.Output(b.Dense(b.Input(4), 4))
	compiled := func(o Options) error {
		o.InputRange = uniformBox(4, -1, 1)
		_, err := Compile(context.Background(), g, o)
		return err
	}
	for option, o := range map[string]Options{"max-keys": {MaxKeys: 1 << 10}, "max-memory": {MaxMemory: 1 << 10}} {
		err := compiled(o)
		var d *diag.Error
		if !errors.As(err, &d) || len(d.Notes) == 0 {
			t.Fatalf("got %v", err)
		}
		var least int64
		unit, at := "", strings.Index(d.Notes[0], "--"+option)
		if _, err := fmt.Sscanf(d.Notes[0][max(0, at):], "--"+option+" %d%s", &least, &unit); err != nil {
			t.Fatalf("%v in %q", err, d.Notes[0])
		}
		least <<= map[string]int{"KiB": 10, "MiB": 20}[unit]
		o = Options{MaxKeys: least * min(1, o.MaxKeys), MaxMemory: least * min(1, o.MaxMemory)}
		if err := compiled(o); err != nil {
			t.Errorf("within what the diagnostic asks for: %v", err)
		}
	}
}

// TestRoom: what this machine has no memory to compile is refused before it is tried, and names the largest map.
func TestRoom(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	g := b.Output(b.Dense(b.Input(4), 4))
	for has, ok := range map[int64]bool{0: true, 1 << 10: false, 1 << 20: true} {
		_, err := Compile(context.Background(), g, Options{InputRange: uniformBox(4, -1, 1), Memory: has})
		if refused := err != nil && strings.Contains(err.Error(), "takes about 1.2 KiB of memory, and this machine allows 1.0 KiB"); refused == ok || (err == nil) != ok {
			t.Errorf("%d bytes: %v", has, err)
		}
	}
}

// TestServerMemory: what exceeds the server's machine is a warning.
func TestServerMemory(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	g := b.Output(b.Dense(b.Input(4), 4))
	for has, want := range map[int64]int{0: 0, 1 << 10: 1, 1 << 40: 0} {
		r, err := Compile(context.Background(), g, Options{InputRange: uniformBox(4, -1, 1), Server: Machine{Memory: has}})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(r.Report.Warnings, func(w Warning) bool { return w.Reason != TooLarge })
		if len(got) != want {
			t.Errorf("%d warnings where there are %d bytes, want %d", len(got), has, want)
		}
	}
}

func TestTooDeep(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(2)
	for range 200 {
		x = b.Add(tensor.Mul{}, x, b.Const(1, 2))
		x = b.Add(tensor.Mul{}, x, x)
	}
	_, err := Compile(context.Background(), b.Output(x), Options{})
	var d *diag.Error
	if !errors.As(err, &d) || !strings.Contains(err.Error(), "multiplicative depth") {
		t.Errorf("got %v", err)
	}
}

// TestTooLarge: a model whose values would take gigabytes is refused before anything is evaluated.
func TestTooLarge(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 1)))
	x := b.Input(2)
	for range 25 {
		x = b.Add(tensor.Concat{Axis: 0}, x, x)
	}
	_, err := Compile(context.Background(), b.Output(x), Options{})
	var d *diag.Error
	if !errors.As(err, &d) || !strings.Contains(err.Error(), "the model is too large: its values have 1.34e+08 elements in all") {
		t.Errorf("got %v", err)
	}
}

// TestShareResultsRange: a number of answers that no flooding can be made for is the user's mistake.
func TestShareResultsRange(t *testing.T) {
	for _, queries := range []int{-1, plan.MaxQueries + 1} {
		_, err := Compile(context.Background(), graphtest.Small(), Options{ShareResults: queries})
		var d *diag.Error
		if !errors.As(err, &d) || !strings.Contains(err.Error(), "shared results") {
			t.Errorf("%d: got %v", queries, err)
		}
	}
}

// TestWideBatches: a sample in each slot is not tried where so many ciphertexts of inputs would exceed what plans may ask for.
func TestWideBatches(t *testing.T) {
	b := graphtest.NewBuilder(tensor.Polynomial, rand.New(rand.NewPCG(1, 1)))
	x := b.Dense(b.Input(800), 2)
	for range 10 {
		x = b.Dense(b.Add(tensor.Mul{}, x, x), 2)
	}
	c := &compilation{opts: Options{Batch: throughputBatch}, graph: b.Output(x)}
	for logN, want := range map[int]int{12: 1 << 12, 15: 1 << 14} {
		if got := slices.Max(c.lanes(logN)); got != want {
			t.Errorf("N=2^%d: up to %d samples side by side, expected %d", logN, got, want)
		}
	}
}
