package he_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"hecc/internal/graphtest"
	"hecc/internal/optest"
	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/passes"
)

// compiled is what the pipeline makes of a small network.
var compiled = sync.OnceValues(func() (*passes.Result, error) {
	g := graphtest.Small()
	return passes.Compile(context.Background(), g, passes.Options{Calibration: graphtest.Samples(g, 200), TargetError: 0.1}) // which takes more than powers
})

func compiledPlan(t testing.TB) *plan.Plan {
	r, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return r.Plan
}

// planned is a copy of the compiled circuit, free to be changed; operations are shared.
func planned(t testing.TB) *he.Circuit {
	c := *compiledPlan(t).Circuit
	params := *c.Params
	params.Q, params.P = slices.Clone(params.Q), slices.Clone(params.P)
	c.Params = &params
	copies := make([]he.Value, len(c.Values))
	again := func(list []*he.Value) []*he.Value {
		out := make([]*he.Value, len(list))
		for i, v := range list {
			out[i] = &copies[v.ID]
		}
		return out
	}
	for i, v := range c.Values {
		copies[i] = *v
		copies[i].In = again(v.In)
	}
	c.Values, c.Outputs = again(c.Values), again(c.Outputs)
	return &c
}

// TestPlannedHasEveryOperation makes sure that the mutations below have something to change.
func TestPlannedHasEveryOperation(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range planned(t).Values {
		seen[v.Op.Name()] = true
	}
	for _, op := range []he.Op{he.Input{}, he.Linear{}, he.Fold{}, he.Add{}, he.Mul{}, he.MulPlain{}, he.AddPlain{}, he.Relin{}, he.Rescale{}} {
		if !seen[op.Name()] {
			t.Errorf("no %s", op.Name())
		}
	}
}

// drop removes a value; its readers read its first operand.
func drop(c *he.Circuit, v *he.Value) {
	c.Values = slices.Delete(c.Values, v.ID, v.ID+1)
	for i, u := range c.Values {
		u.ID = i
		for k, in := range u.In {
			if in == v {
				u.In[k] = v.In[0]
			}
		}
		if u.Op.Name() != "relin" { // degrees follow, as if a pass had left the operation out
			u.Degree = (&he.Circuit{}).Add(diag.Pos{}, u.Op, u.In...).Degree
		}
	}
	for i, o := range c.Outputs {
		if o == v {
			c.Outputs[i] = v.In[0]
		}
	}
}

// each applies a mutation to every value of fresh copies of the circuit, where it returns
// true; Verify must object every time.
func each(t *testing.T, mutate func(c *he.Circuit, v *he.Value) bool) {
	t.Helper()
	count := 0
	for id := range planned(t).Values {
		c := planned(t)
		v := c.Values[id]
		what := fmt.Sprintf("%%%d %s", id, v.Op.Name())
		if !mutate(c, v) {
			continue
		}
		count++
		if c.Verify() == nil {
			t.Errorf("%s: Verify does not object", what)
		}
	}
	if count == 0 {
		t.Error("nothing was changed")
	}
}

func isOp[T he.Op](v *he.Value) bool {
	_, ok := v.Op.(T)
	return ok
}

func users(c *he.Circuit, v *he.Value) []*he.Value {
	var out []*he.Value
	for _, u := range c.Values {
		if slices.Contains(u.In, v) {
			out = append(out, u)
		}
	}
	return out
}

// scaleIsFree says whether a value may have any scale: that of a plaintext makes up for it.
func scaleIsFree(c *he.Circuit, v *he.Value) bool {
	if !isOp[he.Input](v) && !takesPlain(v) {
		return false
	}
	for _, u := range users(c, v) {
		if !takesPlain(u) {
			return false
		}
	}
	return true
}

// precisionOnly says whether a rescale may be left out: all that changes is how finely the
// plaintexts behind it are rounded.
func precisionOnly(c *he.Circuit, rescale *he.Value) bool {
	for _, u := range users(c, rescale) {
		if !takesPlain(u) || u.Scale < rescale.In[0].Scale*he.MinPlainScale {
			return false
		}
	}
	return true
}

func takesPlain(v *he.Value) bool { return isOp[he.Linear](v) || isOp[he.MulPlain](v) }

