package onnx

import (
	"errors"
	"fmt"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// addInput makes the model's input the graph's.
func (m *importer) addInput(pos diag.Pos, graph *onnxpb.GraphProto) *diag.Error {
	declared := freeInputs(graph)[0]
	name := declared.GetName()
	t := declared.GetType().GetTensorType()
	if t == nil {
		return diag.Errorf(pos, "input %q is not declared as a tensor", name).Note("%s", noSequences)
	}
	elem := elemType(t.GetElemType())
	if !isFloat(elem) {
		return diag.Errorf(pos, "input %q has elements of type %v, must have floating-point numbers", name, elem).
			Note("export the model with a float32 input")
	}
	shape, batched, err := m.inputShape(name, t)
	if err != nil {
		return diag.Errorf(pos, "input %q: %v", name, err).
			Note("export the model with a fixed shape; only the first dimension, the number of samples, may be left open: dynamic_axes={%q: {0: \"N\"}} in torch.onnx.export", name)
	}
	n, err := m.graph.Add(pos, tensor.Input{Label: name, Shape: shape})
	if err == nil {
		err = m.used.spend(n.Size(), 0)
	}
	if err != nil {
		return diag.Errorf(pos, "input %q: %v", name, err).Note("%s", tooLarge)
	}
	m.values[name] = &value{elem: elem, node: n, batched: batched}
	return nil
}

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
			found = append(found, diag.Errorf(pos, "output %q of the model: %v", name, err).
				Note("%s", outputCure(v)))
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
