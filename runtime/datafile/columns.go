package datafile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// source is where an element of the samples stands in a row of the table.
type source struct {
	at   int
	name string // of the column; empty if the file has none
	kind tensor.Kind
}

// columnsFor finds the model's columns in the table: by their names where the model has several
// and the table has a header, else side by side.
func (t *table) columnsFor(in tensor.Input, width int) ([]source, error) {
	if named := t.header != nil && len(in.Columns) > 0; named {
		return t.columnsByName(in)
	}
	var out []source
	for _, c := range in.Cells() {
		for range c.Width {
			s := source{len(out), c.Name, c.Kind}
			if len(out) < len(t.header) {
				s.name = t.header[len(out)]
			}
			out = append(out, s)
		}
	}
	if len(out) == width {
		return out, t.checkAxes(in)
	}
	d := diag.Reason("samples have %d elements, the model takes %d%s", width, len(out), t.shapeText(in))
	if len(in.Columns) > 1 {
		return nil, d.Cure("the model's columns are, in this order, %s; a .csv with a header may have them in any order", columnNames(in))
	}
	if t.header != nil && t.header[0] == "" && width == len(out)+1 {
		return nil, d.Cure("the first column has no name and seems to be pandas' index; save the file with index=False")
	}
	if t.lines != nil && width == 1 && strings.Contains(strings.TrimSpace(t.text[0]), " ") {
		return nil, d.Cure("separate columns by commas, as numpy.savetxt does with delimiter=','")
	}
	if t.lines != nil {
		return nil, d.Cure("a line of the file is a sample, and has a number for each element in the model's order")
	}
	return nil, d.Cure("give an array of shape (samples, elements), the elements in the model's order")
}

// checkAxes refuses arrays with as many elements as the model takes, but with other axes: pictures with their
// channels last, signals with time first. Axes of one element do not matter, and flat samples have none.
func (t *table) checkAxes(in tensor.Input) error {
	if len(t.shape) < 3 {
		return nil
	}
	given, wanted := longAxes(t.shape[1:]), longAxes(in.Shape)
	if len(given) < 2 || len(wanted) < 2 || slices.Equal(given, wanted) {
		return nil
	}
	return diag.Reason("samples have shape %v, the model takes %v", t.shape[1:], in.Shape).
		Cure("give the axes in the model's order, as numpy.moveaxis(x, -1, 1) does for pictures with their channels last; if the elements are in that order already, save x.reshape(len(x), -1)")
}

// longAxes drops axes of one element.
func longAxes(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

func (t *table) shapeText(in tensor.Input) string {
	switch {
	case t.lines == nil && len(t.shape) == 1:
		return " (a one-dimensional array is one sample)"
	case len(in.Shape) > 1:
		return fmt.Sprintf(" (shape %v)", in.Shape)
	}
	return ""
}

func (t *table) columnsByName(in tensor.Input) ([]source, error) {
	var out []source
	var missing []string
	for _, c := range in.Columns {
		for k := range c.Width {
			name := columnName(c, k)
			at := slices.Index(t.header, strings.TrimSpace(name))
			if at < 0 {
				missing = append(missing, strconv.Quote(name))
			} else if slices.Contains(t.header[at+1:], t.header[at]) {
				return nil, diag.Reason("the header names column %q twice", name).Cure("remove the column that is not meant, or rename it")
			}
			out = append(out, source{at, name, c.Kind})
		}
	}
	if len(missing) > 0 {
		return nil, diag.Reason("the header lacks %s", strings.Join(missing, ", ")).Cure("the model's columns are %s: add what is missing", columnNames(in))
	}
	return out, nil
}

// columnName names the elements of a column that is wider than one: name_0, name_1, …
func columnName(c tensor.Column, k int) string {
	if c.Width == 1 {
		return c.Name
	}
	return fmt.Sprintf("%s_%d", c.Name, k)
}

func columnNames(in tensor.Input) string {
	const most = 20
	var names []string
	for _, c := range in.Cells() {
		for k := range c.Width {
			names = append(names, strconv.Quote(columnName(c, k)))
		}
	}
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}
