package naive

import (
	"fmt"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// withoutIt is the cure of all that this way does not take.
const withoutIt = "the plan is measured all the same, and runs; only the comparison is missing"

// layer is one step of the chain that a model must be. One of its fields is set.
type layer struct {
	matrix *tensor.Map // without bias
	bias   []float64   // added to what the layer before gives
	square bool
	fn     string // on arguments that come as t in [-1, 1]
	eval   func(float64) float64
	lo, hi float64 // what t = -1 and t = 1 stand for

	arg *tensor.Node // of fn, in the graph
}

// chain reads a graph as a list of layers. The error names the node that does not fit.
func chain(g *tensor.Graph) ([]layer, error) {
	users := g.Users()
	var layers []layer
	at := g.Input()
	for {
		next, err := onlyUser(g, at, users[at.ID])
		if next == nil || err != nil {
			return layers, err
		}
		l, err := layerOf(next, at)
		if err != nil {
			return nil, err
		}
		if l != nil {
			layers = append(layers, *l)
		}
		at = next
	}
}

// onlyUser is the node that reads another, nil where the client takes over.
func onlyUser(g *tensor.Graph, n *tensor.Node, users []*tensor.Node) (*tensor.Node, error) {
	var next *tensor.Node
	for _, u := range users {
		switch u.Op.(type) {
		case tensor.Softmax, tensor.LogSoftmax, tensor.Hardmax, tensor.ArgMax, tensor.Label, tensor.ZipMap:
			continue
		}
		if next != nil && next != u {
			return nil, diag.At(u.Pos, "the naive way takes chains of layers: a value is read by two").Cure("%s", withoutIt)
		}
		next = u
	}
	if next != nil && g.IsOutput(n) {
		return nil, diag.At(n.Pos, "the naive way takes chains of layers: an output lies on the way").Cure("%s", withoutIt)
	}
	return next, nil
}

// layerOf is the node as a layer; nil if nothing is to be done.
func layerOf(n, arg *tensor.Node) (*layer, error) {
	switch op := n.Op.(type) {
	case tensor.Reshape:
		return nil, nil
	case tensor.Func:
		if !op.Uniform() {
			return nil, diag.At(n.Pos, "the naive way has one polynomial for all elements, the function differs by element").Cure("%s", withoutIt)
		}
		return &layer{fn: op.Fn, eval: op.Scalar(0).Eval, arg: arg}, nil
	case tensor.Affine:
		if len(n.In) == 1 {
			return &layer{matrix: op.Maps[0]}, nil
		}
	case tensor.Mul:
		if n.In[0] == n.In[1] {
			return &layer{square: true}, nil
		}
	}
	if len(n.In) == 2 {
		for k, in := range n.In {
			if c, ok := in.Op.(tensor.Const); ok && n.In[1-k] == arg {
				if l := withConst(n, c, arg.Shape, k == 1); l != nil {
					return l, nil
				}
			}
		}
	}
	return nil, diag.At(n.Pos, "the naive way has no %s", n.Op.Name()).Cure("%s", withoutIt)
}

// withConst is an operation of a value and a constant; right says that the constant is the second operand.
func withConst(n *tensor.Node, c tensor.Const, shape []int, right bool) *layer {
	if _, ok := n.Op.(tensor.MatMul); ok {
		return &layer{matrix: tensor.MatMulMap(c, shape, right)}
	}
	if size := (&tensor.Node{Shape: shape}).Size(); size != n.Size() {
		return nil // the value is repeated along an axis
	}
	v := make([]float64, n.Size())
	for i, k := range tensor.BroadcastIndex(c.Shape, n.Shape) {
		v[i] = c.Data[k]
	}
	switch n.Op.(type) {
	case tensor.Add:
		return &layer{bias: v}
	case tensor.Mul:
		return &layer{matrix: diagonal(v)}
	case tensor.Sub:
		if right {
			return &layer{bias: each(v, func(x float64) float64 { return -x })}
		}
	case tensor.Div:
		if right {
			return &layer{matrix: diagonal(each(v, func(x float64) float64 { return 1 / x }))}
		}
	}
	return nil
}

func each(v []float64, f func(float64) float64) []float64 {
	for i := range v {
		v[i] = f(v[i])
	}
	return v
}

func diagonal(v []float64) *tensor.Map {
	b := tensor.NewMapBuilder(len(v))
	for i, x := range v {
		b.Add(i, x)
		b.EndRow(0)
	}
	return b.Map()
}

// unitArguments takes the range of each function's arguments on the samples, and scales them to [-1, 1].
func unitArguments(g *tensor.Graph, layers []layer, samples [][]float64) ([]layer, error) {
	e := tensor.NewEvaluator(g)
	var out []layer
	for _, l := range layers {
		if l.fn != "" {
			if len(samples) == 0 {
				return nil, fmt.Errorf("no samples to take the range of the arguments of %s on", l.fn)
			}
			for _, x := range samples {
				v, err := e.Run(x)
				if err != nil {
					return nil, err
				}
				for _, a := range v.Of(l.arg) {
					l.lo, l.hi = min(l.lo, a), max(l.hi, a)
				}
			}
			// A tenth on both sides: other inputs reach further.
			margin := (l.hi-l.lo)/10 + 1e-3
			l.lo, l.hi = l.lo-margin, l.hi+margin
			out = scaled(out, l)
		}
		out = append(out, l)
	}
	return out, nil
}

// scaled appends the scaling of a function's argument: to the matrix before and what it adds
// there, where it costs nothing, or else as a matrix of its own.
func scaled(layers []layer, fn layer) []layer {
	n := fn.arg.Size()
	scale := 2 / (fn.hi - fn.lo)
	shift := slices.Repeat([]float64{-(fn.hi + fn.lo) / (fn.hi - fn.lo)}, n)
	from := len(layers)
	for from > 0 && layers[from-1].bias != nil {
		from--
	}
	times := func(x float64) float64 { return scale * x }
	if from == 0 || layers[from-1].matrix == nil {
		return append(layers, layer{matrix: diagonal(slices.Repeat([]float64{scale}, n))}, layer{bias: shift})
	}
	m := tensor.Sum(layers[from-1].matrix, tensor.ZeroMap(n, layers[from-1].matrix.Cols), 1) // a copy
	m.Val, m.Bias = each(m.Val, times), each(m.Bias, times)
	layers[from-1].matrix = m
	for _, l := range layers[from:] {
		each(l.bias, times)
	}
	return append(layers, layer{bias: shift})
}
