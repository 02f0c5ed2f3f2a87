package onnx

import (
	"math"
	"slices"

	"hecc/ir/tensor"
)

// The operators of this file work on categories and missing values, which the client handles before
// encryption. Strings are represented by numbers: each string that the model names has one.

// word is the number of a string.
func (m *importer) word(s string) float64 {
	if m.words == nil {
		m.words = make(map[string]int)
	}
	k, ok := m.words[s]
	if !ok {
		k = len(m.words)
		m.words[s] = k
	}
	return float64(k)
}

// wordsOf are the numbers of a constant's strings.
func (m *importer) wordsOf(v *value) []float64 {
	out := make([]float64, len(v.array.strings))
	for i, s := range v.array.strings {
		out[i] = m.word(s)
	}
	return out
}

// nameWords writes the strings into the graph's input.
func (m *importer) nameWords() {
	if len(m.words) == 0 {
		return
	}
	n := m.graph.Input()
	op := n.Op.(tensor.Input)
	op.Words = make([]string, len(m.words))
	for s, k := range m.words {
		op.Words[k] = s
	}
	n.Op = op
}

// coded refuses strings that are a label's: those are places in the table of its classes.
func (c *call) coded(v *value) error {
	if v.elem == stringType && !v.constant() && madeOfLabels(v.node, map[*tensor.Node]bool{}) {
		return c.at("computes with the name of a class").Cure("give the label as the model chooses it, and compute with it after decryption")
	}
	return nil
}

func madeOfLabels(n *tensor.Node, seen map[*tensor.Node]bool) bool {
	switch n.Op.(type) {
	case tensor.Label:
		return true
	case tensor.Lookup:
		return false
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	return slices.ContainsFunc(n.In, func(in *tensor.Node) bool { return madeOfLabels(in, seen) })
}

// categories reads a list of keys or values of one of three types, as numbers; elem is stringType,
// int64Type or float32Type. Of the three attributes only one may be there.
func (c *call) categories(stem string) (list []float64, elem elemType, err error) {
	texts, err := c.strings(stem + "_strings")
	if err != nil {
		return nil, 0, err
	}
	kinds := 0
	if len(texts) > 0 {
		kinds, elem = kinds+1, stringType
		for _, s := range texts {
			list = append(list, c.m.word(s))
		}
	}
	if ints := c.ints(stem + "_int64s"); len(ints) > 0 {
		kinds, elem = kinds+1, int64Type
		for _, n := range ints {
			if n >= 1<<53 || n <= -1<<53 {
				return nil, 0, c.errorf("the category %d is beyond 2^53, where whole numbers are no longer exact", n)
			}
			list = append(list, float64(n))
		}
	}
	if floats := c.floats(stem + "_floats"); len(floats) > 0 {
		kinds, elem = kinds+1, float32Type
		if err := checkFinite(floats); err != nil {
			return nil, 0, c.errorf("%v", err)
		}
		list = append(list, floats...)
	}
	if kinds != 1 {
		return nil, 0, c.errorf("needs one of %s_strings, %s_int64s and %s_floats, has %d of them", stem, stem, stem, kinds)
	}
	return list, elem, nil
}

// lowerOneHotEncoder makes of each element a row with a one at the place of its category.
func lowerOneHotEncoder(c *call) (*value, error) {
	v := c.in[0]
	if v.constant() {
		return nil, c.at("the operand does not depend on the input").Cure("write the result as a constant")
	}
	keys, elem, err := c.categories("cats")
	if err != nil {
		return nil, err
	}
	if err := c.coded(v); err != nil {
		return nil, err
	}
	if (elem == stringType) != (v.elem == stringType) {
		return nil, c.errorf("compares elements of type %v with categories of type %v", v.elem, elem)
	}
	if v, err = c.truncated(v); err != nil { // compared as integers
		return nil, err
	}
	op := tensor.Lookup{Keys: keys, Values: floatsTo(len(keys)), Default: -1}
	if c.int("zeros", 1) == 0 {
		op.Default, op.Strict = 0, true
	}
	place, err := c.emit(op, v)
	if err != nil {
		return nil, err
	}
	place.elem = int64Type
	shape := append(append([]int{}, place.shape()...), 1)
	if place, err = c.reshape(place, shape); err != nil {
		return nil, err
	}
	out, err := c.emit(tensor.Compare{Fn: "equal"}, place, place.sameType([]int{len(keys)}, floatsTo(len(keys))))
	if err != nil {
		return nil, err
	}
	out.elem, out.choices, out.whole = float32Type, 0, false
	return out, nil
}

func floatsTo(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = float64(i)
	}
	return list
}

// lookup replaces the categories of a column by others, or by numbers.
func (c *call) lookup(v *value) (*value, error) {
	keys, from, err := c.categories("keys")
	if err != nil {
		return nil, err
	}
	values, to, err := c.categories("values")
	if err == nil {
		err = c.coded(v)
	}
	if err != nil {
		return nil, err
	}
	if (from == stringType) != (v.elem == stringType) || (from == int64Type) != isInt(v.elem) || v.elem == boolType {
		return nil, c.errorf("looks up elements of type %v by keys of type %v", v.elem, from)
	}
	if len(keys) != len(values) {
		return nil, c.errorf("has %d keys and %d values", len(keys), len(values))
	}
	op := tensor.Lookup{Keys: keys, Values: values}
	switch to {
	case stringType:
		op.Default = c.m.word(c.text("default_string", "_Unused"))
	case int64Type:
		op.Default = float64(c.int("default_int64", -1))
	default:
		op.Default = c.float("default_float", 0)
	}
	if from == float32Type && v.elem == float32Type { // the keys are
		if v, err = c.emit(tensor.ClientFunc{Fn: "float32"}, v); err != nil {
			return nil, err
		}
	}
	out, err := c.emit(op, v)
	if err != nil {
		return nil, err
	}
	out.elem, out.choices, out.whole = to, 0, false
	return out, nil
}

// lowerImputer replaces one number, which may be NaN: what is missing.
func lowerImputer(c *call) (*value, error) {
	v := c.in[0]
	missing, filler := c.float("replaced_value_float", 0), c.floats("imputed_value_floats")
	if isInt(v.elem) {
		missing, filler = float64(c.int("replaced_value_int64", 0)), nil
		for _, n := range c.ints("imputed_value_int64s") {
			filler = append(filler, float64(n))
		}
	}
	if n := len(filler); n != 1 && n != c.features() {
		return nil, c.errorf("has %d imputed values for %d features", n, c.features())
	}
	if err := checkFinite(filler); err != nil {
		return nil, c.errorf("%v", err)
	}
	isMissing, err := c.isMissing(v, missing)
	if err != nil {
		return nil, err
	}
	out, err := c.choose(isMissing, v.sameType([]int{len(filler)}, filler), v)
	if err != nil {
		return nil, err
	}
	out.elem = v.elem
	return out, nil
}

func (c *call) isMissing(v *value, missing float64) (*value, error) {
	if math.IsNaN(missing) {
		return c.emit(tensor.ClientFunc{Fn: "isnan"}, v)
	}
	v, err := c.asFloat32(v)
	if err != nil {
		return nil, err
	}
	return c.emit(tensor.Compare{Fn: "equal"}, v, v.sameType(nil, []float64{missing}))
}
