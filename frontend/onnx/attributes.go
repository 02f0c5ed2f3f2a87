package onnx

import (
	"unicode/utf8"

	"hecc/frontend/onnx/onnxpb"
	"hecc/ir/diag"
)

// Short names for the kinds of attributes that operators may have.
const (
	kindFloat   = onnxpb.AttributeProto_FLOAT
	kindInt     = onnxpb.AttributeProto_INT
	kindTensor  = onnxpb.AttributeProto_TENSOR
	kindFloats  = onnxpb.AttributeProto_FLOATS
	kindInts    = onnxpb.AttributeProto_INTS
	kindString  = onnxpb.AttributeProto_STRING
	kindStrings = onnxpb.AttributeProto_STRINGS
)

// checkAttributes refuses attributes that do not have exactly one value, of a kind that some operator of the
// table takes.
func checkAttributes(nodePos diag.Pos, attrs []*onnxpb.AttributeProto) *diag.Error {
	seen := make(map[string]bool, len(attrs))
	for _, a := range attrs {
		name := a.GetName()
		switch {
		case name == "" || !utf8.ValidString(name):
			return diag.At(nodePos, "an attribute has the name %q: a name must be valid UTF-8 and not empty", name).Cure("%s", damaged)
		case seen[name]:
			return diag.At(nodePos, "attribute %q is given twice", name).Cure("%s", damaged)
		case a.RefAttrName != nil:
			return diag.At(nodePos, "attribute %q refers to an attribute of a function", name).
				Cure("%s", damaged)
		}
		seen[name] = true
		if err := checkPayload(nodePos, a); err != nil {
			return err
		}
	}
	return nil
}

// checkPayload checks that an attribute has a value of the type that it declares, and no other.
func checkPayload(nodePos diag.Pos, a *onnxpb.AttributeProto) *diag.Error {
	present := map[onnxpb.AttributeProto_AttributeType]bool{
		kindFloat:                           a.F != nil,
		kindInt:                             a.I != nil,
		kindString:                          a.S != nil,
		kindTensor:                          a.T != nil,
		kindFloats:                          len(a.Floats) > 0,
		kindInts:                            len(a.Ints) > 0,
		kindStrings:                         len(a.Strings) > 0,
		onnxpb.AttributeProto_GRAPH:         a.G != nil,
		onnxpb.AttributeProto_GRAPHS:        len(a.Graphs) > 0,
		onnxpb.AttributeProto_TENSORS:       len(a.Tensors) > 0,
		onnxpb.AttributeProto_SPARSE_TENSOR: a.SparseTensor != nil || len(a.SparseTensors) > 0,
	}
	if present[onnxpb.AttributeProto_GRAPH] || present[onnxpb.AttributeProto_GRAPHS] {
		return diag.At(nodePos, "attribute %q is a subgraph: control flow is not supported", a.GetName()).
			Cure("%s", noBranches)
	}
	count := 0
	for _, ok := range present {
		if ok {
			count++
		}
	}
	kind := a.GetType()
	switch kind {
	case kindFloats, kindInts, kindStrings, kindFloat, kindInt, kindString:
		if count == 0 {
			return nil // an empty list; or zero or the empty string, which writers of proto3 leave out
		}
	case kindTensor:
	case onnxpb.AttributeProto_SPARSE_TENSOR:
		return diag.At(nodePos, "attribute %q is a sparse tensor", a.GetName()).Cure("store it as a dense one: numpy's array or torch's to_dense() before the export")
	default:
		return diag.At(nodePos, "attribute %q has the type %v, which is not supported", a.GetName(), kind).Cure("%s", damaged)
	}
	if count != 1 || !present[kind] {
		return diag.At(nodePos, "attribute %q declares the type %v, but does not hold exactly one value of it", a.GetName(), kind).Cure("%s", damaged)
	}
	return nil
}

// attr finds an attribute of the node; the table has vouched for its kind.
func (c *call) attr(name string) (*onnxpb.AttributeProto, bool) {
	for _, a := range c.node.attrs {
		if a.GetName() == name {
			return a, true
		}
	}
	return nil, false
}

func (c *call) has(name string) bool {
	_, ok := c.attr(name)
	return ok
}

// int is an integer attribute, or the operator's default for it.
func (c *call) int(name string, otherwise int64) int64 {
	if a, ok := c.attr(name); ok {
		return a.GetI()
	}
	return otherwise
}

// float is a number attribute, or the operator's default for it.
func (c *call) float(name string, otherwise float32) float64 {
	if a, ok := c.attr(name); ok {
		return float64(a.GetF())
	}
	return float64(otherwise)
}

// ints is a list attribute; it is nil if absent.
func (c *call) ints(name string) []int64 {
	a, _ := c.attr(name)
	return a.GetInts()
}

// floats is a list attribute; it is nil if absent.
func (c *call) floats(name string) []float64 {
	a, _ := c.attr(name)
	out := make([]float64, 0, len(a.GetFloats()))
	for _, f := range a.GetFloats() {
		out = append(out, float64(f))
	}
	return out
}
