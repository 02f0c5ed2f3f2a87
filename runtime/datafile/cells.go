package datafile

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// isMissing knows the marks that other programs write for a missing value.
func isMissing(cell string) bool {
	return slices.Contains([]string{"", "na", "n/a", "nan", "null", "none", "?", "-"}, strings.ToLower(cell))
}

// cell reads an element of a kind. A string that the model does not know joins the words.
func (t *table) cell(at int, kind tensor.Kind, codes map[string]int, words *[]string) (float64, error) {
	if kind == tensor.StringCells {
		if t.text == nil {
			return 0, diag.Reason("is a number, the model takes a string").Cure("give a .csv file, or an array of text, a.astype(str)")
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
		return diag.Reason("is %v, the model takes 0 or 1 (false or true)", v).Cure("write 0 or 1, false or true; if the model should take numbers here, export it with a float input")
	case v != math.Trunc(v):
		return diag.Reason("is %v, the model takes whole numbers", v).Cure("round it; if the model should take fractions here, export it with a float input")
	case math.Abs(v) >= 1<<53:
		return diag.Reason("is %v, whole numbers are exact only up to 2^53", v).Cure("give numbers below 2^53: long identifiers are no features")
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
	return 0, notANumber(s)
}

func notANumber(s string) error {
	d := diag.Reason("%q is not a number", s)
	switch {
	case isMissing(s):
		return d.Cure("leave a cell empty, or write NaN, where its value is missing")
	case strings.Contains(s, ","):
		return d.Cure("write decimals with a point")
	case strings.ContainsAny(s, " "):
		return d.Cure("separate columns by commas, as numpy.savetxt does with delimiter=','")
	}
	return d.Cure("the model takes numbers there: correct the cell, or leave columns of text out")
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
