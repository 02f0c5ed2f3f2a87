package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hecc/ir/diag"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// Limits of every reader, whatever the file: time, and bytes beside a multiple of the file's length.
const (
	longest   = 5 * time.Second
	mostBytes = 64 << 20
	byteRatio = 8
)

// frugally runs a reader and holds it against the limits.
func frugally(t *testing.T, size int, read func() error) error {
	t.Helper()
	before, start := allocated(), time.Now()
	err := read()
	if took := time.Since(start); took > longest {
		t.Errorf("took %v", took)
	}
	if n := allocated() - before; n > uint64(mostBytes+byteRatio*size) {
		t.Errorf("%d bytes allocated for a file of %d", n, size)
	}
	return err
}

// chain is an epilogue that doubles its value as often as given, and then repeats an operation on the result.
func chain(in, doublings int, repeated string, times int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "tensor stage=\"epilogue\" file=\"x\"\n%%0 = input name=\"decrypted\" shape=[%d]\n", in)
	for k := range doublings {
		fmt.Fprintf(&s, "%%%d = concat %%%d %%%d axis=0\n", k+1, k, k)
	}
	last := doublings
	if repeated == "matmul" {
		d := 1 << (doublings / 2)
		fmt.Fprintf(&s, "%%%d = reshape %%%d shape=[%d,%d]\n%%%d = transpose %%%d perm=[1,0]\n%%%d = matmul %%%d %%%d\n",
			last+1, last, d, in<<doublings/d, last+2, last+1, last+3, last+1, last+2)
		last += 3
	}
	for k := range times {
		fmt.Fprintf(&s, "%%%d = %s %%%d %%%d\n", last+1+k, repeated, last, last)
	}
	fmt.Fprintf(&s, "output %%%d name=\"y\"\n", last+times)
	return s.String()
}

// large are parameters of the largest ring, with its largest modulus.
func large(logN, q, p int) params.Params {
	primes := params.NewPrimes(params.NthRoot(logN, params.Standard))
	out := params.Params{LogN: logN, Ring: params.Standard}
	for k := range q + p {
		prime, err := primes.Nearest(50)
		if err != nil {
			panic(err)
		}
		if k < q {
			out.Q = append(out.Q, prime)
		} else {
			out.P = append(out.P, prime)
		}
	}
	return out
}

// enlarge takes an interface to other parameters.
func enlarge(i *plan.Interface, p params.Params) {
	i.Params, i.Lanes, i.Keys = p, 1, he.Keys{Relin: he.NoKey}
	i.Input.Layout = he.Periodic(i.Input.Layout.Size, p.Slots())
	i.Output.Layout = he.Periodic(i.Output.Layout.Size, p.Slots())
}

// TestHostileClientFiles: a few bytes may not ask for any amount of memory or time.
func TestHostileClientFiles(t *testing.T) {
	for name, c := range map[string]struct {
		mutate func(i *plan.Interface)
		want   string
	}{
		"memory in the epilogue": {func(i *plan.Interface) { i.Epilogue = chain(2, 25, "add", 40) }, "epilogue: its values have"},
		"memory in one value":    {func(i *plan.Interface) { i.Epilogue = chain(2, 26, "add", 0) }, "epilogue: its values have"},
		"memory in all lanes":    {func(i *plan.Interface) { i.Epilogue = chain(2, 8, "add", 100) }, "epilogue: its values have"},
		"time in the epilogue":   {func(i *plan.Interface) { enlarge(i, large(13, 3, 1)); i.Epilogue = chain(2, 18, "matmul", 4) }, "epilogue: it takes"},
		"memory in the prologue": {func(i *plan.Interface) {
			i.Prologue = strings.Replace(chain(2, 20, "add", 40), "epilogue", "prologue", 1)
			i.Prologue = strings.Replace(i.Prologue, "output %60", "%61 = pick %60 shape=[2] index=@0 fill=0\noutput %61", 1) + "@0 = AAAAAAAA8D8AAAAAAAAAQA==\n"
		}, "prologue: its values have"},
		"a large ring": {func(i *plan.Interface) { enlarge(i, large(17, 40, 10)) }, "50 primes at N=2^17 are too many"},
		"many keys": {func(i *plan.Interface) {
			enlarge(i, large(16, 24, 1))
			i.Keys.Relin = 23
			for k := range 80 {
				i.Keys.Rotations = append(i.Keys.Rotations, he.RotationKey{By: k + 1, Level: 23})
			}
		}, "evaluation keys of 23.7 GiB, at most 16 GiB are allowed"},
		"many ciphertexts": {func(i *plan.Interface) {
			enlarge(i, large(16, 24, 1))
			n := 4096
			i.Input.Layout = he.Vector(n, i.Params.Slots(), 1, 0, he.Repeat(i.Params.Slots(), 2))
			i.Input.Shape, i.Box.Lo, i.Box.Hi = []int{n}, make([]float64, n), make([]float64, n)
		}, "a sample takes 134217728 slots"},
		"a long output": {func(i *plan.Interface) {
			n := 1 << 22
			i.Output.Layout = he.Vector(n, i.Output.Layout.Slots, 1, 0, he.Repeat(i.Output.Layout.Slots, 2))
			i.Output.Shape = []int{n}
		}, "out of range"},
		"a long interface": {func(i *plan.Interface) { i.Model = strings.Repeat("x", 17<<20) }, "interface of 178"},
	} {
		t.Run(name, func(t *testing.T) {
			p := smallPlan(t)
			c.mutate(&p.Interface)
			p.Seal()
			file := p.Interface.Encode()
			err := frugally(t, len(file), func() error { _, err := plan.DecodeInterface(file); return err })
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, expected %q", err, c.want)
			}
		})
	}
}

