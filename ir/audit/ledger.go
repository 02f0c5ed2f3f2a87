package audit

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"hecc/ir/he"
)

// degrees recomputes the degree of every ciphertext: 2 after a product, 1 after relinearisation. Only
// ciphertexts of degree 1 can be rotated, or multiplied with each other; those that are returned have degree 1
// too, or 2 if there are no special primes.
func (a *auditor) degrees() (finding, error) {
	c := a.p.Circuit
	degree := make([]int, len(c.Values))
	products := 0
	for _, v := range c.Values {
		d := 1
		for _, in := range v.In {
			d = max(d, degree[in.ID])
		}
		rule := v.Op.Rule()
		if v.Op.Meaning().Kind == he.Product {
			products++
		}
		// An operation that rotates switches keys of degree 1, whatever its rule says.
		if one := rule.Takes == he.TakesOne || len(rotations(v.Op)) > 0; one && d != 1 {
			return finding{}, fmt.Errorf("%s takes degree %d", at(v), d)
		}
		switch rule.Gives {
		case he.GivesOne:
			d = 1
		case he.GivesTwo:
			d = 2
		case he.GivesLargest:
		default:
			return finding{}, fmt.Errorf("%s: no rule for its degree", at(v))
		}
		if d != v.Degree {
			return finding{}, fmt.Errorf("%s has degree %d, the plan says %d", at(v), d, v.Degree)
		}
		degree[v.ID] = d
	}
	result := 1
	if len(a.p.Interface.Params.P) == 0 {
		result = 2 // that is how the client knows that it is to decrypt products
	}
	for _, v := range c.Outputs {
		if degree[v.ID] != result {
			return finding{}, fmt.Errorf("output %s has degree %d, the client decrypts %d", at(v), degree[v.ID], result)
		}
	}
	return finding{detail: fmt.Sprintf("%d operations, %d products of ciphertexts", len(c.Values), products)}, nil
}

// levels recomputes bounds on the level of every ciphertext.
func (a *auditor) levels() (finding, error) {
	c, top := a.p.Circuit, len(a.p.Interface.Params.Q)-1
	rescales := 0
	for _, v := range c.Values {
		most := top
		for _, in := range v.In {
			most = min(most, in.Level)
		}
		switch v.Op.Rule().Level {
		case he.LevelAtMost:
		case he.LevelBelow:
			most--
			rescales++
			if v.Level != most {
				return finding{}, fmt.Errorf("%s stands at level %d after level %d", at(v), v.Level, most+1)
			}
		default:
			return finding{}, fmt.Errorf("%s: no rule for its level", at(v))
		}
		if v.Level < 0 || v.Level > most {
			return finding{}, fmt.Errorf("%s stands at level %d, at most %d are left", at(v), v.Level, most)
		}
	}
	return finding{detail: fmt.Sprintf("%d moduli, %d rescales, outputs at level %d", top+1, rescales, c.Outputs[0].Level)}, nil
}

const (
	scaleBits     = 256  // precision of the arithmetic on scales
	maxScaleError = 1e-9 // largest relative error of a scale, which is a relative error of the results
	minPlainBits  = 4    // of a plaintext's scale
)

// scales recomputes all scales in exact arithmetic and compares them with the plan's, which decoding relies
// on.
func (a *auditor) scales() (finding, error) {
	c := a.p.Circuit
	exact := make([]*big.Float, len(c.Values))
	worst := 0.0
	for _, v := range c.Values {
		in := make([]*big.Float, len(v.In))
		for k, x := range v.In {
			in[k] = exact[x.ID]
		}
		s, slip, err := a.scale(v, in)
		if err != nil {
			return finding{}, fmt.Errorf("%s: %w", at(v), err)
		}
		if slip = max(slip, relativeError(s, v.Scale)); !(slip <= maxScaleError) {
			said, _ := s.Float64()
			return finding{}, fmt.Errorf("%s has scale %v, the plan says %v", at(v), said, v.Scale)
		}
		exact[v.ID], worst = s, max(worst, slip)
	}
	return finding{
		detail:  fmt.Sprintf("every scale follows from the operations, off by %.0e at most; outputs at 2^%.1f", worst, math.Log2(c.Outputs[0].Scale)),
		figures: map[string]float64{"largest_slip": worst},
	}, nil
}

