package datafile

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// decodeCSV reads comma-separated values (RFC 4180), or values separated by tabs or semicolons
// where the first line has such. The cells are text, with their blanks, which may belong to a
// word; whether the first line is a header, the reader of the table says, who knows the model's
// columns.
func decodeCSV(b []byte) (*table, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // the mark with which Excel begins UTF-8
	comma := separator(b)
	r := csv.NewReader(bytes.NewReader(quotesFirst(b, comma)))
	r.Comma = rune(comma)
	r.FieldsPerRecord = -1 // told below, in words that help
	r.ReuseRecord = true
	t := &table{text: make([]string, 0, mostCells(b, comma)), lines: make([]int, 0, bytes.Count(b, []byte("\n"))+1)}
	width, next := 0, 1 // next is the line after the last record
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, diag.Reason("not a readable .csv file: %v", err).Cure("quote cells that hold separators or quotes, and double the quotes in them: \"a \"\"b\"\" c\"")
		}
		line, _ := r.FieldPos(0)
		if width == 0 {
			width = len(record)
		}
		if len(record) != width {
			return nil, diag.Reason("line %d has %d cells, the first has %d", line, len(record), width).
				Cure("give all lines as many cells, empty ones where a value is missing, and quote cells with a separator in them")
		}
		if width == 1 && line > next { // encoding/csv skips it; with more columns it is no sample
			return nil, diag.Reason("line %d is empty, and could be a sample or none", next).Cure("delete the line, or write NaN, or \"\" for an empty cell")
		}
		next = line + 1 + lineBreaks(record)
		t.text = append(t.text, record...)
		t.lines = append(t.lines, line)
	}
	if len(t.lines) == 0 {
		return nil, diag.Reason("the file has no lines").Cure("write one line for each sample")
	}
	t.shape = []int{len(t.lines), width}
	return t, nil
}

// mostCells bounds how many cells there are, so that a long list need not grow, which takes it twice.
func mostCells(b []byte, comma byte) int {
	return bytes.Count(b, []byte{comma}) + bytes.Count(b, []byte("\n")) + 1
}

// lineBreaks counts those that are quoted.
func lineBreaks(record []string) int {
	n := 0
	for _, cell := range record {
		n += strings.Count(cell, "\n")
	}
	return n
}

// separator is what stands between the cells of the first line, outside of quotes.
func separator(b []byte) byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	found := map[byte]bool{}
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		}
		found[c] = found[c] || !quoted
	}
	switch {
	case found['\t']:
		return '\t'
	case found[';']:
		return ';'
	}
	return ','
}

// quotesFirst drops the blanks between a separator and a quote, which encoding/csv takes for part
// of the cell.
func quotesFirst(b []byte, comma byte) []byte {
	if !bytes.Contains(b, []byte(` "`)) && !bytes.Contains(b, []byte("\t\"")) {
		return b
	}
	out := make([]byte, 0, len(b))
	start, blank, quoted := 0, true, false // where the cell starts, whether it has blanks only
	for _, c := range b {
		switch {
		case c == '"':
			if blank && !quoted {
				out = out[:start]
			}
			blank, quoted = false, !quoted
		case !quoted && (c == comma || c == '\n'):
			start, blank = len(out)+1, true
		case c != ' ' && c != '\t':
			blank = false
		}
		out = append(out, c)
	}
	return out
}

// DecodeCSV reads samples from the text of a .csv file, for a model with this input. The errors name lines of it.
func DecodeCSV(text []byte, in tensor.Input) (*Samples, error) {
	t, err := decodeCSV(text)
	if err != nil {
		return nil, err
	}
	t.takeHeader(in)
	return t.samples(in)
}
