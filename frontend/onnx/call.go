package onnx

import (
	"math"
	"slices"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// call is what an operator's handler works on: the node and its operands.
type call struct {
	m    *importer
	node *node
	in   []*value // nil for an optional operand that is left out
	more []*value // further results, after the first
}

// errorf refuses the node with the cure of its operator.
func (c *call) errorf(format string, args ...any) *diag.Error {
	return c.at(format, args...).Cure("%s", c.node.cure())
}

// at begins a refusal of the node that has a cure of its own.
func (c *call) at(format string, args ...any) *diag.Finding {
	return diag.At(c.node.pos, format, args...)
}

// mixes refuses an operation that mixes the samples of a batch.
func (c *call) mixes(what string) *diag.Error {
	return c.at("%s: this mixes the samples of a batch", what).
		Cure("the first dimension of the model's input is not fixed, so it is taken to count samples; export the model with a fixed one if it does not (in torch.onnx.export, without dynamic_axes)")
}

// bind looks up the operands and checks what the table says of them.
func (c *call) bind() error {
	r := c.node.row
	if err := c.checkAttributes(); err != nil {
		return err
	}
	for _, name := range c.node.inputs {
		v := c.m.values[name] // nil for the empty name
		if v != nil && v.unavailable != "" {
			return c.at("reads %q: %s", name, v.unavailable).Cure("export the model for inference, where that output is not read: model.eval() in PyTorch")
		}
		c.in = append(c.in, v)
	}
	for len(c.in) > 0 && c.in[len(c.in)-1] == nil {
		c.in = c.in[:len(c.in)-1]
	}
	if n := len(c.in); n < r.minInputs || r.maxInputs != variadic && n > r.maxInputs {
		return c.at("has %d operands; the operator takes %s", n, r.arity()).Cure("%s", contradiction)
	}
	return c.checkOperands()
}

func (c *call) checkAttributes() error {
	for _, a := range c.node.attrs {
		kind, ok := c.node.row.attrs[a.GetName()]
		if !ok {
			return c.at("attribute %q is not supported", a.GetName()).
				Cure("supported are: %s. %s", c.node.row.attrNames(), c.node.cure())
		}
		if a.GetType() != kind {
			return c.at("attribute %q is of type %v, must be %v", a.GetName(), a.GetType(), kind).Cure("%s", contradiction)
		}
	}
	return nil
}

// checkOperands applies the rules that hold for most operators.
func (c *call) checkOperands() error {
	r := c.node.row
	for i, v := range c.in {
		if v == nil {
			if i < r.minInputs {
				return c.at("operand %d is left out", i).Cure("%s", contradiction)
			}
			continue
		}
		if v.labelRow && !readsLabelRows[c.node.op] {
			return c.at("the row of labels that ArrayFeatureExtractor gives can only be reshaped and cast").
				Cure("give the label as the model chooses it, and compute with it after decryption")
		}
		if v.elem == mapType {
			return c.at("reads the result of ZipMap").Cure("ZipMap may stand only at the end of a model: options={\"zipmap\": False} in skl2onnx leaves it out")
		}
	}
	if err := c.checkStacked(); err != nil || r.anyType {
		return err
	}
	return c.checkFloats()
}

// checkFloats refuses operands that are not floating-point numbers. Types may differ: converters mix float
// and double weights, and hecc computes with their values.
func (c *call) checkFloats() error {
	for i, v := range c.in {
		if v != nil && c.node.row.ints && !v.constant() && (isInt(v.elem) || v.elem == boolType) {
			as := *v
			as.elem = float32Type
			if c.node.op != "Imputer" { // which replaces other numbers of integers
				c.in[i] = &as
			}
			continue
		}
		if v != nil && !isFloat(v.elem) {
			return c.at("operand %d has elements of type %v: hecc computes with floating-point numbers only", i, v.elem).
				Cure("give it float32 numbers: x.float() in PyTorch, X.astype(numpy.float32) in scikit-learn")
		}
	}
	return nil
}

// operand is an operand by its place, or nil if it is left out.
func (c *call) operand(i int) *value {
	if i >= len(c.in) {
		return nil
	}
	return c.in[i]
}

// emit adds a tensor operation, or computes it if all its operands are constant.
func (c *call) emit(op tensor.Op, in ...*value) (*value, error) {
	out := &value{elem: commonType(in)}
	constant := true
	for _, v := range in {
		constant = constant && v.constant()
		out.batched = out.batched || v.batched
		out.stacked = out.stacked || v.stacked
	}
	if constant {
		return c.fold(op, in)
	}
	nodes := make([]*tensor.Node, len(in))
	for i, v := range in {
		var err error
		if nodes[i], err = c.materialise(v); err != nil {
			return nil, err
		}
	}
	n, err := c.m.graph.Add(c.node.pos, op, nodes...)
	if err != nil {
		return nil, c.errorf("%v", err)
	}
	out.node = n
	return out, c.spend(n.Size(), 0)
}

// commonType is the type of a result: that of the first operand that depends on the input, whatever the type
// of weights.
func commonType(in []*value) elemType {
	for _, v := range in {
		if !v.constant() {
			return v.elem
		}
	}
	return in[0].elem
}

// part is the call for a part of the node under a name, and so a position, of its own: passes distinguish a
// product from a function of the same node by their positions.
func (c *call) part(name string) *call {
	p, n := *c, *c.node
	n.pos.Name += " " + name
	p.node = &n
	return &p
}

// materialise gives a constant a node in the graph, at the first place that needs one.
func (c *call) materialise(v *value) (*tensor.Node, error) {
	if v.node != nil {
		return v.node, nil
	}
	n, err := c.constNode(c.m.graph, v)
	if err != nil {
		return nil, err
	}
	v.node = n
	return n, nil
}

// constNode adds a constant; integers and truth values become numbers.
func (c *call) constNode(g *tensor.Graph, v *value) (*tensor.Node, error) {
	data := v.numbers()
	if v.elem == stringType {
		data = c.m.wordsOf(v)
	}
	if slices.ContainsFunc(data, math.IsNaN) {
		return nil, c.errorf("computes with the number of samples, or with what is not a number")
	}
	n, err := g.Add(c.node.pos, tensor.Const{Shape: v.shape(), Data: data})
	if err != nil {
		return nil, c.errorf("constant operand: %v", err)
	}
	return n, nil
}

// fold computes an operation on constants with the evaluator of package tensor.
func (c *call) fold(op tensor.Op, in []*value) (*value, error) {
	g := tensor.New("", tensor.Imported)
	nodes := make([]*tensor.Node, len(in))
	for i, v := range in {
		n, err := c.constNode(g, v)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	n, err := g.Add(c.node.pos, op, nodes...)
	if err != nil {
		return nil, c.errorf("%v", err)
	}
	work := 1
	if _, ok := op.(tensor.MatMul); ok {
		work = nodes[0].Shape[len(nodes[0].Shape)-1]
	}
	if err := c.spend(n.Size(), work); err != nil {
		return nil, err
	}
	values, err := tensor.NewEvaluator(g).Run(nil)
	if err != nil {
		return nil, err
	}
	out := in[0].sameType(n.Shape, values.Of(n))
	if err := checkFinite(out.array.floats); err != nil {
		return nil, c.errorf("constant result: %v", err)
	}
	return out, nil
}

// spendFor charges a constant that a handler made itself.
func (c *call) spendFor(v *value) error { return c.spend(v.size(), 1) }

// spend charges a value of that many elements, each of which costs work steps.
func (c *call) spend(elements, work int) error {
	if err := c.m.used.spend(elements, work); err != nil {
		return c.at("makes the model too large: %v", err).Cure("%s", tooMany)
	}
	return nil
}

// axis turns an axis of the model into one of a value of that rank. Axes may count from the end:
// officially since operator set 11, but older files do so too, and runtimes read them.
func (c *call) axis(axis int64, rank int) (int, error) {
	if axis < -int64(rank) || axis >= int64(rank) {
		return 0, c.errorf("axis %d of a value with %d axes", axis, rank)
	}
	if axis < 0 {
		axis += int64(rank)
	}
	return int(axis), nil
}

// sampleAxis is like axis, for an operator that works along an axis of v. It
// gives the axis in v.shape() and refuses the batch axis.
func (c *call) sampleAxis(axis int64, v *value) (int, error) {
	k, err := c.axis(axis, v.rank())
	if err != nil {
		return 0, err
	}
	if v.batched && k == 0 {
		return 0, c.mixes("works along axis 0")
	}
	return k - v.skipped(), nil
}
