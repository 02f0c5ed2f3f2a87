package eval_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"hecc/backend/lattigo/crypt"
	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// rig is a plan with keys and an open session.
type rig struct {
	plan    *plan.Plan
	key     *crypt.SecretKey
	session *eval.Session
}

func newRig(t testing.TB, p *plan.Plan, opts ...eval.Option) *rig {
	t.Helper()
	key, err := crypt.GenerateSecretKey(&p.Interface)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := key.EvaluationKeys()
	if err != nil {
		t.Fatal(err)
	}
	return &rig{p, key, open(t, p, keys, opts...)}
}

// open loads a plan for one client.
func open(t testing.TB, p *plan.Plan, keys *wire.EvaluationKeys, opts ...eval.Option) *eval.Session {
	t.Helper()
	model, err := eval.Load(context.Background(), p, opts...)
	if err != nil {
		t.Fatal(err)
	}
	session, err := model.Open(context.Background(), keys)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// run encrypts, evaluates and decrypts samples.
func (r *rig) run(t testing.TB, samples [][][]float64) [][][]float64 {
	t.Helper()
	request, err := r.key.Encryptor().Encrypt(plantest.Runs(samples...))
	if err != nil {
		t.Fatal(err)
	}
	response, err := r.session.Run(context.Background(), request, nil)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := r.key.Decryptor().Decrypt(response)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][][]float64, len(runs))
	for k, run := range runs {
		out[k] = run.Slots
	}
	return out
}

// compare runs random samples and compares with the circuit in clear.
func (r *rig) compare(t *testing.T, bound float64) {
	t.Helper()
	samples := [][][]float64{r.sample(), r.sample()}
	for s, got := range r.run(t, samples) {
		want, err := r.plan.Circuit.Eval(samples[s], nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := plantest.MaxDiff(got, want); !(d <= bound) {
			t.Errorf("sample %d is off by %.3g, allowed %.3g\n%s", s, d, bound, listing(r.plan.Circuit))
		} else {
			t.Logf("sample %d: error %.3g", s, d)
		}
	}
}

func (r *rig) sample() [][]float64 {
	var cts [][]float64
	for range r.plan.Interface.Input.Layout.Cts() {
		cts = append(cts, vector(r.plan.Circuit.Slots))
	}
	return cts
}

func listing(c *he.Circuit) string {
	text, _ := c.Document().Split()
	return text
}

func vector(n int) he.Plain {
	v := make([]float64, n)
	for i := range v {
		v[i] = 2*rand.Float64() - 1
	}
	return v
}

var rings = []params.Ring{params.Standard, params.ConjugateInvariant}

const scale = 1 << 40

// chain is a parameter set for two rescales at N=2^13.
func chain(r params.Ring) *params.Params {
	return plantest.Params(r, 13, []float64{60, 40, 40}, []float64{60})
}

func TestEveryOp(t *testing.T) {
	for _, r := range rings {
		for name, build := range map[string]func(b plantest.Builder, x, y *he.Value) *he.Value{
			"input": func(b plantest.Builder, x, y *he.Value) *he.Value { return b.Op(he.Add{}, 1, 1, x, y) },
			"sub":   func(b plantest.Builder, x, y *he.Value) *he.Value { return b.Op(he.Sub{}, 2, 1, x, y) },
			"mul relin": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.Relin{}, 2, 1, b.Op(he.Mul{}, 2, 1, x, y))
			},
			"square": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.Relin{}, 1, 1, b.Op(he.Mul{}, 2, 1, x, x))
			},
			"mulplain scalar": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.MulPlain{Plain: he.Plain{-0.7}}, 2, scale, x)
			},
			"mulplain vector": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.MulPlain{Plain: vector(b.Slots)}, 2, scale, x)
			},
			"mulplain big": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.MulPlain{Plain: vector(b.Slots)}, 2, math.Exp2(90), x)
			},
			"addplain scalar": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.AddPlain{Plain: he.Plain{-0.7}}, 1, 1, x)
			},
			"addplain vector": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.AddPlain{Plain: vector(b.Slots)}, 1, 1, x)
			},
			"rescale": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.Rescale{}, 1, 1, b.Op(he.MulPlain{Plain: he.Plain{0.3}}, 2, scale, x))
			},
			"fold": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return b.Op(he.Fold{Steps: []int{0, 1, 7, b.Slots - 1}}, 1, 1, x)
			},
			"fold without 0": func(b plantest.Builder, x, y *he.Value) *he.Value { return b.Op(he.Fold{Steps: []int{3}}, 2, 1, x) },
			"elementwise": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 2, []he.Term{{Arg: 1, Diag: vector(b.Slots)}, {Arg: 0, Diag: he.Plain{0.5}}}, x, y)
			},
			"scalars": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 2, []he.Term{{Arg: 1, Diag: he.Plain{0.3}}, {Arg: 0, Diag: he.Plain{-0.5}}}, x, y)
			},
			"babies": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 2, diagonals(b.Slots, 1, []int{0, 1, 5, 100}, []int{0}), x)
			},
			"babies low": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 1, diagonals(b.Slots, 2, []int{3, 5, b.Slots - 2}, []int{0}), x, y)
			},
			"giants": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 2, diagonals(b.Slots, 1, []int{0, 1, 2}, []int{0, 16, 48}), x)
			},
			"giants only": func(b plantest.Builder, x, y *he.Value) *he.Value {
				return linear(b, 1, diagonals(b.Slots, 2, []int{0, 4}, []int{5}), x, y)
			},
			"degree 2": func(b plantest.Builder, x, y *he.Value) *he.Value {
				s := b.Op(he.Mul{}, 2, 1, x, y)
				one := b.Op(he.MulPlain{Plain: he.Plain{0.25}}, 2, scale, x)
				s = b.Op(he.Sub{}, 2, 1, one, b.Op(he.Add{}, 2, 1, s, one))
				return b.Op(he.Relin{}, 1, 1, b.Op(he.Rescale{}, 1, 1, b.Op(he.AddPlain{Plain: vector(b.Slots)}, 2, 1, s)))
			},
		} {
			t.Run(fmt.Sprint(r, " ", name), func(t *testing.T) {
				b := plantest.New(chain(r), 2)
				x, y := b.Input(0, 2, scale), b.Input(1, 2, scale)
				newRig(t, b.Plan(build(b, x, y))).compare(t, 5e-5)
			})
		}
	}
}

func linear(b plantest.Builder, level int, terms []he.Term, in ...*he.Value) *he.Value {
	return b.Op(he.Linear{Terms: terms}, level, 1<<30, in...)
}

// diagonals makes every combination of operand, baby and giant step.
func diagonals(slots, args int, babies, giants []int) []he.Term {
	var terms []he.Term
	for _, g := range giants {
		for _, b := range babies {
			for a := range args {
				terms = append(terms, he.Term{Arg: a, Baby: b, Giant: g, Diag: vector(slots)})
			}
		}
	}
	return terms
}
