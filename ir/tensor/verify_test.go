package tensor_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// small is a graph with a node of most kinds, which Verify accepts.
func small(t *testing.T) *tensor.Graph {
	t.Helper()
	g := tensor.New("m.onnx", tensor.Epilogue)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{3, 2}})
	c := g.MustAdd(diag.Pos{}, tensor.Const{Shape: []int{2, 4}, Data: make([]float64, 8)})
	m := g.MustAdd(diag.Pos{}, tensor.MatMul{}, x, c)
	a := g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{5}, Maps: []*tensor.Map{tensor.SelectMap([]int{0, 1, 2, 3, 4}, 12)}}, m)
	p := g.MustAdd(diag.Pos{}, tensor.Poly{Of: "f", Coeffs: [][]float64{{0, 1}}, Lo: []float64{-1}, Hi: []float64{1}, Err: []float64{0}}, a)
	g.Outputs = []tensor.Output{{Name: "y", Node: p}}
	if err := g.Verify(); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestVerifyObjects(t *testing.T) {
	const x, c, m, a, p = 0, 1, 2, 3, 4
	poly := func(g *tensor.Graph) *tensor.Poly {
		op := g.Nodes[p].Op.(tensor.Poly)
		return &op
	}
	for name, tt := range map[string]struct {
		mutate func(g *tensor.Graph)
		want   string
	}{
		"shape":            {func(g *tensor.Graph) { g.Nodes[m].Shape = []int{3, 5} }, "%2 matmul: has shape [3 5], its operands give [3 4]"},
		"shape of input":   {func(g *tensor.Graph) { g.Nodes[x].Shape = []int{3, 3} }, "%0 input: has shape [3 3]"},
		"operands swapped": {func(g *tensor.Graph) { slices.Reverse(g.Nodes[m].In) }, "do not multiply"},
		"operand missing":  {func(g *tensor.Graph) { g.Nodes[m].In = g.Nodes[m].In[:1] }, "%2 matmul"},
		"operand later":    {func(g *tensor.Graph) { g.Nodes[m].In[0] = g.Nodes[p] }, "operand 0 does not come before it"},
		"operand itself":   {func(g *tensor.Graph) { g.Nodes[p].In[0] = g.Nodes[p] }, "operand 0 does not come before it"},
		"operand foreign": {func(g *tensor.Graph) {
			other := *g.Nodes[x]
			g.Nodes[m].In[0] = &other
		}, "operand 0 does not come before it"},
		"order": {func(g *tensor.Graph) { g.Nodes[m], g.Nodes[c] = g.Nodes[c], g.Nodes[m] }, "has ID"},
		"two inputs": {func(g *tensor.Graph) {
			g.MustAdd(diag.Pos{}, tensor.Input{Label: "z", Shape: []int{1}})
		}, "graph has 2 inputs"},
		"constant NaN":      {func(g *tensor.Graph) { g.Nodes[c].Op.(tensor.Const).Data[7] = math.NaN() }, "%1 const: element 7 is NaN"},
		"constant infinite": {func(g *tensor.Graph) { g.Nodes[c].Op.(tensor.Const).Data[0] = math.Inf(1) }, "%1 const: element 0 is +Inf"},
		"weight NaN":        {func(g *tensor.Graph) { g.Nodes[a].Op.(tensor.Affine).Maps[0].Val[1] = math.NaN() }, "%3 affine: element 1 is NaN"},
		"bias infinite":     {func(g *tensor.Graph) { g.Nodes[a].Op.(tensor.Affine).Maps[0].Bias[2] = math.Inf(-1) }, "%3 affine: element 2 is -Inf"},
		"column":            {func(g *tensor.Graph) { g.Nodes[a].Op.(tensor.Affine).Maps[0].Col[0] = 12 }, "column 12 out of order or range in row 0"},
		"row pointer":       {func(g *tensor.Graph) { g.Nodes[a].Op.(tensor.Affine).Maps[0].RowPtr[1] = 3 }, "row pointers descend at row 1"},
		"map columns":       {func(g *tensor.Graph) { g.Nodes[a].Op.(tensor.Affine).Maps[0].Cols = 13 }, "map 5x13 from shape [3 4] to [5]"},
		"map missing": {func(g *tensor.Graph) {
			g.Nodes[a].Op = tensor.Affine{Shape: []int{5}}
		}, "0 maps for 1 operands"},
		"polynomial NaN": {func(g *tensor.Graph) { poly(g).Coeffs[0][1] = math.NaN() }, "%4 poly: element 1 is NaN"},
		"empty interval": {func(g *tensor.Graph) { poly(g).Lo[0] = 1 }, "interval [1, 1] is empty"},
		"NaN interval":   {func(g *tensor.Graph) { poly(g).Hi[0] = math.NaN() }, "is empty"},
		"polynomials for other elements": {func(g *tensor.Graph) {
			q := tensor.Poly{Of: "f", Coeffs: [][]float64{{1}, {1}}, Lo: []float64{0, 0}, Hi: []float64{1, 1}, Err: []float64{0, 0}}
			g.Nodes[p].Op = q
		}, "2 polynomials for 5 elements"},
		"stage imported":   {func(g *tensor.Graph) { g.Stage = tensor.Imported }, "%4 poly: not allowed at stage imported"},
		"stage lowering":   {func(g *tensor.Graph) { g.Stage = tensor.Lowering }, "%1 const: not allowed at stage lowering"},
		"stage polynomial": {func(g *tensor.Graph) { g.Stage = tensor.Polynomial }, "%1 const: not allowed at stage polynomial"},
		"no such stage":    {func(g *tensor.Graph) { g.Stage = "x" }, `unknown stage "x"`},
		"no output":        {func(g *tensor.Graph) { g.Outputs = nil }, "graph has no output"},
		"output elsewhere": {func(g *tensor.Graph) {
			other := *g.Nodes[p]
			g.Outputs[0].Node = &other
		}, `output "y" is not a node of the graph`},
	} {
		t.Run(name, func(t *testing.T) {
			g := small(t)
			tt.mutate(g)
			if err := g.Verify(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestStages checks which operations each stage takes.
func TestStages(t *testing.T) {
	x := []int{2}
	for _, c := range []struct {
		op      tensor.Op
		operand int
		stages  []tensor.Stage
	}{
		{tensor.Func{Fn: "relu"}, 1, []tensor.Stage{tensor.Imported, tensor.Lowering, tensor.Epilogue}},
		{tensor.Mul{}, 2, []tensor.Stage{tensor.Imported, tensor.Lowering, tensor.Polynomial, tensor.Epilogue}},
		{tensor.Add{}, 2, []tensor.Stage{tensor.Imported, tensor.Epilogue}},
		{tensor.Softmax{}, 1, []tensor.Stage{tensor.Imported, tensor.Epilogue}},
		{tensor.Affine{Shape: x, Maps: []*tensor.Map{tensor.IdentityMap(2)}}, 1, []tensor.Stage{tensor.Imported, tensor.Lowering, tensor.Polynomial, tensor.Epilogue}},
	} {
		for _, stage := range []tensor.Stage{tensor.Imported, tensor.Lowering, tensor.Polynomial, tensor.Epilogue} {
			g := tensor.New("", stage)
			in := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: x})
			n := g.MustAdd(diag.Pos{}, c.op, slices.Repeat([]*tensor.Node{in}, c.operand)...)
			g.Outputs = []tensor.Output{{Name: "y", Node: n}}
			if err := g.Verify(); (err == nil) != slices.Contains(c.stages, stage) {
				t.Errorf("%s at stage %s: %v", c.op.Name(), stage, err)
			}
		}
	}
}

func TestNothingBroadcastsWhenLowered(t *testing.T) {
	g := tensor.New("", tensor.Lowering)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{2}})
	y := g.MustAdd(diag.Pos{}, tensor.Affine{Shape: []int{1}, Maps: []*tensor.Map{tensor.ZeroMap(1, 2)}}, x)
	g.Outputs = []tensor.Output{{Name: "y", Node: g.MustAdd(diag.Pos{}, tensor.Mul{}, x, y)}}
	if err := g.Verify(); err == nil || !strings.Contains(err.Error(), "nothing broadcasts") {
		t.Errorf("got %v", err)
	}
}

func TestPrimary(t *testing.T) {
	g := tensor.New("", tensor.Imported)
	x := g.MustAdd(diag.Pos{}, tensor.Input{Label: "x", Shape: []int{2}})
	top := g.MustAdd(diag.Pos{}, tensor.ArgMax{}, x)
	label := g.MustAdd(diag.Pos{}, tensor.Label{Ints: []int{3, 4}}, top)
	flat := g.MustAdd(diag.Pos{}, tensor.Reshape{Shape: []int{1}}, label)
	soft := g.MustAdd(diag.Pos{}, tensor.Softmax{}, x)
	zip := g.MustAdd(diag.Pos{}, tensor.ZipMap{Ints: []int{3, 4}}, soft)
	for name, c := range map[string]struct {
		outputs []*tensor.Node
		want    *tensor.Node
	}{
		"first":             {[]*tensor.Node{soft, x}, soft},
		"after labels":      {[]*tensor.Node{label, flat, top, soft}, soft},
		"what ZipMap wraps": {[]*tensor.Node{label, zip}, soft},
		"labels only":       {[]*tensor.Node{flat, label}, flat},
	} {
		g.Outputs = nil
		for _, n := range c.outputs {
			g.Outputs = append(g.Outputs, tensor.Output{Name: "y", Node: n})
		}
		if got := g.Primary().Node; got != c.want {
			t.Errorf("%s: %%%d, want %%%d", name, got.ID, c.want.ID)
		}
	}
}
