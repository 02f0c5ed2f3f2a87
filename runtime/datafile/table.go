package datafile

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

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
		return nil, fmt.Errorf("%s: outputs of %d elements, the model gives %d", path, found, width)
	}
	if rows != samples {
		return nil, fmt.Errorf("%s: outputs of %d samples for %d samples", path, rows, samples)
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
				return fmt.Errorf("%s: sample %d: output %d is %v, and nothing can be compared with it\n  note: leave the sample out, here and in the data", t.path, s, k, v)
			}
		}
	}
	return nil
}

// samples takes the columns of the input from the table.
func (t *table) samples(in tensor.Input) (*Samples, error) {
	rows, width := t.rowsFor(size(in.Shape))
	if rows == 0 {
		return nil, fmt.Errorf("the file has a header and no samples")
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
		return out, nil
	}
	err := fmt.Errorf("samples have %d elements, the model takes %d%s", width, len(out), t.shapeText(in))
	if len(in.Columns) > 1 {
		return nil, fmt.Errorf("%w\n  note: the model's columns are, in this order, %s; a .csv with a header may have them in any order", err, columnNames(in))
	}
	if t.header != nil && t.header[0] == "" && width == len(out)+1 {
		return nil, fmt.Errorf("%w\n  note: the first column has no name and seems to be pandas' index; save the file with index=False", err)
	}
	if t.lines != nil && width == 1 && strings.Contains(strings.TrimSpace(t.text[0]), " ") {
		return nil, fmt.Errorf("%w\n  note: separate columns by commas, as numpy.savetxt does with delimiter=','", err)
	}
	return nil, err
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
				return nil, fmt.Errorf("the header names column %q twice", name)
			}
			out = append(out, source{at, name, c.Kind})
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the header lacks %s\n  note: the model's columns are %s", strings.Join(missing, ", "), columnNames(in))
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
		t.remarks = append(t.remarks, fmt.Sprintf("the first line counts the columns, %s to %s, and is taken for a header, not for a sample\n  note: if it is a sample, put a line with names of the columns before it", first[0], first[len(first)-1]))
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
		if _, err := parseNumber(cell); err == nil && (cell != "" || k > 0) {
			return false
		}
		if !isMissing(cell) {
			names++
		}
	}
	return names > 0
}

// isMissing knows the marks that other programs write for a missing value.
func isMissing(cell string) bool {
	return slices.Contains([]string{"", "na", "n/a", "nan", "null", "none", "?", "-"}, strings.ToLower(cell))
}

// cell reads an element of a kind. A string that the model does not know joins the words.
func (t *table) cell(at int, kind tensor.Kind, codes map[string]int, words *[]string) (float64, error) {
	if kind == tensor.StringCells {
		if t.text == nil {
			return 0, fmt.Errorf("is a number, the model takes a string\n  note: give a .csv file, or an array of text, a.astype(str)")
		}
		return float64(t.word(at, codes, words)), nil
	}
	v, err := t.number(at)
	if err != nil {
		return 0, err
	}
	return v, checkKind(v, kind)
}

// word is the code of a string: as it stands, or else, in a .csv, without the blanks around it.
func (t *table) word(at int, codes map[string]int, words *[]string) int {
	s := t.text[at]
	code, ok := codes[s]
	if !ok && t.lines != nil {
		code, ok = codes[strings.TrimSpace(s)]
	}
	if !ok {
		code = len(*words)
		codes[s] = code
		*words = append(*words, s)
	}
	return code
}

func (t *table) number(at int) (float64, error) {
	if t.text == nil {
		return t.numbers[at], nil
	}
	return parseNumber(strings.TrimSpace(t.text[at]))
}

// checkKind refuses numbers that the model's type does not have. What is missing is for the model to say.
func checkKind(v float64, kind tensor.Kind) error {
	switch {
	case kind == tensor.FloatCells || math.IsNaN(v):
		return nil
	case kind == tensor.BoolCells && v != 0 && v != 1:
		return fmt.Errorf("is %v, the model takes 0 or 1 (false or true)", v)
	case v != math.Trunc(v):
		return fmt.Errorf("is %v, the model takes whole numbers", v)
	case math.Abs(v) >= 1<<53:
		return fmt.Errorf("is %v, whole numbers are exact only up to 2^53", v)
	}
	return nil
}

// parseNumber reads a cell of text. An empty one is a missing value, NaN.
func parseNumber(s string) (float64, error) {
	switch strings.ToLower(s) {
	case "":
		return math.NaN(), nil
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil {
		return v, nil
	}
	cure := ""
	switch {
	case isMissing(s):
		cure = "\n  note: leave a cell empty, or write NaN, where its value is missing"
	case strings.Contains(s, ","):
		cure = "\n  note: write decimals with a point"
	case strings.ContainsAny(s, " "):
		cure = "\n  note: separate columns by commas, as numpy.savetxt does with delimiter=','"
	}
	return 0, fmt.Errorf("%q is not a number%s", s, cure)
}

// place names a cell for people, who count from 1 in text and from 0 in arrays.
func (t *table) place(row int, c source) string {
	where := fmt.Sprintf("sample %d, element %d", row, c.at)
	if t.lines != nil {
		where = fmt.Sprintf("line %d, column %d", t.lines[row], c.at+1)
	}
	if c.name != "" {
		where += fmt.Sprintf(" (%q)", c.name)
	}
	return where
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
