package passes

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// TestActivations: what the plan says of the arguments of the polynomials, in the units of the
// polynomial graph, is what they are in the model.
func TestActivations(t *testing.T) {
	for _, degree := range []int{2, 5} {
		b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(8, 8)))
		first := b.Dense(b.Input(12), 9)
		second := b.Dense(b.Add(tensor.Func{Fn: "relu"}, first), 5)
		third := b.Dense(b.Add(tensor.Mul{}, second, second), 4)
		g := b.Output(b.Dense(b.Add(tensor.Func{Fn: "tanh"}, third), 3))
		for _, opts := range []Options{unitBox(g), {Calibration: graphtest.Samples(g, 200)}} {
			opts.TargetError = anyError
			r, err := compile(t.Context(), g, opts, only{degrees: []int{degree}})
			if err != nil {
				t.Fatal(err)
			}
			f := r.Plan.Fit
			exact := func(a plan.Activation) bool { return a.Exact() }
			if opts.Calibration != nil && !slices.ContainsFunc(f.Activations, exact) {
				t.Errorf("degree %d: nothing is said of the square", degree)
			}
			f.Activations = slices.DeleteFunc(f.Activations, exact)
			if len(f.Activations) != 2 || f.Activations[0].Of != "relu" || f.Activations[1].Of != "tanh" {
				t.Fatalf("degree %d: activations %+v", degree, f.Activations)
			}
			a := &f.Activations[0]
			if a.Degree != degree {
				t.Errorf("degree %d, want %d", a.Degree, degree)
			}
			model, poly := tensor.NewEvaluator(g), tensor.NewEvaluator(r.Plan.Polynomial)
			for _, x := range graphtest.Samples(g, 20) {
				v, _ := model.Run(x)
				w, _ := poly.Run(x)
				largest := 0.0
				for i, z := range w.Of(r.Plan.Polynomial.Nodes[a.Node]) {
					k := i % len(a.Lo)
					want := (2*v.Of(first)[i] - a.Lo[k] - a.Hi[k]) / (a.Hi[k] - a.Lo[k])
					if got := a.Unit(i, z); math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
						t.Fatalf("degree %d: element %d stands at %v of its interval, in the model at %v", degree, i, got, want)
					}
					largest = max(largest, math.Abs(a.Unit(i, z)))
				}
				if got := a.LargestT(r.Plan.Polynomial, w); got != largest {
					t.Errorf("largest %v, want %v", got, largest)
				}
				for k := range f.Activations {
					if got := f.Activations[k].LargestT(r.Plan.Polynomial, w); opts.Calibration == nil && got > 1+1e-9 {
						t.Errorf("degree %d: an argument at %v of a proven interval", degree, got)
					}
				}
			}
		}
	}
}
