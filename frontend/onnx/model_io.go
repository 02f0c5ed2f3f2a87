package onnx

import (
	"fmt"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// addInput makes the model's input the graph's.
func (m *importer) addInput(pos diag.Pos, graph *onnxpb.GraphProto) error {
	declared := freeInputs(graph)[0]
	name := declared.GetName()
	t := declared.GetType().GetTensorType()
	if t == nil {
		return diag.Errorf(pos, "input %q is not declared as a tensor", name)
	}
	elem := elemType(t.GetElemType())
	if !isFloat(elem) {
		return diag.Errorf(pos, "input %q has elements of type %v, must have floating-point numbers", name, elem).
			Note("export the model with a float32 input")
	}
	shape, batched, err := inputShape(t)
	if err != nil {
		return diag.Errorf(pos, "input %q: %v", name, err).
			Note("export the model with a fixed shape; only the first dimension, the number of samples, may be left open")
	}
	n, err := m.graph.Add(pos, tensor.Input{Label: name, Shape: shape})
	if err == nil {
		err = m.used.spend(n.Size(), 0)
	}
	if err != nil {
		return diag.Errorf(pos, "input %q: %v", name, err)
	}
	m.values[name] = &value{elem: elem, node: n, batched: batched}
	return nil
}

// inputShape gives the shape of one sample. A first dimension that is open is the batch.
func inputShape(t *onnxpb.TypeProto_Tensor) (shape []int, batched bool, err error) {
	if t.Shape == nil {
		return nil, false, fmt.Errorf("no shape is declared")
	}
	if n := len(t.Shape.Dim); n > maxRank {
		return nil, false, fmt.Errorf("it has %d axes, more than %d", n, maxRank)
	}
	shape = []int{}
	for i, d := range t.Shape.Dim {
		n, fixed := fixedDim(d)
		switch {
		case fixed && n < 1:
			return nil, false, fmt.Errorf("dimension %d is %d", i, n)
		case fixed:
			shape = append(shape, int(n))
		case i == 0:
			batched = true
		default:
			return nil, false, fmt.Errorf("dimension %d (%q) is not fixed", i, d.GetDimParam())
		}
	}
	return shape, batched, nil
}

func fixedDim(d *onnxpb.TensorShapeProto_Dimension) (int64, bool) {
	v, ok := d.Value.(*onnxpb.TensorShapeProto_Dimension_DimValue)
	if !ok {
		return 0, false
	}
	return v.DimValue, true
}

func (m *importer) addOutputs(pos diag.Pos, graph *onnxpb.GraphProto) error {
	for _, o := range graph.Output {
		name := o.GetName()
		v := m.values[name]
		switch {
		case v.unavailable != "":
			return diag.Errorf(pos, "output %q of the model: %s", name, v.unavailable)
		case v.constant():
			return diag.Errorf(pos, "output %q of the model does not depend on its input", name)
		}
		if err := checkDeclared(o.GetType(), v); err != nil {
			return diag.Errorf(pos, "output %q of the model: %v", name, err).
				Note("the declaration and the computation disagree; export the model again")
		}
		m.graph.Outputs = append(m.graph.Outputs, tensor.Output{Name: name, Node: v.node})
	}
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
	if declared := elemType(t.GetElemType()); declared != v.elem {
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
		case !fixed:
		case v.batchAxis() == i:
			return fmt.Errorf("dimension %d is declared as %d, but is the number of samples", i, n)
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
