package onnx

import (
	"unicode/utf8"

	"hecc/ir/tensor"
)

var encoderAttrs = attrKinds{"keys_int64s": kindInts, "keys_strings": kindStrings, "values_int64s": kindInts,
	"values_strings": kindStrings, "default_int64": kindInt, "default_string": kindString,
	"keys_floats": kindFloats, "values_floats": kindFloats, "default_float": kindFloat}

// lowerLabelEncoder renames the classes that a label stands for: the table of the label changes.
// Columns of categories are looked up.
func lowerLabelEncoder(c *call) (*value, error) {
	v := c.in[0]
	if v.constant() || v.labelRow {
		return nil, c.errorf("is supported only for labels of a classifier, and for columns")
	}
	old, ok := v.node.Op.(tensor.Label)
	if !ok {
		return c.lookup(v)
	}
	rename, err := c.renaming(len(old.Strings) > 0)
	if err != nil {
		return nil, err
	}
	op := tensor.Label{}
	for _, name := range old.Strings {
		rename(&op, name, 0)
	}
	for _, n := range old.Ints {
		rename(&op, "", n)
	}
	out := *v
	n, err := c.m.graph.Add(c.node.pos, op, v.node.In[0])
	if err != nil {
		return nil, c.errorf("%v", err)
	}
	out.node, out.elem = n, int64Type
	if op.Strings != nil {
		out.elem = stringType
	}
	return &out, nil
}

// renaming reads the pairs of keys and values; it gives what adds the new name of a class.
func (c *call) renaming(fromStrings bool) (func(op *tensor.Label, name string, n int), error) {
	keyStrings, err := c.strings("keys_strings")
	if err != nil {
		return nil, err
	}
	valueStrings, err := c.strings("values_strings")
	if err != nil {
		return nil, err
	}
	keys, values := c.ints("keys_int64s"), c.ints("values_int64s")
	pairs := len(valueStrings) + len(values)
	if len(keys)+len(keyStrings) != pairs || pairs == 0 || fromStrings != (len(keyStrings) > 0) ||
		(len(keys) > 0) == (len(keyStrings) > 0) || (len(values) > 0) == (len(valueStrings) > 0) {
		return nil, c.errorf("needs as many values as keys, and keys of the labels' type")
	}
	return func(op *tensor.Label, name string, n int) {
		at := -1
		for i := range pairs {
			if fromStrings && keyStrings[i] == name || !fromStrings && keys[i] == int64(n) {
				at = i
			}
		}
		switch {
		case len(values) == 0 && at < 0:
			op.Strings = append(op.Strings, c.text("default_string", "_Unused"))
		case len(values) == 0:
			op.Strings = append(op.Strings, valueStrings[at])
		case at < 0:
			op.Ints = append(op.Ints, int(c.int("default_int64", -1)))
		default:
			op.Ints = append(op.Ints, int(values[at]))
		}
	}, nil
}

// strings is a list attribute; it is nil if absent.
func (c *call) strings(name string) ([]string, error) {
	a, _ := c.attr(name)
	var out []string
	for _, s := range a.GetStrings() {
		if !utf8.Valid(s) {
			return nil, c.errorf("attribute %s: a name is not valid UTF-8", name)
		}
		out = append(out, string(s))
	}
	return out, nil
}