func TestVerifyObjectsToEach(t *testing.T) {
	for name, mutate := range map[string]func(c *he.Circuit, v *he.Value) bool{
		"rescale dropped": func(c *he.Circuit, v *he.Value) bool {
			if !isOp[he.Rescale](v) || precisionOnly(c, v) {
				return false
			}
			drop(c, v)
			return true
		},
		"relinearisation dropped": func(c *he.Circuit, v *he.Value) bool {
			if !isOp[he.Relin](v) {
				return false
			}
			drop(c, v)
			return true
		},
		"plaintext scale": func(c *he.Circuit, v *he.Value) bool {
			if !takesPlain(v) {
				return false
			}
			v.Scale = 128 * v.In[0].Scale
			return true
		},
		"rescaled twice": func(c *he.Circuit, v *he.Value) bool {
			v.Level--
			v.Scale /= float64(c.Params.Q[v.Level+1])
			return isOp[he.Rescale](v)
		},
		"scale": func(c *he.Circuit, v *he.Value) bool {
			v.Scale *= 1 + 1e-6
			return !scaleIsFree(c, v)
		},
		"scale too large": func(c *he.Circuit, v *he.Value) bool {
			v.Scale = math.Exp2(c.Params.LogQ(v.Level))
			return true
		},
		"scale NaN":      func(c *he.Circuit, v *he.Value) bool { v.Scale = math.NaN(); return true },
		"scale infinite": func(c *he.Circuit, v *he.Value) bool { v.Scale = math.Inf(1); return true },
		"scale zero":     func(c *he.Circuit, v *he.Value) bool { v.Scale = 0; return true },
		"level above all": func(c *he.Circuit, v *he.Value) bool {
			v.Level = c.Params.MaxLevel() + 1
			return true
		},
		"level negative": func(c *he.Circuit, v *he.Value) bool { v.Level = -1; return true },
		"level above its operand's": func(c *he.Circuit, v *he.Value) bool {
			for _, in := range v.In {
				if v.Level == in.Level {
					v.Level++
					return true
				}
			}
			return false
		},
		"level below its reader's": func(c *he.Circuit, v *he.Value) bool {
			v.Level--
			for _, u := range users(c, v) {
				if u.Level > v.Level || isOp[he.Rescale](u) {
					return true
				}
			}
			return isOp[he.Rescale](v)
		},
		"degree": func(c *he.Circuit, v *he.Value) bool { v.Degree = 3 - v.Degree; return true },
		"ID":     func(c *he.Circuit, v *he.Value) bool { v.ID++; return true },
		"operand missing": func(c *he.Circuit, v *he.Value) bool {
			v.In = v.In[:max(0, len(v.In)-1)]
			return len(users(c, v)) >= 0 && !isOp[he.Input](v)
		},
		"operand added":  func(c *he.Circuit, v *he.Value) bool { v.In = append(slices.Clone(v.In), c.Values[0]); return v.ID > 0 },
		"operand itself": func(c *he.Circuit, v *he.Value) bool { v.In = []*he.Value{v}; return true },
		"operand of a copy": func(c *he.Circuit, v *he.Value) bool {
			if len(v.In) == 0 {
				return false
			}
			other := *v.In[0]
			v.In = append([]*he.Value{&other}, v.In[1:]...)
			return true
		},
		"plaintext length": func(c *he.Circuit, v *he.Value) bool {
			return changePlain(v, c.Slots, func(p he.Plain) he.Plain { return p[:len(p)/2] })
		},
		"plaintext NaN": func(c *he.Circuit, v *he.Value) bool {
			return changePlain(v, c.Slots, func(p he.Plain) he.Plain { p[len(p)-1] = math.NaN(); return p })
		},
		"plaintext infinite": func(c *he.Circuit, v *he.Value) bool {
			return changePlain(v, c.Slots, func(p he.Plain) he.Plain { p[0] = math.Inf(-1); return p })
		},
		"baby step out of range": func(c *he.Circuit, v *he.Value) bool {
			return changeTerm(v, func(term *he.Term) { term.Baby = c.Slots })
		},
		"giant step negative": func(c *he.Circuit, v *he.Value) bool {
			return changeTerm(v, func(term *he.Term) { term.Giant = -1 })
		},
		"term of no operand": func(c *he.Circuit, v *he.Value) bool {
			return changeTerm(v, func(term *he.Term) { term.Arg = len(v.In) })
		},
		"no terms": func(c *he.Circuit, v *he.Value) bool { v.Op = he.Linear{}; return true },
		"fold out of range": func(c *he.Circuit, v *he.Value) bool {
			return changeSteps(v, func(s []int) []int { return append(s, c.Slots) })
		},
		"fold repeats": func(c *he.Circuit, v *he.Value) bool {
			return changeSteps(v, func(s []int) []int { return append(s, s[0]) })
		},
		"fold of none":  func(c *he.Circuit, v *he.Value) bool { return changeSteps(v, func([]int) []int { return nil }) },
		"another input": func(c *he.Circuit, v *he.Value) bool { v.Op = he.Input{Index: 1}; return true },
		"never relinearised": func(c *he.Circuit, v *he.Value) bool {
			v.Op = he.Relin{}
			return len(v.In) == 1 && v.In[0].Degree == 1
		},
	} {
		t.Run(name, func(t *testing.T) { each(t, mutate) })
	}
}

// changePlain changes one plaintext of an operation, on a copy with all plaintexts written out.
func changePlain(v *he.Value, slots int, change func(p he.Plain) he.Plain) bool {
	v.Op = optest.Dense(v.Op, slots)
	switch op := v.Op.(type) {
	case he.Linear:
		return changeTerm(v, func(t *he.Term) { t.Diag = change(t.Diag.(he.Plain)) })
	case he.MulPlain:
		v.Op = he.MulPlain{Plain: change(op.Plain.(he.Plain))}
	case he.AddPlain:
		v.Op = he.AddPlain{Plain: change(op.Plain.(he.Plain))}
	default:
		return false
	}
	return true
}

