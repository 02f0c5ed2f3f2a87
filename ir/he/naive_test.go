package he_test

import "hecc/ir/he"

// naive computes slot t of a value straight from the definition of its operation.
func naive(c *he.Circuit, inputs [][]float64, v *he.Value, t int) float64 {
	at := func(k, slot int) float64 { return naive(c, inputs, v.In[k], slot%c.Slots) }
	switch op := v.Op.(type) {
	case he.Input:
		return inputs[op.Index][t]
	case he.Linear:
		sum := 0.0
		for _, term := range op.Terms {
			u := (t + term.Giant) % c.Slots // the product's slot that the giant step moves to t
			sum += number(c, term.Diag, u) * at(term.Arg, u+term.Baby)
		}
		return sum
	case he.Fold:
		sum := 0.0
		for _, s := range op.Steps {
			sum += at(0, t+s)
		}
		return sum
	case he.Add:
		return at(0, t) + at(1, t)
	case he.Sub:
		return at(0, t) - at(1, t)
	case he.Mul:
		return at(0, t) * at(1, t)
	case he.MulPlain:
		return at(0, t) * number(c, op.Plain, t)
	case he.AddPlain:
		return at(0, t) + number(c, op.Plain, t)
	case he.Relin, he.Rescale:
		return at(0, t)
	}
	panic("no definition of " + v.Op.Name())
}

// number is that in a slot of a plaintext.
func number(c *he.Circuit, p he.Plaintext, t int) float64 {
	return p.Dense(make([]float64, c.Slots)).At(t)
}

// cost is how many calls naive takes for a slot.
func cost(v *he.Value) float64 {
	sum := 1.0
	for _, in := range v.In {
		switch op := v.Op.(type) {
		case he.Linear:
			sum += float64(len(op.Terms)) * cost(in)
		case he.Fold:
			sum += float64(len(op.Steps)) * cost(in)
		default:
			sum += cost(in)
		}
	}
	return sum
}
