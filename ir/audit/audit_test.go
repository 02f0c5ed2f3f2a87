package audit_test

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/audit"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/passes"
)

func TestMain(m *testing.M) { os.Exit(graphtest.Main(m, 4)) }

func box(n int) *plan.Box {
	return &plan.Box{Lo: slices.Repeat([]float64{-1}, n), Hi: slices.Repeat([]float64{1}, n)}
}

// network has every operation on ciphertexts, and a sum for which rotations are folded.
func network() *tensor.Graph {
	b := graphtest.NewBuilder(tensor.Imported, rand.New(rand.NewPCG(1, 2)))
	x := b.Dense(b.Input(12), 8)
	y := b.Dense(b.Add(tensor.Func{Fn: "tanh"}, x), 6)
	return b.Output(b.Add(tensor.Softmax{}, b.Dense(b.Add(tensor.Mul{}, y, y), 3)))
}

var files = map[string]func() ([]byte, error){
	"calibrated": sync.OnceValues(func() ([]byte, error) {
		return compiled(passes.Options{Calibration: graphtest.Samples(network(), 200), TargetError: 0.1})
	}),
	"small": sync.OnceValues(func() ([]byte, error) {
		return compiled(passes.Options{Calibration: graphtest.Samples(network(), 200), TargetError: 0.3})
	}),
	"declared": sync.OnceValues(func() ([]byte, error) {
		return compiled(passes.Options{InputRange: box(12), TargetError: 0.2})
	}),
	"batched": sync.OnceValues(func() ([]byte, error) {
		return compiled(passes.Options{InputRange: box(12), TargetError: 0.2, Batch: 9})
	}),
}

func compiled(opts passes.Options) ([]byte, error) {
	r, err := passes.Compile(context.Background(), network(), opts)
	if err != nil {
		return nil, err
	}
	return r.Plan.Encode(), nil
}

func load(t testing.TB, name string) *plan.Plan {
	t.Helper()
	b, err := files[name]()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPlansHold: the checker finds nothing wrong with what the compiler makes.
func TestPlansHold(t *testing.T) {
	for name := range files {
		r := audit.Check(load(t, name))
		if err := r.Err(); err != nil || !r.OK || len(r.Checks) != 11 {
			t.Errorf("%s: %v, %d checks", name, err, len(r.Checks))
		}
	}
}

// TestRandomPlansHold does the same for networks that nobody has thought of.
func TestRandomPlansHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := graphtest.Network(t, 30, 2, []string{"relu", "tanh", "square", "none"})
		opts := passes.Options{InputRange: box(g.Input().Size()), TargetError: 1e30}
		if rapid.Bool().Draw(t, "calibrated") {
			opts = passes.Options{Calibration: graphtest.Samples(g, 100), TargetError: 1e30}
		}
		opts.Batch = rapid.SampledFrom([]int{1, 4}).Draw(t, "batch")
		r, err := passes.Compile(context.Background(), g, opts)
		if err != nil {
			t.Fatal(err)
		}
		// With any error allowed there may be more noise than signal; only noise may be called wrong then.
		if err := audit.Check(r.Plan).Err(); err != nil && !strings.Contains(err.Error(), "noise") {
			t.Fatal(err)
		}
	})
}

// find is the first value with an operation of a kind.
func find[T he.Op](t testing.TB, c *he.Circuit) (*he.Value, T) {
	t.Helper()
	for _, v := range c.Values {
		if op, ok := v.Op.(T); ok {
			return v, op
		}
	}
	t.Fatalf("the circuit has no such operation")
	panic("unreachable")
}

// bypass takes a value out: its readers read its operand.
func bypass(c *he.Circuit, v *he.Value) {
	for _, u := range c.Values {
		for k, in := range u.In {
			if in == v && u != v {
				u.In[k] = v.In[0]
			}
		}
	}
}

