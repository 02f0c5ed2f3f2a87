package lower

import (
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
	"hecc/passes/rewrite"
)

// FuseLinear turns all linear operations into affine maps, and multiplies neighbouring maps where that is
// cheaper. The result has only Input, Affine, Func and Mul of two values, whose shapes matter to nobody but the
// choice of layouts: see richestShapes.
func FuseLinear(g *tensor.Graph) (*tensor.Graph, error) {
	f := &fuser{
		out:   tensor.New(g.File, tensor.Lowering),
		users: g.Users(),
		shape: richestShapes(g),
		value: map[*tensor.Node]combination{},
		made:  map[*tensor.Node]*tensor.Node{},
	}
	for _, n := range g.Nodes {
		v, err := f.visit(n)
		if err != nil {
			return nil, err
		}
		f.value[n] = v
		if len(f.users[n.ID]) > 1 && v.entries() > maxRepeatedEntries*n.Size() {
			f.value[n] = single(f.materialise(n))
		}
	}
	out := g.Outputs[0]
	at := f.materialise(out.Node)
	f.out.Outputs = []tensor.Output{{Name: out.Name, Node: at}}
	return rewrite.Prune(f.out), nil
}

// maxRepeatedEntries is the number of entries a row up to which a map is repeated for each reader instead of
// being computed once.
const maxRepeatedEntries = 4

// combination is Σ_k maps[k] atoms[k] + bias: an affine combination of values of the new graph. The maps have
// no bias. Without atoms it is a constant.
type combination struct {
	atoms []*tensor.Node
	maps  []*tensor.Map
	bias  []float64
}

func single(n *tensor.Node) combination {
	return combination{[]*tensor.Node{n}, []*tensor.Map{tensor.IdentityMap(n.Size())}, make([]float64, n.Size())}
}

func (v combination) entries() int {
	total := 0
	for _, m := range v.maps {
		total += len(m.Val)
	}
	return total
}

// plus is v + w·o.
func (v combination) plus(o combination, w float64) combination {
	out := combination{slices.Clone(v.atoms), slices.Clone(v.maps), slices.Clone(v.bias)}
	for i, b := range o.bias {
		out.bias[i] += w * b
	}
	for k, a := range o.atoms {
		if j := slices.Index(out.atoms, a); j >= 0 {
			out.maps[j] = tensor.Sum(out.maps[j], o.maps[k], w)
			continue
		}
		out.atoms = append(out.atoms, a)
		out.maps = append(out.maps, o.maps[k].Times(w))
	}
	return out
}

type fuser struct {
	out   *tensor.Graph
	users [][]*tensor.Node
	shape map[*tensor.Node][]int        // of each old node's value in the new graph
	value map[*tensor.Node]combination  // of each old node
	made  map[*tensor.Node]*tensor.Node // old nodes that were materialised
}

// materialise makes a node of the new graph for the value of an old node.
func (f *fuser) materialise(n *tensor.Node) *tensor.Node {
	if at, ok := f.made[n]; ok {
		return at
	}
	v := f.value[n]
	if len(v.atoms) == 1 && v.maps[0].IsIdentity() && isZero(v.bias) {
		return v.atoms[0]
	}
	at := f.out.MustAdd(n.Pos, tensor.Affine{Shape: f.shape[n], Maps: withBias(v)}, v.atoms...)
	f.made[n] = at
	return at
}

// withBias gives the maps of a combination, the first of them with the bias.
func withBias(v combination) []*tensor.Map {
	maps := slices.Clone(v.maps)
	first := *maps[0]
	first.Bias = v.bias
	maps[0] = &first
	return maps
}

func isZero(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return x != 0 })
}

func (f *fuser) visit(n *tensor.Node) (combination, error) {
	switch op := n.Op.(type) {
	case tensor.Input:
		return single(f.out.MustAdd(n.Pos, tensor.Input{Label: op.Label, Shape: f.shape[n]})), nil
	case tensor.Const:
		return combination{bias: op.Data}, nil
	case tensor.Func:
		return single(f.out.MustAdd(n.Pos, op, f.materialise(n.In[0]))), nil
	case tensor.Reshape:
		return f.value[n.In[0]], nil
	case tensor.Transpose:
		return f.pick(n.In[0], tensor.TransposeIndex(n.In[0].Shape, op.Perm)), nil
	case tensor.Concat:
		return f.concat(n, op.Axis), nil
	case tensor.Pick:
		return f.picked(n.In[0], op), nil
	case tensor.Add:
		return f.broadcast(n, 0).plus(f.broadcast(n, 1), 1), nil
	case tensor.Sub:
		return f.broadcast(n, 0).plus(f.broadcast(n, 1), -1), nil
	case tensor.Mul:
		return f.mul(n), nil
	case tensor.Div:
		return f.div(n)
	case tensor.MatMul:
		return f.matmul(n)
	case tensor.Affine:
		return f.affine(n, op), nil
	}
	return combination{}, diag.At(n.Pos, "%s can only stand at the end of a model, where the client computes it in clear", n.Pos.Op).
		Cure("cut the model in front of it, or train it with Relu, Sigmoid or Tanh in its place")
}

