package onnx

import (
	"errors"
	"fmt"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// addInputs joins the model's inputs into one vector, in the order of the file.
func (m *importer) addInputs(pos diag.Pos, graph *onnxpb.GraphProto) *diag.Error {
	var inputs []input
	total := 0
	for _, declared := range freeInputs(graph) {
		in, err := m.readInput(pos, declared)
		if err != nil {
			return err
		}
		if len(inputs) > 0 && in.batched != inputs[0].batched {
			open, fixed := in, inputs[0]
			if fixed.batched {
				open, fixed = fixed, open
			}
			return diag.At(pos, "the first dimension of input %q is open, that of input %q is fixed", open.Name, fixed.Name).
				Cure("leave the first dimension of all inputs open: it counts samples")
		}
		inputs = append(inputs, in)
		total = min(total+in.Width, tensor.MaxElements+1)
	}
	op := tensor.Input{Label: inputs[0].Name, Shape: inputs[0].shape}
	if len(inputs) > 1 {
		op.Label, op.Shape = "columns", []int{total}
	}
	if len(inputs) > 1 || inputs[0].Kind != tensor.FloatCells {
		for _, in := range inputs {
			op.Columns = append(op.Columns, in.Column)
		}
	}
	n, err := m.graph.Add(pos, op)
	if err == nil {
		err = m.used.spend(2*n.Size(), 0)
	}
	if err != nil {
		return diag.At(pos, "input %q: %v", op.Label, err).Cure("%s", tooLarge)
	}
	offset := 0
	for _, in := range inputs {
		m.values[in.Name] = &value{elem: in.elem, node: m.part(pos, n, in, offset), batched: in.batched}
		offset += in.Width
	}
	return nil
}

// input is what the file declares of one input.
type input struct {
	tensor.Column
	elem    elemType
	shape   []int
	batched bool
}

func (m *importer) readInput(pos diag.Pos, declared *onnxpb.ValueInfoProto) (in input, found *diag.Error) {
	name := declared.GetName()
	t := declared.GetType().GetTensorType()
	if t == nil {
		return in, diag.At(pos, "input %q is not declared as a tensor", name).Cure("%s", noSequences)
	}
	in.Name, in.elem = name, elemType(t.GetElemType())
	switch {
	case isFloat(in.elem):
		in.Kind = tensor.FloatCells
	case isInt(in.elem):
		in.Kind = tensor.IntCells
	case in.elem == boolType:
		in.Kind = tensor.BoolCells
	case in.elem == stringType:
		in.Kind = tensor.StringCells
	default:
		return in, diag.At(pos, "input %q has elements of type %v", name, in.elem).
			Cure("export the model with inputs of numbers or strings")
	}
	var err error
	if in.shape, in.batched, err = m.inputShape(name, t); err == nil {
		if in.Width, err = checkedSize(in.shape); err != nil {
			return in, diag.At(pos, "input %q: %v", name, err).Cure("%s", tooLarge)
		}
	}
	if err != nil {
		return in, diag.At(pos, "input %q: %v", name, err).
			Cure("export the model with a fixed shape; only the first dimension, the number of samples, may be left open: dynamic_axes={%q: {0: \"N\"}} in torch.onnx.export", name)
	}
	return in, nil
}

// checkedSize multiplies dimensions that a file declares.
func checkedSize(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if n > tensor.MaxElements/max(d, 1) {
			return 0, fmt.Errorf("shape %v has more than %d elements", shape, tensor.MaxElements)
		}
		n *= d
	}
	return n, nil
}

// part is one of several inputs: some elements of the graph's.
func (m *importer) part(pos diag.Pos, all *tensor.Node, in input, offset int) *tensor.Node {
	if in.Width == all.Size() {
		return all
	}
	index := make([]int, in.Width)
	for i := range index {
		index[i] = offset + i
	}
	return m.graph.MustAdd(pos, tensor.Pick{Shape: in.shape, Index: index}, all)
}

// What to do about too many elements: of a file or input, and of what a node makes.
const tooMany = "check the node's sizes, pads and repeats; if they are meant, reduce the samples first, by PCA or by means: hecc is for models whose samples fit a few ciphertexts"
const tooLarge = "hecc is for models whose samples fit a few ciphertexts: reduce the samples first, by PCA or by means"

