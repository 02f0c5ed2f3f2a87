package onnx

import (
	"slices"

	"hecc/ir/tensor"
)

// value is what a name of the model refers to: a constant if array is set, or a computed value if node is
// set.
type value struct {
	elem  elemType
	array *array
	node  *tensor.Node

	// batched says that the value has a batch axis in the model, which its node has not.
	// All values computed from a batched input are.
	batched bool
	// stacked says that the model's first axis counts the samples times the first axis of the node.
	stacked bool
	// labelRow says that in the model the value is the row of labels, [1, samples],
	// that ArrayFeatureExtractor gives. Its node is a single number.
	labelRow bool
	// choices bounds an index: it is one of 0 … choices-1.
	choices int
	// whole says that a value of floating-point numbers was cast from integers.
	whole bool
	// unavailable says why a node's output cannot be read, if it cannot.
	unavailable string
	// unknown says that the node which makes the value is not supported. Only Explain goes on then.
	unknown bool
}

// array is a constant tensor: one of the lists holds its elements.
type array struct {
	shape   []int
	floats  []float64
	ints    []integer
	strings []string
}

// integer is an element of an integer constant. In shapes that a model
// computes for itself, one may be the size of the batch, which is not known.
type integer struct {
	n     int64
	batch bool
}

func (v *value) constant() bool { return v.array != nil }

// shape is that of one sample.
func (v *value) shape() []int {
	if v.constant() {
		return v.array.shape
	}
	return v.node.Shape
}

// skipped is the number of leading axes that the model has and shape() has not.
func (v *value) skipped() int {
	if v.batched && !v.stacked {
		return 1
	}
	return 0
}

// rank counts the axes as the model does.
func (v *value) rank() int {
	if v.labelRow {
		return 2
	}
	return len(v.shape()) + v.skipped()
}

// batchAxis is the model's axis that counts samples, or -1.
func (v *value) batchAxis() int {
	switch {
	case !v.batched:
		return -1
	case v.labelRow:
		return 1
	}
	return 0
}

// dim is the size of one of the model's axes other than the batch axis.
func (v *value) dim(axis int) int {
	if v.labelRow {
		return 1
	}
	return v.shape()[axis-v.skipped()]
}

// size is the number of elements in one sample.
func (v *value) size() int { return product(v.shape()) }

// reshaped is a constant of another shape with the same elements.
func (v *value) reshaped(shape []int) *value {
	w, a := *v, *v.array
	a.shape = shape
	w.array, w.node = &a, nil
	return &w
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// sameType makes a constant of v's type.
func (v *value) sameType(shape []int, data []float64) *value {
	return &value{elem: v.elem, array: &array{shape: slices.Clone(shape), floats: data}}
}
