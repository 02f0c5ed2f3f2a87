package tensor

import (
	"fmt"

	"hecc/ir/text"
)

// Pick selects elements: element i is element Index[i] of the operand, or Fill where that is -1.
// Slices, splits, paddings and repetitions are picks.
type Pick struct {
	Shape []int
	Index []int
	Fill  float64
}

func (Pick) Name() string { return "pick" }

func (op Pick) infer(in [][]int) ([]int, error) {
	if err := arity(in, 1); err != nil {
		return nil, err
	}
	if err := checkShape(op.Shape); err != nil {
		return nil, err
	}
	if len(op.Index) != size(op.Shape) {
		return nil, fmt.Errorf("%d indices for shape %v", len(op.Index), op.Shape)
	}
	for _, j := range op.Index {
		if j < -1 || j >= size(in[0]) {
			return nil, fmt.Errorf("index %d of a value with %d elements", j, size(in[0]))
		}
	}
	return op.Shape, finite([]float64{op.Fill})
}

func (op Pick) eval(in []operand, out []float64) {
	for i, j := range op.Index {
		out[i] = op.Fill
		if j >= 0 {
			out[i] = in[0].data[j]
		}
	}
}

// Map is the pick as an affine map on values of so many elements.
func (op Pick) Map(cols int) *Map {
	b := NewMapBuilder(cols)
	for _, j := range op.Index {
		if j < 0 {
			b.EndRow(op.Fill)
			continue
		}
		b.Add(j, 1)
		b.EndRow(0)
	}
	return b.Map()
}

// attrs adds 1 to the indices, so that they are small whole numbers.
func (op Pick) attrs() []text.Attr {
	index := make([]int, len(op.Index))
	for i, j := range op.Index {
		index[i] = j + 1
	}
	return []text.Attr{{Key: "shape", Value: op.Shape}, {Key: "index", Value: text.IntBlob(index)}, {Key: "fill", Value: op.Fill}}
}

func readPick(a *text.Attrs) (Op, error) {
	op := Pick{Shape: a.Ints("shape")}
	var err error
	if op.Index, err = a.Blob("index").WholeNumbers(); err != nil {
		return nil, err
	}
	for i := range op.Index {
		op.Index[i]--
	}
	op.Fill = a.Float("fill")
	return op, nil
}

// AxisIndex lists, for each element of a value of the given shape in which the positions along an axis
// are replaced by the listed ones, which element it is, or -1.
func AxisIndex(shape []int, axis int, positions []int) []int {
	inner, n := size(shape[axis+1:]), shape[axis]
	index := make([]int, 0, size(shape[:axis])*len(positions)*inner)
	for outer := range size(shape[:axis]) {
		for _, p := range positions {
			for j := range inner {
				if p < 0 {
					index = append(index, -1)
				} else {
					index = append(index, (outer*n+p)*inner+j)
				}
			}
		}
	}
	return index
}