// TestHostilePlans: graphs that take too much, or do not belong to the interface.
func TestHostilePlans(t *testing.T) {
	grow := func(g *tensor.Graph, doublings, times int) *tensor.Node {
		x := g.Input()
		for range doublings {
			x = g.MustAdd(diag.Pos{}, tensor.Concat{Axis: 0}, x, x)
		}
		for range times {
			g.MustAdd(diag.Pos{}, tensor.Add{}, x, x)
		}
		return x
	}
	for name, c := range map[string]struct {
		mutate func(p *plan.Plan)
		want   string
	}{
		"memory in the model": {func(p *plan.Plan) { grow(p.Imported, 26, 30) }, "imported graph: its values have"},
		"time in the model": {func(p *plan.Plan) {
			x := grow(p.Imported, 18, 0)
			y := p.Imported.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{64, 8192}}, x)
			z := p.Imported.MustAdd(diag.Pos{}, tensor.Transpose{Perm: []int{1, 0}}, y)
			for range 100 {
				p.Imported.MustAdd(diag.Pos{}, tensor.MatMul{}, y, z)
			}
		}, "imported graph: it takes 3.3"},
		"another input": {func(p *plan.Plan) {
			p.Imported = tensor.New("x", tensor.Imported)
			x := p.Imported.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
			p.Imported.Outputs = []tensor.Output{{Name: "y", Node: x}}
		}, "the imported graph takes another input (shape [3]) than the prologue (shape [2])"},
		"more outputs": {func(p *plan.Plan) { p.Imported.Outputs = append(p.Imported.Outputs, p.Imported.Outputs[0]) },
			"the imported graph has 2 outputs, the epilogue 1"},
		"a longer output": {func(p *plan.Plan) {
			n := p.Imported.Outputs[0].Node
			p.Imported.Outputs[0].Node = p.Imported.MustAdd(diag.Pos{}, tensor.Concat{Axis: 0}, n, n)
		}, "of shape [4] in the imported graph"},
		"another name": {func(p *plan.Plan) { p.Imported.Outputs[0].Name = "z" }, `output 0 is "z" of shape [2] in the imported graph`},
		"a longer polynomial output": {func(p *plan.Plan) {
			g := p.Polynomial
			g.Outputs[0].Node = g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{3}, Maps: []*tensor.Map{tensor.ZeroMap(3, 2)}}, g.Outputs[0].Node)
		}, "the polynomial graph has 1 outputs, the first of 3 elements, the interface one of 2"},
		"another polynomial input": {func(p *plan.Plan) {
			p.Fit.Activations = nil
			g := tensor.New("x", tensor.Polynomial)
			x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3}})
			y := g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{2}, Maps: []*tensor.Map{tensor.ZeroMap(2, 3)}}, x)
			g.Outputs = []tensor.Output{{Name: "y", Node: y}}
			p.Polynomial = g
		}, "the polynomial graph takes 3 elements, the interface 2"},
		"a shape of the same size": {func(p *plan.Plan) {
			p.Interface.Epilogue = strings.Replace(p.Interface.Epilogue, "shape=[2]", "shape=[2,1]", 1)
		}, "the epilogue takes shape [2 1], the interface gives [2]"},
		"time in the circuit": {func(p *plan.Plan) {
			for _, v := range p.Circuit.Values {
				if op, ok := v.Op.(he.Linear); ok {
					for len(op.Terms) < 3000 {
						op.Terms = append(op.Terms, op.Terms...)
					}
					v.Op = op
				}
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := smallPlan(t)
			c.mutate(p)
			p.Seal()
			file := p.Encode()
			err := frugally(t, len(file), func() error { _, err := plan.Decode(file); return err })
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, expected %q", err, c.want)
			}
		})
	}
}

// TestRequire: a client can ask for more security than a plan has.
func TestRequire(t *testing.T) {
	i := &smallPlan(t).Interface
	got := i.Params.Security()
	if err := i.Require(got); err != nil {
		t.Error(err)
	}
	if err := i.Require(got + 1); err == nil || !strings.Contains(err.Error(), "bits of security") {
		t.Errorf("error %v", err)
	}
}
