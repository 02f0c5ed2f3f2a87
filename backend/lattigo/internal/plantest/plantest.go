// Package plantest makes small plans for the tests of the Lattigo backend: circuits
// planned by hand, wrapped with trivial graphs.
package plantest

import (
	"fmt"
	"math"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
	"hecc/runtime/codec"
)

// Params picks primes of the given sizes in bits.
func Params(ring params.Ring, logN int, q, p []float64) *params.Params {
	out := &params.Params{LogN: logN, Ring: ring}
	primes := params.NewPrimes(out.NthRoot())
	take := func(sizes []float64) (list []uint64) {
		for _, bits := range sizes {
			prime, err := primes.Nearest(bits)
			if err != nil {
				panic(err)
			}
			list = append(list, prime)
		}
		return list
	}
	out.Q, out.P = take(q), take(p)
	return out
}

// Builder makes a planned circuit: it fills in levels and scales.
type Builder struct {
	*he.Circuit
}

// New starts a circuit on the given number of input ciphertexts, whose slots are all used.
func New(p *params.Params, inputs int) Builder {
	c := he.New("test.onnx", p.Slots())
	c.Stage, c.Params = he.Planned, p
	c.Input = he.Periodic(inputs*p.Slots(), p.Slots())
	return Builder{c}
}

// Input adds input number index.
func (b Builder) Input(index int, level int, scale float64) *he.Value {
	v := b.Add(b.pos(), he.Input{Index: index})
	v.Level, v.Scale = level, scale
	return v
}

// Op adds an operation at a level, its plaintexts (if it has any) at a scale.
func (b Builder) Op(op he.Op, level int, plainScale float64, in ...*he.Value) *he.Value {
	v := b.Add(b.pos(), op, in...)
	v.Level, v.Scale = level, in[0].Scale
	switch op.Rule().Scale {
	case he.ScaleKept:
	case he.ScaleByPlain:
		v.Scale *= plainScale
	case he.ScaleMultiplied:
		v.Scale *= in[1].Scale
	case he.ScaleDivided:
		v.Scale /= float64(b.Params.Q[level+1])
	default:
		panic("plantest: no scale for " + op.Name())
	}
	return v
}

func (b Builder) pos() diag.Pos {
	n := len(b.Values)
	return diag.Pos{File: b.File, Node: n, Name: fmt.Sprintf("/v%d", n), Op: "Test"}
}

// Plan wraps the circuit with the given outputs. It panics if the circuit does not pass its verifier.
func (b Builder) Plan(outputs ...*he.Value) *plan.Plan {
	c, first := b.Circuit, outputs[0]
	c.Outputs = outputs
	c.Output = he.Periodic(len(outputs)*c.Slots, c.Slots)
	in := c.Values[0]
	p := &plan.Plan{
		Interface: plan.Interface{
			Model: c.File, Security: 128, Params: *c.Params, Lanes: 1,
			Input:    plan.Port{Name: "x", Shape: []int{c.Input.Size}, Layout: c.Input, Level: in.Level, Scale: in.Scale},
			Output:   plan.Port{Name: "y", Shape: []int{c.Output.Size}, Layout: c.Output, Level: first.Level, Scale: first.Scale},
			Keys:     c.KeysNeeded(),
			Box:      box(c.Input.Size),
			Rounding: math.Exp2(math.Ceil(math.Log2(8 * math.Sqrt(float64(2*c.Params.N())) / first.Scale))),
			Prologue: graph(c.File, tensor.Prologue, c.Input.Size, c.Input.Size).Print(),
			Epilogue: graph(c.File, tensor.Epilogue, c.Output.Size, c.Output.Size).Print(),
		},
		Circuit:    c,
		Costs:      costs(),
		Imported:   graph(c.File, tensor.Imported, c.Input.Size, c.Output.Size),
		Polynomial: graph(c.File, tensor.Polynomial, c.Input.Size, c.Output.Size),
	}
	for _, err := range []error{c.Verify(), p.Check(), p.Interface.Check()} {
		if err != nil {
			panic(err)
		}
	}
	p.Seal()
	return p
}

func costs() plan.Costs {
	one := plan.LimbCosts{Butterfly: 1, Product: 1, Matrix: 1}
	return plan.Costs{Name: "test", Wide: one, Narrow: one, Stream: 1, Expand: 1}
}

// graph has the sizes of the circuit; what it computes is not looked at.
func graph(file string, stage tensor.Stage, in, out int) *tensor.Graph {
	g := tensor.New(file, stage)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{in}})
	switch {
	case in == out:
	case stage == tensor.Polynomial:
		x = g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{out}, Maps: []*tensor.Map{tensor.ZeroMap(out, in)}}, x)
	default:
		x = g.MustAdd(diag.Pos{}, tensor.Pick{Shape: []int{out}, Index: make([]int, out)}, x)
	}
	g.Outputs = []tensor.Output{{Name: "y", Node: x}}
	return g
}

func box(n int) plan.Box {
	b := plan.Box{Lo: make([]float64, n), Hi: make([]float64, n)}
	for i := range b.Lo {
		b.Lo[i], b.Hi[i] = -1, 1
	}
	return b
}

// Runs makes a run of the slots of each sample.
func Runs(samples ...[][]float64) []codec.Run {
	runs := make([]codec.Run, len(samples))
	for s, slots := range samples {
		runs[s] = codec.Run{Samples: []int{s}, Slots: slots}
	}
	return runs
}

// MaxDiff is the largest difference of two lists of vectors.
func MaxDiff(a, b [][]float64) float64 {
	worst := 0.0
	for k := range a {
		for t := range a[k] {
			if d := math.Abs(a[k][t] - b[k][t]); !(d <= worst) {
				worst = d
			}
		}
	}
	return worst
}
