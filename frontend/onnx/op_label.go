package onnx

import (
	"slices"
	"unicode/utf8"

	"hecc/ir/tensor"
)

// readsLabelRows are the operators that know of the row that ArrayFeatureExtractor gives: see value.labelRow.
var readsLabelRows = map[string]bool{"ArrayFeatureExtractor": true, "Cast": true, "Identity": true, "LabelEncoder": true,
	"Reshape": true, "Shape": true, "Squeeze": true, "Unsqueeze": true}

func lowerArgMax(c *call) (*value, error) { return c.extremeIndex(false) }
func lowerArgMin(c *call) (*value, error) { return c.extremeIndex(true) }

func (c *call) extremeIndex(least bool) (*value, error) {
	v := c.in[0]
	axis, err := c.sampleAxis(c.int("axis", 0), v)
	if err != nil {
		return nil, err
	}
	keep, last := c.int("keepdims", 1), c.int("select_last_index", 0)
	if keep&^1 != 0 || last&^1 != 0 {
		return nil, c.errorf("keepdims and select_last_index must be 0 or 1")
	}
	if err := c.computedNumbers(v); err != nil {
		return nil, err
	}
	out, err := c.emit(tensor.ArgMax{Axis: axis, Last: last == 1, Least: least}, v)
	if err != nil {
		return nil, err
	}
	out.elem, out.choices = int64Type, v.shape()[axis]
	if keep == 1 {
		return c.reshape(out, slices.Insert(slices.Clone(out.shape()), axis, 1))
	}
	return out, nil
}

// computedNumbers refuses constants, strings and maps.
func (c *call) computedNumbers(v *value) error {
	if v.constant() {
		return c.at("the operand does not depend on the input").Cure("write the result as a constant")
	}
	return c.numeric(v)
}

// numeric refuses values without numbers: strings, which stay indices of their classes, and maps, which are
// for people.
func (c *call) numeric(v *value) error {
	if isFloat(v.elem) || isInt(v.elem) || v.elem == boolType {
		return nil
	}
	return c.at("has an operand with elements of type %v, must be numbers", v.elem).Cure("give the label as a number, and look its name up after decryption")
}

// lowerArrayFeatureExtractor looks classes up by an index. That is how
// scikit-learn's converter writes labels; its result is a row, [1, samples].
func lowerArrayFeatureExtractor(c *call) (*value, error) {
	classes, index := c.in[0], c.in[1]
	if !classes.constant() && index.constant() {
		return c.columns(classes, index)
	}
	if !classes.constant() || index.constant() || index.labelRow || !isInt(index.elem) {
		return nil, c.errorf("is supported only to look up constant classes by a computed index")
	}
	if rank := classes.rank(); rank != 1 && (rank != 2 || classes.shape()[0] != 1) {
		return nil, c.errorf("looks up columns of a table of shape %v, must be one list of classes", classes.shape())
	}
	if index.batched && index.size() != 1 {
		return nil, c.errorf("looks up %d labels for each sample, must be one", index.size())
	}
	shape := []int{1, index.size()}
	if index.batched {
		shape = nil
	}
	index, err := c.reshape(index, shape)
	if err != nil {
		return nil, err
	}
	out, err := c.lookUp(classes.reshaped([]int{classes.size()}), index)
	if err != nil {
		return nil, err
	}
	out.labelRow = out.batched
	return out, nil
}

// lookUp replaces an index by the class of that number: a name for people, or a number.
func (c *call) lookUp(classes, index *value) (*value, error) {
	if n := index.choices; n > classes.size() {
		return nil, c.errorf("the index is one of %d, the classes have shape %v", n, classes.shape())
	}
	if err := c.spendFor(classes); err != nil {
		return nil, err
	}
	var op tensor.Op = tensor.Gather{}
	in := []*value{classes, index}
	if !isFloat(classes.elem) && index.choices > 0 {
		label, err := c.label(classes)
		if err != nil {
			return nil, err
		}
		op, in = label, in[1:]
	}
	out, err := c.emit(op, in...)
	if err != nil {
		return nil, err
	}
	out.elem = classes.elem
	return out, nil
}

// columns picks constant positions along the last axis.
func (c *call) columns(v, index *value) (*value, error) {
	if v.rank() < 2 || len(v.shape()) == 0 || !isInt(index.elem) {
		return nil, c.errorf("is supported only to pick constant columns, and to look up classes by the result of ArgMax")
	}
	if err := c.pickable(v); err != nil {
		return nil, err
	}
	n := c.features()
	positions := make([]int, index.size())
	for i, d := range index.array.ints {
		if d.batch || d.n < 0 || d.n >= int64(n) {
			return nil, c.errorf("picks column %d of %d", d.n, n)
		}
		positions[i] = int(d.n)
	}
	return c.take(v, len(v.shape())-1, positions, 0)
}

// label makes the table of classes.
func (c *call) label(classes *value) (tensor.Label, error) {
	if classes.elem == stringType {
		return tensor.Label{Strings: classes.array.strings}, nil
	}
	if !isInt(classes.elem) {
		return tensor.Label{}, c.errorf("classes have elements of type %v, must be integers or strings", classes.elem)
	}
	numbers, err := c.wholeNumbers(classes, "the classes")
	ints := make([]int, len(numbers))
	for i, n := range numbers {
		ints[i] = int(n)
	}
	return tensor.Label{Ints: ints}, err
}

// lowerZipMap names the columns of a matrix of samples.
func lowerZipMap(c *call) (*value, error) {
	a, _ := c.attr("classlabels_int64s")
	b, _ := c.attr("classlabels_strings")
	var op tensor.ZipMap
	for _, n := range a.GetInts() {
		op.Ints = append(op.Ints, int(n))
	}
	for _, s := range b.GetStrings() {
		if !utf8.Valid(s) {
			return nil, c.errorf("a class name is not valid UTF-8")
		}
		op.Strings = append(op.Strings, string(s))
	}
	v := c.in[0]
	if v.constant() || v.rank() != 2 || !v.batched && v.shape()[0] != 1 {
		return nil, c.errorf("is supported only for one row of numbers for each sample")
	}
	out, err := c.emit(op, v)
	if err != nil {
		return nil, err
	}
	out.elem = mapType
	return out, nil
}
