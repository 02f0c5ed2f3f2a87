package tensor_test

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/internal/graphtest"
	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/ir/text"
)

// anyGraph draws a graph with operations of all kinds, which do not make sense together.
func anyGraph() *rapid.Generator[*tensor.Graph] {
	return rapid.Custom(func(t *rapid.T) *tensor.Graph {
		rng := graphtest.Rand(t)
		g := tensor.New(rapid.String().Draw(t, "file"), tensor.Epilogue)
		add := func(op tensor.Op, in ...*tensor.Node) error {
			pos := diag.Pos{}
			if rapid.Bool().Draw(t, "has position") {
				pos = diag.Pos{File: g.File, Node: len(g.Nodes), Name: rapid.String().Draw(t, "name"), Op: "Op"}
			}
			_, err := g.Add(pos, op, in...)
			return err
		}
		add(tensor.Input{Label: rapid.String().Draw(t, "label"), Shape: shapes(0, 3).Draw(t, "shape")})
		for range rapid.IntRange(0, 6).Draw(t, "operations") {
			node := rapid.SampledFrom(g.Nodes)
			x, y := node.Draw(t, "x"), node.Draw(t, "y")
			n := x.Size()
			class := []int{1, -1, 5, 0}[:min(4, n)]
			switch rapid.IntRange(0, 9).Draw(t, "operation") {
			case 0:
				c := random(t, shapes(0, 3).Draw(t, "const"))
				add(tensor.Const{Shape: c.shape, Data: c.data})
			case 1:
				op := rapid.SampledFrom([]tensor.Op{tensor.Add{}, tensor.Sub{}, tensor.Mul{}, tensor.Div{}, tensor.MatMul{}, tensor.Compare{Fn: "less"}, tensor.Gather{}})
				add(op.Draw(t, "binary"), x, y) // where shapes do not fit, nothing is added
				add(tensor.Where{}, x, y, x)
			case 2:
				add(tensor.Reshape{Shape: []int{n}}, x)
			case 3:
				add(tensor.Transpose{Perm: reversed(len(x.Shape))}, x)
			case 4:
				add(tensor.Concat{Axis: 0}, x, y, x)
			case 5:
				add(tensor.Func{Fn: "tanh"}, x)
			case 6:
				add(tensor.Affine{Shape: []int{4}, Maps: []*tensor.Map{randomMap(rng, 4, n), randomMap(rng, 4, y.Size())}}, x, y)
			case 7:
				add(rapid.SampledFrom([]tensor.Op{tensor.Softmax{}, tensor.ArgMax{}, tensor.ArgMax{Last: true, Least: true},
					tensor.Reduce{Fn: "logsumexp"}, tensor.TopK{K: 1, Least: true, Index: true}, tensor.Normalize{Norm: "max"}, tensor.ClientFunc{Fn: "floor"}}).Draw(t, "choice"), x)
			case 8:
				add(rapid.SampledFrom([]tensor.Op{tensor.Label{Ints: class}, tensor.Label{Strings: []string{"a\n", `"`}},
					tensor.ZipMap{Ints: class}}).Draw(t, "classes"), x)
			case 9:
				p := tensor.Poly{Of: "f", Coeffs: [][]float64{graphtest.Vector(rng, 3, 1)}, Lo: []float64{-1}, Hi: []float64{0.3}, Err: []float64{0.1}}
				add(p, x)
			}
		}
		for range rapid.IntRange(1, 3).Draw(t, "outputs") {
			n := rapid.SampledFrom(g.Nodes).Draw(t, "output")
			g.Outputs = append(g.Outputs, tensor.Output{Name: rapid.String().Draw(t, "output name"), Node: n})
		}
		return g
	})
}

func reversed(n int) []int {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = n - 1 - i
	}
	return perm
}

func TestParseInvertsPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph().Draw(t, "graph")
		printed := g.Print()
		got, err := tensor.Parse(printed)
		if err != nil {
			t.Fatalf("%v in\n%s", err, printed)
		}
		if again := got.Print(); again != printed {
			t.Fatalf("prints\n%s\nthen\n%s", printed, again)
		}
		sameGraph(t, got, g)
	})
}

func sameGraph(t *rapid.T, got, want *tensor.Graph) {
	if got.File != want.File || got.Stage != want.Stage || len(got.Nodes) != len(want.Nodes) || len(got.Outputs) != len(want.Outputs) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i, w := range want.Nodes {
		n := got.Nodes[i]
		if n.ID != w.ID || n.Pos != w.Pos || !slices.Equal(n.Shape, w.Shape) || reflect.TypeOf(n.Op) != reflect.TypeOf(w.Op) {
			t.Fatalf("got %+v, want %+v", n, w)
		}
		for k := range w.In {
			if n.In[k].ID != w.In[k].ID {
				t.Fatalf("%%%d: operand %d is %%%d, want %%%d", i, k, n.In[k].ID, w.In[k].ID)
			}
		}
	}
	for i, w := range want.Outputs {
		if got.Outputs[i].Name != w.Name || got.Outputs[i].Node.ID != w.Node.ID {
			t.Fatalf("output %d is %+v, want %+v", i, got.Outputs[i], w)
		}
	}
	x := graphtest.Vector(graphtest.Rand(t), want.Input().Size(), 1)
	a, errA := tensor.NewEvaluator(got).Run(x)
	b, errB := tensor.NewEvaluator(want).Run(x)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	for i := range want.Nodes {
		if !bytes.Equal(text.Bytes(a.Of(got.Nodes[i])), text.Bytes(b.Of(want.Nodes[i]))) {
			t.Fatalf("%%%d: %v, want %v", i, a.Of(got.Nodes[i]), b.Of(want.Nodes[i]))
		}
	}
}

