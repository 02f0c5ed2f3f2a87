package datafile

import (
	"slices"
	"strconv"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// takeHeader takes the first line of a .csv off as a header if it names the model's columns, or
// if none of its cells is a number where the model takes numbers only, or if it counts the columns.
func (t *table) takeHeader(in tensor.Input) {
	if len(t.lines) == 0 {
		return
	}
	first := t.firstLine()
	switch {
	case isHeader(first, in):
		t.header = first
	case countsColumns(first) && len(t.lines) > 1:
		t.remarks = append(t.remarks, diag.Reason("the first line counts the columns, %s to %s, and is taken for a header, not for a sample", first[0], first[len(first)-1]).
			Cure("if it is a sample, put a line with names of the columns before it").Error())
	default:
		return
	}
	t.text, t.lines = t.text[len(first):], t.lines[1:]
	t.shape = []int{t.shape[0] - 1, len(first)}
}

// countsColumns says whether a line is 0, 1, 2, … or 1, 2, 3, …, as pandas writes a header where
// the columns have no names.
func countsColumns(first []string) bool {
	start := 0
	if first[0] == "1" {
		start = 1
	}
	for k, cell := range first {
		if cell != strconv.Itoa(start+k) {
			return false
		}
	}
	return len(first) > 1
}

// firstLine is the first line of a .csv as names.
func (t *table) firstLine() []string {
	first := slices.Clone(t.text[:t.shape[1]])
	for i, cell := range first {
		first[i] = strings.TrimSpace(cell)
	}
	first[0] = strings.TrimSpace(strings.TrimPrefix(first[0], "#")) // as numpy.savetxt marks it
	return first
}

func isHeader(first []string, in tensor.Input) bool {
	same, words, numbers := func(a, b string) bool { return a == b }, false, false
	for _, c := range in.Columns {
		words = words || c.Kind == tensor.StringCells
		numbers = numbers || c.Kind != tensor.StringCells
	}
	if words && !numbers { // then nothing else tells names in another case from a sample
		same = strings.EqualFold
	}
	for _, c := range in.Columns {
		for k := range c.Width {
			name := strings.TrimSpace(columnName(c, k))
			if slices.ContainsFunc(first, func(cell string) bool { return same(cell, name) }) {
				return true
			}
		}
	}
	return !words && namesOnly(first)
}

// namesOnly says whether no cell is a number and one at least is a name: marks of missing values
// alone are a sample. The first cell may be empty, as pandas names its index.
func namesOnly(first []string) bool {
	names := 0
	for k, cell := range first {
		_, err := parseNumber(strings.ReplaceAll(cell, ",", ".")) // decimal commas are refused later, not taken for names
		if err == nil && (cell != "" || k > 0) {
			return false
		}
		if !isMissing(cell) {
			names++
		}
	}
	return names > 0
}
