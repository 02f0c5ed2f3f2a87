package datafile

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// table is what a file of data holds: numbers, or text that may stand for numbers.
type table struct {
	path    string
	shape   []int     // as the file has it
	numbers []float64 // all elements, row by row, or
	text    []string
	header  []string // the names of the columns, if the file has them
	lines   []int    // of a .csv: where each row stands
	remarks []string // see Samples
}

func readTable(path string) (*table, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decode := decodeNpy
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".txt":
		decode = decodeCSV
	}
	t, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t.path = path
	return t, nil
}

// Samples are what a file has for the model. Strings have become their numbers among words: first
// those that the model knows, then others of the file.
type Samples struct {
	Path    string
	Rows    [][]float64
	Words   []string
	Remarks []string // what was taken for granted, for people
}

// Read reads a .npy or .csv file of samples for a model with this input.
func Read(path string, in tensor.Input) (*Samples, error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	t.takeHeader(in)
	s, err := t.samples(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// ReadOutputs reads the outputs of each of so many samples.
func ReadOutputs(path string, samples, width int) ([][]float64, error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	in := tensor.Input{Shape: []int{width}}
	if len(t.lines) != samples { // else there is no line for a header
		t.takeHeader(in)
	}
	rows, found := t.rowsFor(width)
	if found != width {
		return nil, diag.In(path, "outputs of %d elements, the model gives %d", found, width).Cure("give what the exact model computes: a line or row for each sample, with all elements of its output")
	}
	if rows != samples {
		return nil, diag.In(path, "outputs of %d samples for %d samples", rows, samples).Cure("give the outputs of the same samples, in their order")
	}
	s, err := t.samples(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s.Rows, t.checkOutputs(s.Rows)
}

// checkOutputs refuses what no result can be compared with.
func (t *table) checkOutputs(rows [][]float64) error {
	for s, y := range rows {
		for k, v := range y {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return diag.In(t.path, "sample %d: output %d is %v, and nothing can be compared with it", s, k, v).Cure("leave the sample out, here and in the data")
			}
		}
	}
	return nil
}

// samples takes the columns of the input from the table.
func (t *table) samples(in tensor.Input) (*Samples, error) {
	rows, width := t.rowsFor(size(in.Shape))
	if rows == 0 {
		return nil, diag.Reason("the file has a header and no samples").Cure("write one line for each sample below the header")
	}
	from, err := t.columnsFor(in, width)
	if err != nil {
		return nil, err
	}
	out := &Samples{Path: t.path, Words: slices.Clone(in.Words), Remarks: t.remarks}
	codes := codesOf(in.Words)
	all := t.numbers[:0] // an array has its columns in the model's order: each number takes its own place
	if t.text != nil {
		all = make([]float64, 0, rows*len(from))
	}
	out.Rows = make([][]float64, 0, rows)
	for row := range rows {
		start := len(all)
		for _, c := range from {
			v, err := t.cell(row*width+c.at, c.kind, codes, &out.Words)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.place(row, c), err)
			}
			all = append(all, v)
		}
		out.Rows = append(out.Rows, all[start:len(all):len(all)])
	}
	return out, nil
}

func codesOf(words []string) map[string]int {
	codes := make(map[string]int, len(words))
	for i, w := range words {
		codes[w] = i
	}
	return codes
}

// rowsFor says how many samples the table has, and how many elements each. A vector is one
// sample, or a sample an element where the model takes one element.
func (t *table) rowsFor(size int) (rows, width int) {
	count := len(t.numbers) + len(t.text)
	switch {
	case len(t.shape) == 0 || len(t.shape) == 1 && size > 1:
		return 1, count
	case t.shape[0] == 0:
		return 0, t.shape[1]
	}
	return t.shape[0], count / t.shape[0]
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
