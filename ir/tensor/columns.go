package tensor

import (
	"fmt"
	"slices"

	"hecc/ir/text"
)

// Kind is what the cells of a column are.
type Kind string

const (
	FloatCells  Kind = "float"
	IntCells    Kind = "int"    // whole numbers
	BoolCells   Kind = "bool"   // 0 and 1
	StringCells Kind = "string" // codes of strings: see Input.Words
)

// Column is one input of the model: some consecutive elements of the sample.
type Column struct {
	Name  string
	Kind  Kind
	Width int
}

// Cells lists the inputs of the model in the order of the sample's elements. A model with one input of
// floating-point numbers has no list: all is one column.
func (op Input) Cells() []Column {
	if len(op.Columns) > 0 {
		return op.Columns
	}
	return []Column{{op.Label, FloatCells, size(op.Shape)}}
}

// ColumnOf is the column that an element of the sample belongs to, and its place in the column.
func (op Input) ColumnOf(element int) (c Column, place int) {
	for _, c = range op.Cells() {
		if element < c.Width {
			return c, element
		}
		element -= c.Width
	}
	return c, element
}

// Takes says whether another input has the same samples. The shape of a single number is empty or nil.
func (op Input) Takes(o Input) bool {
	return op.Label == o.Label && slices.Equal(op.Shape, o.Shape) && slices.Equal(op.Columns, o.Columns) && slices.Equal(op.Words, o.Words)
}

func (op Input) checkColumns() error {
	if len(op.Columns) == 0 {
		return nil
	}
	left := size(op.Shape)
	for _, c := range op.Columns {
		switch c.Kind {
		case FloatCells, IntCells, BoolCells, StringCells:
		default:
			return fmt.Errorf("column %q has cells of kind %q", c.Name, c.Kind)
		}
		if c.Width < 1 || c.Width > left {
			return fmt.Errorf("column %q has width %d, %d elements are left of shape %v", c.Name, c.Width, left, op.Shape)
		}
		left -= c.Width
	}
	if left > 0 {
		return fmt.Errorf("the columns leave %d elements of shape %v", left, op.Shape)
	}
	return nil
}

func (op Input) columnAttrs() []text.Attr {
	if len(op.Columns) == 0 {
		return nil
	}
	var names, kinds []string
	var widths []int
	for _, c := range op.Columns {
		names, kinds, widths = append(names, c.Name), append(kinds, string(c.Kind)), append(widths, c.Width)
	}
	out := []text.Attr{{Key: "columns", Value: names}, {Key: "kinds", Value: kinds}, {Key: "widths", Value: widths}}
	if len(op.Words) > 0 {
		out = append(out, text.Attr{Key: "words", Value: op.Words})
	}
	return out
}

func readInput(a *text.Attrs) (Op, error) {
	op := Input{Label: a.String("name"), Shape: a.Ints("shape")}
	if !a.Has("columns") {
		return op, nil
	}
	names, kinds, widths := a.Strings("columns"), a.Strings("kinds"), a.Ints("widths")
	if len(kinds) != len(names) || len(widths) != len(names) {
		return nil, fmt.Errorf("%d columns of %d kinds and %d widths", len(names), len(kinds), len(widths))
	}
	for i, name := range names {
		op.Columns = append(op.Columns, Column{name, Kind(kinds[i]), widths[i]})
	}
	if a.Has("words") {
		op.Words = a.Strings("words")
	}
	return op, nil
}