// smaller is a prime for the same ring that has fewer bits.
func smaller(t testing.TB, p *params.Params, bits float64) uint64 {
	t.Helper()
	q, err := params.NewPrimes(p.NthRoot()).Nearest(bits)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestMutations: for each damage, the check that must object.
func TestMutations(t *testing.T) {
	for name, m := range map[string]struct {
		plan   string
		damage func(t testing.TB, p *plan.Plan)
		check  string
	}{
		"a rescale dropped": {"calibrated", func(t testing.TB, p *plan.Plan) {
			v, _ := find[he.Rescale](t, p.Circuit)
			bypass(p.Circuit, v)
		}, "scales"},
		"a relinearisation dropped": {"calibrated", func(t testing.TB, p *plan.Plan) {
			v, _ := find[he.Relin](t, p.Circuit)
			bypass(p.Circuit, v)
		}, "degrees"},
		"diagonals swapped": {"calibrated", func(t testing.TB, p *plan.Plan) {
			_, op := find[he.Linear](t, p.Circuit)
			op.Terms[0].Diag, op.Terms[1].Diag = op.Terms[1].Diag, op.Terms[0].Diag
		}, "meaning"},
		"a weight's sign": {"batched", func(t testing.TB, p *plan.Plan) {
			_, op := find[he.Linear](t, p.Circuit)
			op.Terms[0].Diag.(he.Diagonal).Of.Parts[0].Weights.Val[0] *= -1
		}, "meaning"},
		"another rotation": {"calibrated", func(t testing.TB, p *plan.Plan) {
			_, op := find[he.Fold](t, p.Circuit)
			op.Steps[len(op.Steps)-1]++
		}, "keys"},
		"a scale": {"calibrated", func(t testing.TB, p *plan.Plan) {
			v, _ := find[he.Linear](t, p.Circuit)
			v.Scale *= 1.0001
		}, "scales"},
		"the scale of the output": {"declared", func(t testing.TB, p *plan.Plan) {
			p.Interface.Output.Scale *= 2
		}, "interface"},
		"a level": {"calibrated", func(t testing.TB, p *plan.Plan) {
			v, _ := find[he.Rescale](t, p.Circuit)
			v.Level++
		}, "levels"},
		"a bias": {"calibrated", func(t testing.TB, p *plan.Plan) {
			_, op := find[he.AddPlain](t, p.Circuit)
			op.Plain.(he.Spread).Values[0] += 1e-6
		}, "meaning"},
		"another modulus": {"calibrated", func(t testing.TB, p *plan.Plan) {
			q := p.Interface.Params.Q
			q[len(q)-1] = smaller(t, &p.Interface.Params, math.Log2(float64(q[len(q)-1]))-2)
			p.Circuit.Params.Q = q
		}, "scales"},
		"a modulus more": {"calibrated", func(t testing.TB, p *plan.Plan) {
			for k := range 20 {
				p.Interface.Params.P = append(p.Interface.Params.P, smaller(t, &p.Interface.Params, 60-float64(k)))
			}
			p.Circuit.Params.P = p.Interface.Params.P
		}, "security"},
		"a modulus that is not prime": {"calibrated", func(t testing.TB, p *plan.Plan) {
			q := p.Interface.Params.Q
			for q[0] += p.Interface.Params.NthRoot(); new(big.Int).SetUint64(q[0]).ProbablyPrime(10); {
				q[0] += p.Interface.Params.NthRoot()
			}
			p.Circuit.Params.Q = q
		}, "security"},
		"a base modulus that is too small": {"declared", func(t testing.TB, p *plan.Plan) {
			q, out := p.Interface.Params.Q, p.Circuit.Outputs[0]
			above := p.Interface.Params.LogQ(out.Level) - math.Log2(float64(q[0]))
			q[0] = smaller(t, &p.Interface.Params, math.Log2(out.Scale)-above-1)
			p.Circuit.Params.Q = q
		}, "magnitudes"},
		"the predicted error": {"calibrated", func(t testing.TB, p *plan.Plan) {
			i := &p.Interface
			i.PredictedError = p.Fit.Error + (i.PredictedError-p.Fit.Error)/100
		}, "noise"},
		"noise forgotten": {"declared", func(t testing.TB, p *plan.Plan) {
			p.Interface.PredictedError, p.Interface.PublicError = p.Fit.Error, p.Fit.Error
		}, "noise"},
		"the proven error of the fit": {"declared", func(t testing.TB, p *plan.Plan) { p.Fit.Error /= 1e6 }, "fit"},
		"an interval": {"declared", func(t testing.TB, p *plan.Plan) {
			a := &p.Fit.Activations[0]
			a.NodeLo[0], a.NodeHi[0] = a.NodeLo[0]/4, a.NodeHi[0]/4
		}, "fit"},
		"a key missing": {"calibrated", func(t testing.TB, p *plan.Plan) {
			p.Interface.Keys.Rotations = p.Interface.Keys.Rotations[1:]
		}, "keys"},
		"a key at a lower level": {"calibrated", func(t testing.TB, p *plan.Plan) {
			p.Interface.Keys.Rotations[0].Level--
		}, "keys"},
		"the client's part": {"calibrated", func(t testing.TB, p *plan.Plan) {
			p.Interface.Epilogue = strings.Replace(p.Interface.Epilogue, `"y0"`, `"z"`, 1)
		}, "interface"},
		"the place of the input": {"calibrated", func(t testing.TB, p *plan.Plan) {
			l := p.Interface.Input.Layout
			p.Circuit.Input = he.Vector(l.Size, l.Slots, l.Size, l.Slots, he.Move(l.Slots, 1, l.Slots-1, 2)) // backwards
			p.Interface.Input.Layout = p.Circuit.Input
		}, "meaning"},
		"a promise of zeros": {"calibrated", func(t testing.TB, p *plan.Plan) {
			l := p.Interface.Output.Layout
			p.Circuit.Output = he.Vector(l.Size, l.Slots, l.Size, 0, he.Move(l.Slots, 1, 1, 2))
			p.Interface.Output.Layout = p.Circuit.Output
		}, "slots"},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(t, m.plan)
			m.damage(t, p)
			r := audit.Check(p)
			var failed []string
			for _, c := range r.Checks {
				if !c.OK {
					failed = append(failed, c.Name)
				}
			}
			if r.OK || r.Err() == nil || !slices.Contains(failed, m.check) {
				t.Errorf("%s should object, did %v", m.check, failed)
			}
		})
	}
}