// inputShape gives the shape of one sample. A first dimension that is open is the batch. One more
// may be open if the weights that meet it say how large it is.
func (m *importer) inputShape(name string, t *onnxpb.TypeProto_Tensor) (shape []int, batched bool, err error) {
	if t.Shape == nil {
		return nil, false, fmt.Errorf("no shape is declared")
	}
	if n := len(t.Shape.Dim); n > maxRank {
		return nil, false, fmt.Errorf("it has %d axes, more than %d", n, maxRank)
	}
	shape = []int{}
	for i, d := range t.Shape.Dim {
		n, fixed := fixedDim(d)
		last := i == len(t.Shape.Dim)-1
		switch {
		case i == 0 && (!fixed || m.batch > 0):
			batched = true
		case fixed:
			shape = append(shape, int(n))
		case last && m.model.features(name) > 0:
			shape = append(shape, m.model.features(name))
		default:
			return nil, false, fmt.Errorf("dimension %d (%q) is not fixed", i, d.GetDimParam())
		}
	}
	return shape, batched, nil
}

// fixedDim reads a dimension. Some writers say 0 or -1 where it is open.
func fixedDim(d *onnxpb.TensorShapeProto_Dimension) (int64, bool) {
	v, ok := d.Value.(*onnxpb.TensorShapeProto_Dimension_DimValue)
	if !ok || v.DimValue < 1 {
		return 0, false
	}
	return v.DimValue, true
}

func (m *importer) addOutputs(pos diag.Pos, graph *onnxpb.GraphProto) (found faults) {
	for _, o := range graph.Output {
		name := o.GetName()
		v := m.values[name]
		if v.unknown {
			continue
		}
		if err := m.addOutput(o, v); err != nil {
			found = append(found, diag.At(pos, "output %q of the model: %v", name, err).
				Cure("%s", outputCure(v)))
		}
	}
	return found
}

func outputCure(v *value) string {
	if v.unavailable != "" || v.constant() {
		return "remove the output from the model: hecc gives results that are computed from the input"
	}
	return "the declaration and the computation disagree; export the model again"
}

func (m *importer) addOutput(o *onnxpb.ValueInfoProto, v *value) error {
	switch {
	case v.unavailable != "":
		return errors.New(v.unavailable)
	case v.constant():
		return errors.New("it does not depend on the input")
	case v.elem == stringType && !madeOfLabels(v.node, map[*tensor.Node]bool{}):
		return errors.New("it is a column of strings, which the client has")
	}
	if err := checkDeclared(o.GetType(), v); err != nil {
		return err
	}
	node := v.node
	if v.stacked {
		var err error
		if node, err = m.unstackOutput(o.GetName(), v); err != nil {
			return err
		}
	}
	m.graph.Outputs = append(m.graph.Outputs, tensor.Output{Name: o.GetName(), Node: node})
	return nil
}

// checkDeclared compares an output with what the model declares of it.
func checkDeclared(declared *onnxpb.TypeProto, v *value) error {
	if _, ok := v.node.Op.(tensor.ZipMap); ok {
		return checkDeclaredMap(declared, v)
	}
	t := declared.GetTensorType()
	if t == nil {
		return fmt.Errorf("it is a tensor, and not declared as one")
	}
	if declared := elemType(t.GetElemType()); declared != v.elem && !(isFloat(declared) && isFloat(v.elem)) {
		return fmt.Errorf("it is declared with elements of type %v, but has %v", declared, v.elem)
	}
	if t.Shape == nil {
		return nil
	}
	if len(t.Shape.Dim) != v.rank() {
		return fmt.Errorf("it is declared with %d axes, but has %d", len(t.Shape.Dim), v.rank())
	}
	for i, d := range t.Shape.Dim {
		n, fixed := fixedDim(d)
		switch {
		case !fixed || v.batchAxis() == i: // converters declare one sample where there may be many
		case n != int64(v.dim(i)):
			return fmt.Errorf("dimension %d is declared as %d, but is %d", i, n, v.dim(i))
		}
	}
	return nil
}

func checkDeclaredMap(declared *onnxpb.TypeProto, v *value) error {
	key := int64Type
	if len(v.node.Op.(tensor.ZipMap).Strings) > 0 {
		key = stringType
	}
	m := declared.GetSequenceType().GetElemType().GetMapType()
	if m == nil || elemType(m.GetKeyType()) != key {
		return fmt.Errorf("it is not declared as a sequence of maps with keys of type %v", key)
	}
	return nil
}