// changeTerm changes the last term of a Linear.
func changeTerm(v *he.Value, change func(t *he.Term)) bool {
	op, ok := v.Op.(he.Linear)
	if ok {
		terms := slices.Clone(op.Terms)
		change(&terms[len(terms)-1])
		v.Op = he.Linear{Terms: terms}
	}
	return ok
}

func changeSteps(v *he.Value, change func(s []int) []int) bool {
	op, ok := v.Op.(he.Fold)
	if ok {
		v.Op = he.Fold{Steps: change(slices.Clone(op.Steps))}
	}
	return ok
}

func TestVerifyObjects(t *testing.T) {
	for name, tt := range map[string]struct {
		mutate func(c *he.Circuit)
		want   string
	}{
		"composite modulus":         {func(c *he.Circuit) { c.Params.Q[0] = composite(c.Params.NthRoot()) }, "is not prime"},
		"prime, not NTT-friendly":   {func(c *he.Circuit) { c.Params.Q[0] = 1<<61 - 1 }, "has more than 60 bits"},
		"modulus of another ring":   {func(c *he.Circuit) { c.Params.Q[0] = 12289 }, "is not 1 modulo"},
		"even modulus":              {func(c *he.Circuit) { c.Params.P[0]++ }, "is not 1 modulo"},
		"modulus twice":             {func(c *he.Circuit) { c.Params.Q[1] = c.Params.Q[0] }, "occurs twice"},
		"modulus twice, as special": {func(c *he.Circuit) { c.Params.P[0] = c.Params.Q[0] }, "occurs twice"},
		"no special primes":         {func(c *he.Circuit) { c.Params.P = nil }, "there are no special primes"},
		"no moduli":                 {func(c *he.Circuit) { c.Params.Q = nil }, "0 moduli"},
		"too many moduli":           {func(c *he.Circuit) { c.Params.Q = make([]uint64, 100) }, "100 moduli"},
		"security": {func(c *he.Circuit) {
			for k := range 8 { // primes of 60 bits, further down than those in use
				c.Params.P = append(c.Params.P, nttPrime(c.Params.NthRoot(), 20+k))
			}
		}, "the bound for 128-bit security"},
		"smaller ring":            {func(c *he.Circuit) { c.Params.LogN-- }, "logQP"},
		"ring":                    {func(c *he.Circuit) { c.Params.Ring = "standard" }, "slots, the circuit"},
		"unknown ring":            {func(c *he.Circuit) { c.Params.Ring, c.Params.LogN = "x", c.Params.LogN+1 }, `unknown ring "x"`},
		"negative degree":         {func(c *he.Circuit) { c.Params.LogN = -1 }, "ring degree 2^-1"},
		"no parameters":           {func(c *he.Circuit) { c.Params = nil }, "planned without parameters"},
		"moduli in another order": {func(c *he.Circuit) { slices.Reverse(c.Params.Q) }, "scale"},
		"stage":                   {func(c *he.Circuit) { c.Stage = "x" }, `unknown stage "x"`},
		"slots":                   {func(c *he.Circuit) { c.Slots /= 2 }, "slots"},
		"output removed":          {func(c *he.Circuit) { c.Outputs = nil }, "0 outputs, the layout has 1 ciphertexts"},
		"output added":            {func(c *he.Circuit) { c.Outputs = append(c.Outputs, c.Outputs[0]) }, "2 outputs"},
		"output of a copy":        {func(c *he.Circuit) { v := *c.Outputs[0]; c.Outputs[0] = &v }, "is not a value of the circuit"},
		"output of degree 2":      {func(c *he.Circuit) { c.Outputs[0] = firstOf[he.Mul](c) }, "has degree 2"},
		"output layout":           {func(c *he.Circuit) { c.Output.Slots /= 2 }, "layout"},
		"output layout, more":     {func(c *he.Circuit) { c.Output = he.Periodic(c.Slots+1, c.Slots) }, "1 outputs, the layout has 2"},
		"input layout":            {func(c *he.Circuit) { c.Input = he.Periodic(3*c.Slots, c.Slots) }, "input ciphertext 1 is never read"},
		"input twice": {func(c *he.Circuit) {
			v := c.Add(diag.Pos{}, he.Input{})
			v.Level, v.Scale = c.Values[0].Level, c.Values[0].Scale
		}, "input 0 is out of range or read twice"},
		"input negative": {func(c *he.Circuit) { c.Values[0].Op = he.Input{Index: -1} }, "input -1 is out of range"},
		"order":          {func(c *he.Circuit) { c.Values[2], c.Values[1] = c.Values[1], c.Values[2] }, "has ID"},
	} {
		t.Run(name, func(t *testing.T) {
			c := planned(t)
			tt.mutate(c)
			if err := c.Verify(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func firstOf[T he.Op](c *he.Circuit) *he.Value {
	return c.Values[slices.IndexFunc(c.Values, isOp[T])]
}