// after applies a map without bias to the value of an old node. Where the product of the maps would be much
// larger than both, the value becomes a node of its own.
func (f *fuser) after(m *tensor.Map, inner *tensor.Node) combination {
	v := f.value[inner]
	if len(v.atoms) == 0 {
		return combination{bias: apply(m, v.bias)}
	}
	out := combination{atoms: v.atoms, bias: apply(m, v.bias)}
	left := largestProduct(len(m.Val), v.entries())
	for _, in := range v.maps {
		product, ok := tensor.ComposeWithin(m, in, left)
		if !ok {
			return combination{[]*tensor.Node{f.materialise(inner)}, []*tensor.Map{m}, make([]float64, m.Rows)}
		}
		out.maps, left = append(out.maps, product), left-len(product.Val)
	}
	return out
}

// largestProduct is how many entries the product of two maps may have. Else they are kept apart: a product has
// at most maxFillRatio times their entries, plus an allowance below which the level that fusing saves is worth
// more.
func largestProduct(outer, inner int) int { return maxFillRatio*(outer+inner) + fillAllowance }

const (
	maxFillRatio  = 2
	fillAllowance = 8192
)

func apply(m *tensor.Map, x []float64) []float64 {
	y := make([]float64, m.Rows)
	m.AddTo(x, y)
	return y
}

// pick selects elements of an old node's value.
func (f *fuser) pick(in *tensor.Node, index []int) combination {
	return f.after(tensor.SelectMap(index, in.Size()), in)
}

// picked selects elements, and fills the places that have none.
func (f *fuser) picked(in *tensor.Node, op tensor.Pick) combination {
	m := op.Map(in.Size())
	v := f.after(m.WithoutBias(), in)
	return v.plus(combination{bias: m.Bias}, 1)
}

// broadcast is operand k of n, repeated to n's shape.
func (f *fuser) broadcast(n *tensor.Node, k int) combination {
	return f.pick(n.In[k], tensor.BroadcastIndex(n.In[k].Shape, n.Shape))
}

func (f *fuser) concat(n *tensor.Node, axis int) combination {
	shapes := make([][]int, len(n.In))
	for k, in := range n.In {
		shapes[k] = in.Shape
	}
	sum := combination{bias: make([]float64, n.Size())}
	for k, place := range tensor.ConcatIndex(shapes, axis) {
		m := tensor.ScatterMap(place, n.Size())
		sum = sum.plus(f.after(m, n.In[k]), 1)
	}
	return sum
}

// affine is a sum of maps, as of a convolution.
func (f *fuser) affine(n *tensor.Node, op tensor.Affine) combination {
	sum := combination{bias: make([]float64, n.Size())}
	for k, m := range op.Maps {
		v := f.after(m.WithoutBias(), n.In[k])
		sum = sum.plus(v, 1).plus(combination{bias: m.Bias}, 1)
	}
	return sum
}

// mul is a scaling if one operand is constant, else a product of two values.
func (f *fuser) mul(n *tensor.Node) combination {
	for k, in := range n.In {
		if c, ok := in.Op.(tensor.Const); ok {
			return f.scaled(n, 1-k, c.Data, tensor.BroadcastIndex(in.Shape, n.Shape))
		}
	}
	a, b := f.broadcastNode(n, 0), f.broadcastNode(n, 1)
	return single(f.out.MustAdd(n.Pos, tensor.Mul{}, a, b))
}

// broadcastNode materialises operand k of n at n's shape.
func (f *fuser) broadcastNode(n *tensor.Node, k int) *tensor.Node {
	if n.In[k].Size() == n.Size() {
		return f.materialise(n.In[k])
	}
	v := f.broadcast(n, k)
	return f.out.MustAdd(n.Pos, tensor.Affine{Shape: f.shape[n], Maps: withBias(v)}, v.atoms...)
}

func (f *fuser) div(n *tensor.Node) (combination, error) {
	c, ok := n.In[1].Op.(tensor.Const)
	if !ok {
		return combination{}, diag.At(n.Pos, "divides by a value that depends on the input").
			Cure("use BatchNormalization in place of norms that divide by what they measure: hecc divides by constants, and by functions of the same value that is divided, element by element")
	}
	inverse := make([]float64, len(c.Data))
	for i, x := range c.Data {
		if x == 0 {
			return combination{}, diag.At(n.Pos, "division by zero: element %d of the divisor", i).
				Cure("divide by constants other than zero: a feature that is the same in all samples has deviation 0, so leave it out or divide it by 1")
		}
		inverse[i] = 1 / x
	}
	return f.scaled(n, 0, inverse, tensor.BroadcastIndex(n.In[1].Shape, n.Shape)), nil
}

// scaled multiplies operand k of n, repeated to n's shape, by factors.
func (f *fuser) scaled(n *tensor.Node, k int, factors []float64, index []int) combination {
	from := tensor.BroadcastIndex(n.In[k].Shape, n.Shape)
	b := tensor.NewMapBuilder(n.In[k].Size())
	for i, j := range from {
		b.Add(j, factors[index[i]])
		b.EndRow(0)
	}
	return f.after(b.Map(), n.In[k])
}

// matmul is a product with a constant matrix on either side.
func (f *fuser) matmul(n *tensor.Node) (combination, error) {
	for k, in := range n.In {
		if c, ok := in.Op.(tensor.Const); ok {
			m := tensor.MatMulMap(c, n.In[1-k].Shape, k == 1)
			return f.after(m, n.In[1-k]), nil
		}
	}
	return combination{}, diag.At(n.Pos, "a matrix product of two encrypted values is not supported").
		Cure("multiply by a matrix of weights; products of two computed values are supported element by element")
}