func TestParseErrors(t *testing.T) {
	const head = "tensor stage=\"imported\" file=\"m.onnx\"\n%0 = input name=\"x\" shape=[2,2]\n"
	const affine = "tensor stage=\"lowering\" file=\"\"\n%0 = input name=\"x\" shape=[2]\n%1 = affine %0 shape=[1] maps=1 cols=2 rowptr=@0 col=@1 val=@2 bias=@3\noutput %1 name=\"y\"\n"
	blobs := func(v ...[]float64) string {
		d := &text.Document{Lines: []text.Line{{ID: text.NoResult, Op: "x"}}}
		for _, b := range v {
			d.Lines[0].Attrs = append(d.Lines[0].Attrs, text.Attr{Key: "b", Value: text.Blob(b)})
		}
		_, tail, _ := strings.Cut(d.Print(), "\n")
		return tail
	}
	for _, c := range []struct{ src, want string }{
		{"", "not a tensor graph"},
		{"circuit stage=\"packed\"\n", "not a tensor graph"},
		{"tensor file=\"\"\n", `attribute "stage" is missing`},
		{"tensor stage=\"imported\" file=\"\"\n", "graph has 0 inputs, must have one"},
		{"tensor stage=\"x\" file=\"\"\n%0 = input name=\"x\" shape=[]\noutput %0 name=\"y\"\n", `%0 input: unknown stage "x"`},
		{head, "graph has no output"},
		{head + "%1 = add %0 %2\n", "line 3 (add): operand %2 is not defined"},
		{head + "%1 = add %0\n", "line 3 (add): takes 2 operands, has 1"},
		{head + "%1 = exp %0\n", "line 3 (exp): unknown operation"},
		{head + "%2 = func %0 fn=\"tanh\"\n", "line 3 (func): value %2 is out of order"},
		{head + "%1 = func %0 fn=\"gelu\"\n", `line 3 (func): no function "gelu"`},
		{head + "output %0 name=\"y\"\n%1 = func %0 fn=\"tanh\"\n", "line 4 (func): value %1 is out of order"},
		{head + "output name=\"y\"\n", "line 3 (output): expected a value or an output"},
		{head + "const %0\n", "line 3 (const): expected a value or an output"},
		{head + "%1 = add %0 %0 axis=0\n", `line 3 (add): unexpected attribute "axis"`},
		{head + "%1 = input name=\"z\" shape=[1]\noutput %1 name=\"y\"\n", "graph has 2 inputs"},
		{head + "%1 = const shape=[2] data=@0\n" + blobs([]float64{1}), "shape [2] has 2 elements, the data 1"},
		{head + "%1 = const shape=[0] data=@0\n" + blobs(nil), "dimensions must be positive"},
		{head + "%1 = reshape %0 shape=[3]\n", "cannot reshape [2 2] to [3]"},
		{head + "%1 = reshape %0 shape=[4294967296,4294967296]\n", "has more than 134217728 elements"},
		{head + "%1 = transpose %0 perm=[0,0]\n", "[0 0] is no permutation"},
		{head + "%1 = transpose %0 perm=[0]\n", "permutation [0] of a value of shape [2 2]"},
		{head + "%1 = concat axis=0\n", "nothing to join"},
		{head + "%1 = concat %0 axis=2\n", "no axis 2 in shape [2 2]"},
		{head + "%1 = softmax %0 axis=-1\n", "no axis -1 in shape [2 2]"},
		{head + "%1 = argmax %0 axis=2\n", "no axis 2 in shape [2 2]"},
		{head + "%1 = label %0 strings=[]\n", "needs a table of classes"},
		{head + "%1 = zipmap %0 ints=[1]\n", "1 keys for a value of shape [2 2]"},
		{affine + blobs([]float64{0, 2}, []float64{0, 1}, []float64{1, 1}, []float64{0}), ""},
		{affine + blobs([]float64{0, 2}, []float64{1, 0}, []float64{1, 1}, []float64{0}), "column 0 out of order or range in row 0"},
		{affine + blobs([]float64{0, 2}, []float64{0, 2}, []float64{1, 1}, []float64{0}), "column 2 out of order or range in row 0"},
		{affine + blobs([]float64{0, 1}, []float64{0, 1}, []float64{1, 1}, []float64{0}), "row pointers run from 0 to 1 for 2 entries"},
		{affine + blobs([]float64{0, 0.5}, nil, nil, []float64{0}), "index 0.5 is not a small whole number"},
		{affine + blobs([]float64{math.Copysign(0, -1), 2}, nil, nil, []float64{0}), "index -0 is not a small whole number"},
		{affine + blobs([]float64{0, 1e300}, nil, nil, []float64{0}), "is not a small whole number"},
		{affine + blobs([]float64{0}, nil, nil, nil), "map 0x2"},
	} {
		_, err := tensor.Parse(c.src)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %s", c.src, err, c.want)
		}
	}
}

// maxSeed is the length of programs to start fuzzing from: minimising takes time with its square.
const maxSeed = 150

func FuzzParse(f *testing.F) {
	for seed := range 200 {
		if src := anyGraph().Example(seed).Print(); len(src) < maxSeed {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		g, err := tensor.Parse(src)
		if err != nil {
			return
		}
		printed := g.Print()
		again, err := tensor.Parse(printed)
		if err != nil || again.Print() != printed {
			t.Errorf("%q prints as %q (%v)", src, printed, err)
		}
	})
}
