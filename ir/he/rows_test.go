package he_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"hecc/internal/graphtest"
	"hecc/internal/optest"
	"hecc/ir/diag"
	"hecc/ir/he"
)

// TestOpsAreComplete: every type of this package that has a row is in the table of operations.
func TestOpsAreComplete(t *testing.T) {
	var want, got []string
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name == "Rule" && d.Recv != nil {
				want = append(want, d.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	for _, op := range he.Ops() {
		got = append(got, reflect.TypeOf(op).Name())
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("the table has %v, the package %v", got, want)
	}
}

// TestRows holds what an operation says of degrees, scales and keys against what it means.
func TestRows(t *testing.T) {
	for _, op := range he.Ops() {
		m, r, k := op.Meaning(), op.Rule(), op.KeySwitches()
		var rotations []int
		plain := true
		for _, term := range m.Terms {
			for _, by := range []int{term.Baby, term.Giant} {
				if by != 0 {
					rotations = append(rotations, by)
				}
			}
			x, number := he.Number(term.Diag)
			plain = plain && number && (x == 1 || x == -1)
		}
		for what, ok := range map[string]bool{
			"a source is what has no operands, and any scale":   (m.Kind == he.Source) == (r.Operands == 0) && (m.Kind == he.Source) == (r.Scale == he.ScaleFree),
			"a product multiplies scales and gives degree 2":    (m.Kind == he.Product) == (r.Scale == he.ScaleMultiplied) && (m.Kind == he.Product) == (r.Gives == he.GivesTwo),
			"rotations and products take degree 1":              (len(rotations) == 0 && m.Kind != he.Product) || r.Takes == he.TakesOne,
			"a key for every rotation":                          slices.Equal(rotations, k.Rotations),
			"degree 2 is taken where it is relinearised":        (k.Relins > 0) == (r.Takes == he.TakesTwo),
			"only plaintexts weigh":                             m.Kind != he.Affine || plain == (r.Scale != he.ScaleByPlain),
			"dividing by a modulus and losing a level go along": (r.Scale == he.ScaleDivided) == (r.Level == he.LevelBelow),
			"a sum has terms":                                   m.Kind != he.Affine || len(m.Terms) > 0,
			"transforms where keys are switched":                len(rotations)+k.Relins == 0 || transforms(op) > 0,
			"some work":                                         len(op.Work(he.Shape{Limbs: 2, Special: 1, Degree: 1})) > 0,
		} {
			if !ok {
				t.Errorf("%s: not so: %s", op.Name(), what)
			}
		}
	}
}

func transforms(op he.Op) float64 {
	total := 0.0
	for _, p := range op.Work(he.Shape{Limbs: 2, Special: 1, Degree: 1}) {
		for _, u := range p.Uses {
			if u.Primitive == he.Transform {
				total += p.Times * u.Polys
			}
		}
	}
	return total
}

// TestEveryOp walks every operation through what this package does with a circuit.
func TestEveryOp(t *testing.T) {
	for _, op := range he.Ops() {
		c, v := optest.Circuit(op)
		again, err := he.Parse(c.Print())
		if err != nil || !reflect.DeepEqual(again.Values[v.ID].Op, op) {
			t.Errorf("%s: reads back as %#v, %v", op.Name(), again, err)
		}
		if n, k := c.Count(), c.KeysNeeded(); n.KeySwitches == 0 && (len(k.Rotations) > 0 || k.Relin != he.NoKey) {
			t.Errorf("%s: counts %+v, keys %+v", op.Name(), n, k)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		var inputs [][]float64
		for range c.Input.Cts() {
			inputs = append(inputs, graphtest.Vector(rng, c.Slots, 1))
		}
		got, err := c.Eval(inputs, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []int{0, 1, c.Slots - 1} {
			if want := naive(c, inputs, c.Outputs[0], s); graphtest.Gap([]float64{got[0][s]}, []float64{want}) > 1e-12 {
				t.Errorf("%s: slot %d is %v, want %v", op.Name(), s, got[0][s], want)
			}
		}
		c.Values[v.ID].In = append(c.Values[v.ID].In, v)
		if c.Verify() == nil {
			t.Errorf("%s: takes an operand too many", op.Name())
		}
	}
}

// TestAdjoint: <f'(x)·d, a> = <d, adjoint of a>, by differences.
func TestAdjoint(t *testing.T) {
	for _, op := range he.Ops() {
		c, v := optest.Circuit(op)
		rng := rand.New(rand.NewPCG(3, 4))
		own := graphtest.Vector(rng, c.Slots, 1)
		values, at := make([][]float64, len(c.Values)), make([][]float64, len(c.Values))
		var inputs [][]float64
		for range c.Input.Cts() {
			inputs = append(inputs, graphtest.Vector(rng, c.Slots, 1))
		}
		keep := func(v *he.Value, slots []float64) { at[v.ID] = slices.Clone(slots) }
		if _, err := c.Eval(inputs, keep); err != nil {
			t.Fatal(err)
		}
		copy(values, at)
		adjoint, moved := make([][]float64, len(v.In)), make([][]float64, len(v.In))
		for k := range v.In {
			adjoint[k], moved[k] = make([]float64, c.Slots), graphtest.Vector(rng, c.Slots, 1)
		}
		v.Adjoint(values, c.Slots, own, adjoint)
		const step = 1e-6
		change := func(sign float64) float64 {
			if _, err := c.Eval(inputs, func(u *he.Value, slots []float64) {
				for k, x := range v.In {
					if x == u {
						for s := range slots {
							slots[s] = values[u.ID][s] + sign*step*moved[k][s]
						}
					}
				}
				keep(u, slots)
			}); err != nil {
				t.Fatal(err)
			}
			return dot(at[v.ID], own)
		}
		want, got := 0.0, 0.0
		if len(v.In) > 0 {
			want = (change(1) - change(-1)) / (2 * step)
		}
		for k := range v.In {
			got += dot(adjoint[k], moved[k])
		}
		if graphtest.Gap([]float64{got}, []float64{want}) > 1e-4 {
			t.Errorf("%s: adjoint gives %v, differences %v", op.Name(), got, want)
		}
	}
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for s := range x {
		sum += x[s] * y[s]
	}
	return sum
}

// TestBlankRow: an operation that says nothing of what it does is not taken for one that does nothing.
func TestBlankRow(t *testing.T) {
	blank := optest.Blank{Op: he.Relin{}}
	c, v := optest.Circuit(he.AddPlain{Plain: he.Plain{1}})
	v.Op = blank
	if c.Verify() == nil {
		t.Error("passes the verifier")
	}
	packed := *c
	packed.Stage, packed.Params, packed.Values = he.Packed, nil, c.Values[:1]
	packed.Outputs = []*he.Value{packed.Add(diag.Pos{}, blank, c.Values[0])}
	if packed.Verify() == nil {
		t.Error("passes the verifier when packed")
	}
	for name, f := range map[string]func(){
		"evaluated": func() { _, _ = c.Eval(c.Input.Pack(make([]float64, c.Input.Size)), nil) },
		"adjoint":   func() { v.Adjoint(nil, 4, make([]float64, 4), nil) },
	} {
		if !panics(f) {
			t.Errorf("%s as if it did nothing", name)
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}
