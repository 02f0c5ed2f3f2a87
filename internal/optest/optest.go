// Package optest makes a small planned circuit of any operation, for the tests of all that handles operations, and
// operations that nobody knows.
package optest

import (
	"fmt"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
)

// Forgotten is an operation with the row of another and a type of its own: what tells operations apart by their type
// does not know it, and must say so.
type Forgotten struct{ he.Op }

// Blank is an operation whose row says nothing of what it does.
type Blank struct{ he.Op }

func (Blank) Meaning() he.Meaning { return he.Meaning{} }
func (Blank) Rule() he.Rule       { return he.Rule{Operands: 1} }

const (
	logN       = 13
	inputScale = 1 << 45
	plainScale = 1 << 30
)

// Circuit is a planned circuit that computes one operation, on operands of the degree that it takes, and passes the
// verifier. The operation's value is returned too.
func Circuit(op he.Op) (*he.Circuit, *he.Value) {
	p := &params.Params{LogN: logN, Ring: params.ConjugateInvariant}
	primes := params.NewPrimes(p.NthRoot())
	for range 3 {
		p.Q = append(p.Q, prime(primes, 40))
	}
	p.P = []uint64{prime(primes, 45)}
	c := he.New("op.onnx", p.Slots())
	c.Stage, c.Params = he.Planned, p
	in := operands(c, op)
	v := add(c, op, in...)
	out := v
	if v.Degree == 2 {
		out = add(c, he.Relin{}, v)
	}
	c.Outputs, c.Output = []*he.Value{out}, layout(c, 1)
	if err := c.Verify(); err != nil {
		panic(fmt.Sprintf("optest: circuit of %s: %v", op.Name(), err))
	}
	return c, v
}

// operands are inputs, products of these where degree 2 is taken, and with a scale that bears to be divided.
func operands(c *he.Circuit, op he.Op) []*he.Value {
	r := op.Rule()
	n := r.Operands
	if n == he.Several {
		n = 2
	}
	in := make([]*he.Value, n)
	for k := range in {
		in[k] = add(c, he.Input{Index: k})
		if r.Takes == he.TakesTwo {
			in[k] = add(c, he.Mul{}, in[k], in[k])
		}
		if r.Scale == he.ScaleDivided {
			in[k] = add(c, he.MulPlain{Plain: he.Plain{0.5}}, in[k])
		}
	}
	c.Input = layout(c, max(n, 1))
	return in
}

func layout(c *he.Circuit, cts int) he.Layout {
	return he.Periodic(cts*c.Slots, c.Slots)
}

// add appends an operation with the level and scale that its rule gives.
func add(c *he.Circuit, op he.Op, in ...*he.Value) *he.Value {
	v := c.Add(diag.Pos{}, op, in...)
	r := op.Rule()
	v.Level, v.Scale = c.Params.MaxLevel(), inputScale
	for _, x := range in {
		v.Level = min(v.Level, x.Level)
	}
	if r.Level == he.LevelBelow {
		v.Level--
	}
	switch r.Scale {
	case he.ScaleFree:
	case he.ScaleKept:
		v.Scale = in[0].Scale
	case he.ScaleByPlain:
		v.Scale = in[0].Scale * plainScale
	case he.ScaleMultiplied:
		v.Scale = in[0].Scale * in[1].Scale
	case he.ScaleDivided:
		v.Scale = in[0].Scale / float64(c.Params.Q[in[0].Level])
	default:
		panic("optest: no scale for " + op.Name())
	}
	return v
}

func prime(primes *params.Primes, bits float64) uint64 {
	q, err := primes.Nearest(bits)
	if err != nil {
		panic(err)
	}
	return q
}