// scale is the scale of an operation's result, and the largest relative difference of its operands' scales.
func (a *auditor) scale(v *he.Value, in []*big.Float) (s *big.Float, slip float64, err error) {
	switch v.Op.Rule().Scale {
	case he.ScaleFree:
		if !(v.Scale >= 1) || math.IsInf(v.Scale, 1) {
			return nil, 0, fmt.Errorf("scale %v", v.Scale)
		}
		return number(v.Scale), 0, nil
	case he.ScaleMultiplied:
		s = number(1)
		for _, x := range in {
			s.Mul(s, x)
		}
		return s, 0, nil
	case he.ScaleDivided:
		if v.In[0].Level < 0 || v.In[0].Level >= len(a.p.Interface.Params.Q) {
			return nil, 0, fmt.Errorf("there is no modulus at level %d", v.In[0].Level)
		}
		q := new(big.Float).SetPrec(scaleBits).SetUint64(a.p.Interface.Params.Q[v.In[0].Level])
		return q.Quo(in[0], q), 0, nil
	case he.ScaleByPlain:
		for k := range in {
			plain := v.Scale / v.In[k].Scale // scale that the plaintexts are encoded at
			if math.Log2(plain) < minPlainBits {
				return nil, 0, fmt.Errorf("plaintexts of %.1f bits", math.Log2(plain))
			}
			part := number(plain)
			part.Mul(part, in[k])
			if k == 0 {
				s = part
			}
			slip = max(slip, distance(s, part))
		}
		return s, slip, nil
	case he.ScaleKept:
		for _, x := range in {
			slip = max(slip, distance(in[0], x))
		}
		return in[0], slip, nil
	default:
		return nil, 0, fmt.Errorf("no rule for its scale")
	}
}

func number(x float64) *big.Float { return new(big.Float).SetPrec(scaleBits).SetFloat64(x) }

// relativeError is the relative error of a number that should equal an exact one; infinite for NaN and
// infinities.
func relativeError(exact *big.Float, x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.Inf(1)
	}
	return distance(exact, number(x))
}

func distance(a, b *big.Float) float64 {
	d := new(big.Float).SetPrec(scaleBits).Sub(a, b)
	f, _ := d.Quo(d, a).Float64()
	return math.Abs(f)
}

// keys collects the keys that the operations use and compares them with those that the client makes.
func (a *auditor) keys() (finding, error) {
	i := &a.p.Interface
	need := map[int]int{}
	relin := he.NoKey
	for _, v := range a.p.Circuit.Values {
		if v.Op.Rule().Takes == he.TakesTwo {
			relin = max(relin, v.Level)
		}
		for _, by := range rotations(v.Op) {
			by *= a.p.Circuit.Lanes // of the ciphertext, in which samples stand side by side
			if have, ok := need[by]; !ok || v.Level > have {
				need[by] = v.Level
			}
		}
	}
	if relin != i.Keys.Relin {
		return finding{}, fmt.Errorf("relinearisation at level %d, the client makes a key for %d", relin, i.Keys.Relin)
	}
	for _, k := range i.Keys.Rotations {
		level, ok := need[k.By]
		if !ok || level != k.Level {
			return finding{}, fmt.Errorf("the client makes a key to rotate by %d at level %d that nothing uses so", k.By, k.Level)
		}
		delete(need, k.By)
	}
	for by := range need {
		return finding{}, fmt.Errorf("no key to rotate by %d", by)
	}
	return finding{detail: fmt.Sprintf("%d rotation keys, each used, at its level; relinearisation %s", len(i.Keys.Rotations), relinText(relin))}, nil
}

func relinText(level int) string {
	if level == he.NoKey {
		return "not needed"
	}
	return fmt.Sprintf("at level %d", level)
}

// rotations lists the rotations that an operation has to switch keys for, each once. It derives them from the
// operation's meaning; the compiler asks the operation for its keys instead.
func rotations(op he.Op) []int {
	var out []int
	add := func(by int) {
		if by != 0 && !slices.Contains(out, by) {
			out = append(out, by)
		}
	}
	for _, t := range op.Meaning().Terms {
		add(t.Baby)
		add(t.Giant)
	}
	return out
}

// at names an operation.
func at(v *he.Value) string {
	s := fmt.Sprintf("%%%d %s", v.ID, v.Op.Name())
	if v.Pos.Op != "" {
		s += " of " + v.Pos.String()
	}
	return s
}
