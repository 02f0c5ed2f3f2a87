package datafile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// ReadLabels reads the class of each sample: text, or numbers as tensor.ClassName writes them. classes are
// those that the model gives.
func ReadLabels(path string, classes []string) ([]string, error) {
	t, err := readTable(path)
	if err != nil {
		return nil, err
	}
	labels, err := t.labels(classes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return labels, nil
}

// labels takes the only column. The first line of a .csv is a header if it is neither a class nor
// a number.
func (t *table) labels(classes []string) ([]string, error) {
	count := len(t.numbers) + len(t.text)
	if len(t.shape) > 1 && t.shape[0] != count {
		return nil, diag.Reason("labels must be one for each sample, found %d for each", count/t.shape[0]).Cure("give one column: the class of each sample, y.argmax(1) of one-hot labels")
	}
	var out []string
	for _, v := range t.numbers {
		out = append(out, tensor.ClassName(v))
	}
	for _, s := range t.text {
		out = append(out, canonicalText(s, classes))
	}
	if t.lines != nil && !slices.Contains(classes, out[0]) {
		if _, err := parseNumber(strings.TrimSpace(t.text[0])); err != nil {
			out = out[1:]
		}
	}
	return out, nil
}

// canonicalText writes a number as such where the model's classes have no such string. Blanks
// around it count only where a class has them.
func canonicalText(s string, classes []string) string {
	if slices.Contains(classes, s) {
		return s
	}
	s = strings.TrimSpace(s)
	if slices.Contains(classes, s) {
		return s
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		return tensor.ClassName(v)
	}
	if s == "" {
		return s
	}
	if v, err := parseNumber(s); err == nil && (classes == nil || slices.Contains(classes, tensor.ClassName(v))) { // True or False
		return tensor.ClassName(v)
	}
	return s
}
