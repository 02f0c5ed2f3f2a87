package passes

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/plan"
	"hecc/ir/tensor"
)

// front builds a model of four columns: what make gives goes through a matrix.
func front(make func(g *tensor.Graph, x *tensor.Node) *tensor.Node) *tensor.Graph {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{4}})
	y := make(g, x)
	w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{y.Size(), 2}, Data: ramp(2 * y.Size())})
	if len(y.Shape) > 1 {
		y = g.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{y.Size()}}, y)
	}
	y = g.MustAdd(diag.Pos{}, tensor.MatMul{}, y, w)
	g.Outputs = []tensor.Output{{Name: "y", Node: y}}
	return g
}

func ramp(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(i+1) / float64(n)
	}
	return out
}

func constant(g *tensor.Graph, data ...float64) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{len(data)}, Data: data})
}

// impute replaces what is missing by means.
func impute(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	missing := g.MustAdd(diag.Pos{}, tensor.ClientFunc{Fn: "isnan"}, x)
	return g.MustAdd(diag.Pos{}, tensor.Where{}, missing, constant(g, 1, 2, 3, 4), x)
}

func scale(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, constant(g, 2, 2, 2, 2))
}

func pick(g *tensor.Graph, x *tensor.Node, index ...int) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Pick{Shape: []int{len(index)}, Index: index}, x)
}

func relu(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Func{Fn: "relu"}, x)
}

// TestSplitPrologue: the client gets what needs no weights and comes before the first function or
// comparison, and nothing else; prologue and rest together are the model.
func TestSplitPrologue(t *testing.T) {
	for name, c := range map[string]struct {
		make func(g *tensor.Graph, x *tensor.Node) *tensor.Node
		ops  string // of the prologue
		size int    // of what is encrypted
	}{
		"only a map":          {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return x }, "input", 4},
		"a scaler stays":      {scale, "input", 4},
		"an imputer":          {impute, "input clientfunc const where", 4},
		"a scaler behind one": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return scale(g, impute(g, x)) }, "input clientfunc const where", 4},
		"a scaler before a function": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return relu(g, scale(g, x)) },
			"input const mul func", 4},
		"a square stays": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node { return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, x) }, "input", 4},
		"x times a function of x": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, relu(g, x))
		}, "input func mul", 4},
		"columns apart": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			key := g.MustAdd(diag.Pos{}, tensor.Lookup{Keys: []float64{0, 1, 5}, Values: []float64{0, 1, 2}, Strict: true}, pick(g, x, 3))
			hot := g.MustAdd(diag.Pos{}, tensor.Compare{Fn: "equal"}, key, constant(g, 0, 1, 2))
			return g.MustAdd(diag.Pos{}, tensor.Concat{}, scaleTwo(g, pick(g, x, 0, 1)), hot)
		}, "input pick lookup const compare pick reshape reshape concat", 5},
		"a table is a weight": {func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
			table := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{3, 4}, Data: ramp(12)})
			return relu(g, g.MustAdd(diag.Pos{}, tensor.Sub{}, x, table))
		}, "input", 4},
	} {
		g := front(c.make)
		prologue, rest := splitPrologue(g)
		for _, part := range []*tensor.Graph{prologue, rest} {
			if err := part.Verify(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		var ops []string
		for _, n := range prologue.Nodes {
			ops = append(ops, n.Op.Name())
		}
		if got := strings.Join(ops, " "); got != c.ops || rest.Input().Size() != c.size {
			t.Errorf("%s: the client computes %s and encrypts %d elements, want %s, %d", name, got, rest.Input().Size(), c.ops, c.size)
		}
		x := []float64{0.5, -2, 0.25, 5}
		encoded, err := tensor.NewEncoder(prologue).Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		want, got := evaluate(t, g, x), evaluate(t, rest, encoded)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1e-12 {
				t.Errorf("%s: output %d is %v, want %v", name, k, got[k], want[k])
			}
		}
	}
}

func scaleTwo(g *tensor.Graph, x *tensor.Node) *tensor.Node {
	return g.MustAdd(diag.Pos{}, tensor.Mul{}, x, constant(g, 2, 3))
}

func evaluate(t *testing.T, g *tensor.Graph, x []float64) []float64 {
	t.Helper()
	v, err := tensor.NewEvaluator(g).Run(x)
	if err != nil {
		t.Fatal(err)
	}
	return v.Of(g.Outputs[0].Node)
}

// TestWholeModelInFront: a model without weights is computed by the client alone, exactly but for the encryption.
func TestWholeModelInFront(t *testing.T) {
	g := tensor.New("m.onnx", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{4}})
	g.Outputs = []tensor.Output{{Name: "y", Node: relu(g, x)}}
	r, err := Compile(context.Background(), g, Options{InputRange: uniformBox(4, -10, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if box := r.Plan.Interface.Box; box.Lo[0] < -1e-9 || box.Hi[0] < 10 || r.Plan.Fit.Error != 0 {
		t.Errorf("box %v, fit %v", box, r.Plan.Fit.Error)
	}
}

// TestCalibrationThroughPrologue: samples with missing values calibrate a model that replaces them, and no other.
func TestCalibrationThroughPrologue(t *testing.T) {
	samples := [][]float64{{math.NaN(), 1, 2, 3}, {0, math.NaN(), 1, 0}}
	r, err := Compile(context.Background(), front(impute), Options{Calibration: samples})
	if err != nil {
		t.Fatal(err)
	}
	if box := r.Plan.Interface.Box; !(box.Lo[0] <= 0 && box.Hi[0] >= 1) {
		t.Errorf("box %v", box)
	}
	var d *diag.Error
	if _, err = Compile(context.Background(), front(scale), Options{Calibration: samples}); !errors.As(err, &d) ||
		!strings.Contains(d.Msg, "calibration sample 0: element 0 is NaN") || len(d.Notes) == 0 {
		t.Errorf("got %v", err)
	}
}

// TestBehindWeights: what only the client computes is refused between weights.
func TestBehindWeights(t *testing.T) {
	g := front(func(g *tensor.Graph, x *tensor.Node) *tensor.Node {
		w := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{4, 4}, Data: ramp(16)})
		h := g.MustAdd(diag.Pos{}, tensor.MatMul{}, x, w)
		return g.MustAdd(diag.Pos{Node: 7, Op: "OneHotEncoder"}, tensor.Lookup{Keys: []float64{1}, Values: []float64{1}}, h)
	})
	_, err := Compile(context.Background(), g, Options{InputRange: &plan.Box{Lo: []float64{0, 0, 0, 0}, Hi: []float64{1, 1, 1, 1}}})
	var d *diag.Error
	if !errors.As(err, &d) || d.Pos.Node != 7 {
		t.Errorf("got %v", err)
	}
}
