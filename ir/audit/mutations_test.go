package audit_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/ir/audit"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// mutation is one change of a plan, which promises then what it does not keep.
type mutation struct {
	what  string
	apply func()
}

// kinds lists, for each kind of mutation, all places where it can be made.
var kinds = map[string]func(p *plan.Plan) []mutation{
	"a diagonal entry where the slot is zero in clear": zeroEntries,
	"a special prime": func(p *plan.Plan) (out []mutation) {
		digit := math.Log2(float64(slices.Max(p.Interface.Params.Q)))
		for k := range p.Interface.Params.P {
			out = append(out, mutation{fmt.Sprint(k), func() {
				p.Interface.Params.P[k] = near(p, digit-4)
				p.Circuit.Params.P = p.Interface.Params.P
			}})
		}
		return out
	},
	"a scale": eachValue(func(v *he.Value) func() { return func() { v.Scale *= 1.0001 } }),
	"a level": eachValue(func(v *he.Value) func() {
		return func() { // one that the operands do not have
			for _, in := range v.In {
				v.Level = max(v.Level, in.Level)
			}
			v.Level++
		}
	}),
	"a rescale dropped": eachValue(func(v *he.Value) func() {
		if _, ok := v.Op.(he.Rescale); !ok {
			return nil
		}
		return func() { v.Op = he.Add{}; v.In = []*he.Value{v.In[0], v.In[0]} }
	}),
	"a rotation": func(p *plan.Plan) (out []mutation) {
		for _, v := range p.Circuit.Values {
			switch op := v.Op.(type) {
			case he.Linear:
				for k := range op.Terms {
					out = append(out, mutation{fmt.Sprintf("%%%d baby %d", v.ID, k), func() { op.Terms[k].Baby++ }},
						mutation{fmt.Sprintf("%%%d giant %d", v.ID, k), func() { op.Terms[k].Giant++ }})
				}
			case he.Fold:
				for k := range op.Steps {
					out = append(out, mutation{fmt.Sprintf("%%%d step %d", v.ID, k), func() { op.Steps[k]++ }})
				}
			}
		}
		return out
	},
	"a coefficient": func(p *plan.Plan) (out []mutation) {
		for _, n := range p.Polynomial.Nodes {
			switch op := n.Op.(type) {
			case tensor.Poly:
				out = append(out, mutation{fmt.Sprintf("%%%d", n.ID), func() { op.Coeffs[0][0] += 1e-3 }})
			case tensor.Affine:
				out = append(out, mutation{fmt.Sprintf("%%%d", n.ID), func() { op.Maps[0].Val[0] += 1e-3 }})
			}
		}
		return out
	},
	"a constant": func(p *plan.Plan) (out []mutation) {
		for _, v := range p.Circuit.Values {
			switch op := v.Op.(type) {
			case he.MulPlain:
				out = append(out, mutation{fmt.Sprintf("%%%d", v.ID), func() { perturb(op.Plain) }})
			case he.AddPlain:
				out = append(out, mutation{fmt.Sprintf("%%%d", v.ID), func() { perturb(op.Plain) }})
			}
		}
		return out
	},
}

func perturb(p he.Plaintext) {
	var values []float64
	switch p := p.(type) {
	case he.Plain:
		values = p
	case he.Spread:
		values = p.Values
	}
	for k := range values {
		values[k] = values[k]*1.001 + 1e-3
	}
}

func eachValue(change func(v *he.Value) func()) func(p *plan.Plan) []mutation {
	return func(p *plan.Plan) (out []mutation) {
		for _, v := range p.Circuit.Values {
			if apply := change(v); apply != nil {
				out = append(out, mutation{fmt.Sprintf("%%%d %s", v.ID, v.Op.Name()), apply})
			}
		}
		return out
	}
}

// zeroEntries are huge entries of diagonals that meet slots which are zero whatever the input is.
func zeroEntries(p *plan.Plan) (out []mutation) {
	used := make([][]bool, len(p.Circuit.Values))
	for _, x := range graphtest.Samples(p.Imported, 3) {
		_, _ = p.Circuit.Eval(p.Circuit.Input.Pack(x), func(v *he.Value, slots []float64) {
			if used[v.ID] == nil {
				used[v.ID] = make([]bool, len(slots))
			}
			for t, y := range slots {
				used[v.ID][t] = used[v.ID][t] || y != 0
			}
		})
	}
	for _, v := range p.Circuit.Values {
		op, ok := v.Op.(he.Linear)
		if !ok {
			continue
		}
		for k, term := range op.Terms {
			free := used[v.In[term.Arg].ID]
			diag := slices.Clone(term.Diag.Dense(make([]float64, p.Circuit.Slots)))
			for t := 1; t < len(diag); t += 97 {
				if !free[(t+term.Baby)&(p.Circuit.Slots-1)] {
					out = append(out, mutation{fmt.Sprintf("%%%d term %d slot %d", v.ID, k, t), func() {
						huge := slices.Clone(diag)
						huge[t], op.Terms[k].Diag = 1e12, huge
					}})
				}
			}
		}
	}
	return out
}

// near is a new prime for the plan's ring of about so many bits.
func near(p *plan.Plan, bits float64) uint64 {
	q, err := params.NewPrimes(p.Interface.Params.NthRoot()).Nearest(bits)
	if err != nil {
		panic(err)
	}
	return q
}

// TestEachMutation makes one change to a plan that holds, of every kind and at several places, and wants an
// objection to each.
func TestEachMutation(t *testing.T) {
	const places = 4
	for kind, list := range kinds {
		t.Run(kind, func(t *testing.T) {
			found := 0
			for _, name := range []string{"small"} {
				all := len(list(load(t, name)))
				for k := range min(all, places) {
					p := load(t, name)
					m := list(p)[k*all/min(all, places)]
					m.apply()
					found++
					if r := audit.Check(p); r.OK {
						t.Errorf("%s, %s: no objection", name, m.what)
					}
				}
			}
			if found == 0 {
				t.Error("no plan has a place for it")
			}
		})
	}
}

// TestNoFigureIsInfinite: a report can be printed as JSON whatever the plan is.
func TestNoFigureIsInfinite(t *testing.T) {
	p := load(t, "declared")
	p.Interface.PredictedError, p.Interface.PublicError = math.Inf(1), math.Inf(1)
	for _, c := range audit.Check(p).Checks {
		for name, x := range c.Figures {
			if math.IsInf(x, 0) || math.IsNaN(x) {
				t.Errorf("%s: %s is %v", c.Name, name, x)
			}
		}
	}
}

// TestToleranceIsSaid: where more noise than the plan's is tolerated, the report says so, and how much.
func TestToleranceIsSaid(t *testing.T) {
	for name, want := range map[string]float64{"small": 2, "declared": 1} {
		r := audit.Check(load(t, name))
		at := slices.IndexFunc(r.Checks, func(c audit.Line) bool { return c.Name == "noise" })
		if got := r.Checks[at].Figures["tolerated"]; got != want {
			t.Errorf("%s: tolerated %v, want %v", name, got, want)
		}
	}
}
