package datafile

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hecc/ir/tensor"
)

var (
	twoNumbers = tensor.Input{Label: "x", Shape: []int{2}}
	oneNumber  = tensor.Input{Label: "x", Shape: []int{1}}
	houses     = tensor.Input{Label: "x", Shape: []int{4}, Words: []string{"Bonn", "Ulm"}, Columns: []tensor.Column{
		{Name: "city", Kind: tensor.StringCells, Width: 1}, {Name: "rooms", Kind: tensor.IntCells, Width: 1},
		{Name: "sun", Kind: tensor.BoolCells, Width: 1}, {Name: "size", Kind: tensor.FloatCells, Width: 1}}}
	cities = tensor.Input{Label: "x", Shape: []int{1}, Words: []string{"Bonn", "Ulm"},
		Columns: []tensor.Column{{Name: "city", Kind: tensor.StringCells, Width: 1}}}
	adults = tensor.Input{Label: "x", Shape: []int{2}, Words: []string{" Private", "Private", "State", `Says "no ", "o"`}, Columns: []tensor.Column{
		{Name: "age", Kind: tensor.FloatCells, Width: 1}, {Name: " work", Kind: tensor.StringCells, Width: 1}}}
)

// TestCSV: what the field's tools write is read, the header or not.
func TestCSV(t *testing.T) {
	missing := math.NaN()
	for name, c := range map[string]struct {
		file string
		in   tensor.Input
		want [][]float64
	}{
		"no header":              {"5,2\n3,4.5e1\n", twoNumbers, [][]float64{{5, 2}, {3, 45}}},
		"header":                 {"a,b\n1,2\n", twoNumbers, [][]float64{{1, 2}}},
		"header of savetxt":      {"# a,b\n1,2\n", twoNumbers, [][]float64{{1, 2}}},
		"quoted header, CRLF":    {"\"a, b\",\"c\"\r\n1,2\r\n", twoNumbers, [][]float64{{1, 2}}},
		"mark of UTF-8":          {"\xef\xbb\xbf1,2\n", twoNumbers, [][]float64{{1, 2}}},
		"semicolons":             {"a;b\n1;2\n", twoNumbers, [][]float64{{1, 2}}},
		"tabs":                   {"a\tb\n\t2\n", twoNumbers, [][]float64{{missing, 2}}},
		"missing":                {"1,\n,NaN\n", twoNumbers, [][]float64{{1, missing}, {missing, missing}}},
		"truth":                  {"True,false\n", twoNumbers, [][]float64{{1, 0}}},
		"spaces":                 {" 1 , 2\n", twoNumbers, [][]float64{{1, 2}}},
		"one column":             {"1\n2\n", oneNumber, [][]float64{{1}, {2}}},
		"names in any order":     {"size,extra,sun,rooms,city\n50.5,x,True,3.0,Ulm\n", houses, [][]float64{{1, 3, 1, 50.5}}},
		"several, no header":     {"Bonn,2,0,\n", houses, [][]float64{{0, 2, 0, missing}}},
		"columns from 0":         {"0,1\n3,4\n", twoNumbers, [][]float64{{3, 4}}},
		"columns from 1":         {"1,2\n3,4\n", twoNumbers, [][]float64{{3, 4}}},
		"columns of a model":     {"0,1,2,3\nUlm,2,0,1\n", houses, [][]float64{{1, 2, 0, 1}}},
		"counts, with decimals":  {"0,1.0\n3,4\n", twoNumbers, [][]float64{{0, 1}, {3, 4}}},
		"counts, one sample":     {"0,1\n", twoNumbers, [][]float64{{0, 1}}},
		"a missing first sample": {"\"\"\n3\n", oneNumber, [][]float64{{missing}, {3}}},
		"nothing known":          {",nan\n3,4\n", twoNumbers, [][]float64{{missing, missing}, {3, 4}}},
		"an empty line":          {"1,3\n\n3,4\n", twoNumbers, [][]float64{{1, 3}, {3, 4}}},
		"empty lines at the end": {"1\n\"\"\n\n\n", oneNumber, [][]float64{{1}, {missing}}},
		"lines in a cell":        {"\"a\nb\n\nc\"\nBonn\n", cities, [][]float64{{2}, {0}}},
		"an unknown word":        {"Rome,2,0,1\nKiev,2,0,1\nRome,2,0,1\n", houses, [][]float64{{2, 2, 0, 1}, {3, 2, 0, 1}, {2, 2, 0, 1}}},
		"text that has a comma":  {"city,rooms,sun,size\n\"Ulm, upper\",2,0,1\n", houses, [][]float64{{2, 2, 0, 1}}},
		"words without a header": {"Ulm\nBonn\n", cities, [][]float64{{1}, {0}}},
		"words with a header":    {"city\nBonn\n", cities, [][]float64{{0}}},
		"blanks of a word":       {"age,work\n1, Private\n2,Private\n3, State \n", adults, [][]float64{{1, 0}, {2, 1}, {3, 2}}},
		"blanks around a word":   {" city\n Bonn \nUlm\t\n", cities, [][]float64{{0}, {1}}},
		"blanks before a quote":  {"city, rooms, sun, size\n \"Ulm\", \"2\", 0, 1\n", houses, [][]float64{{1, 2, 0, 1}}},
		"quotes in a quote":      {"age,work\n1, \"Says \"\"no \"\", \"\"o\"\"\"\n", adults, [][]float64{{1, 3}}},
	} {
		table, err := decodeCSV([]byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		table.takeHeader(c.in)
		got, err := table.samples(c.in)
		if err != nil || !slices.EqualFunc(got.Rows, c.want, func(a, b []float64) bool {
			return slices.EqualFunc(a, b, func(x, y float64) bool { return x == y || x != x && y != y })
		}) {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, c.want)
		}
	}
}

// TestDataRefused: every mistake is named with its place.
func TestDataRefused(t *testing.T) {
	for file, c := range map[string]struct {
		in   tensor.Input
		want string
	}{
		"":                {twoNumbers, "the file has no lines"},
		"a,b\n":           {twoNumbers, "the file has a header and no samples"},
		"1,2\n3\n":        {twoNumbers, "line 2 has 1 cells, the first has 2"},
		"1,2\n\n3,\"4\n":  {twoNumbers, `extraneous or missing " in quoted-field`},
		"a,b\n1,2\n3,x\n": {twoNumbers, `line 3, column 2 ("b"): "x" is not a number`},
		"1;2,5\n":         {twoNumbers, "write decimals with a point"},
		"1,5;2,5\n3;4\n":  {twoNumbers, "line 1, column 1 (\"x\"): \"1,5\" is not a number\n  note: write decimals with a point"},
		"1 2\n3 4\n":      {twoNumbers, "separate columns by commas"},
		"1,2,3\n":         {twoNumbers, "samples have 3 elements, the model takes 2"},
		"NA,?\n1,2\n": {twoNumbers, `line 1, column 1 ("x"): "NA" is not a number
  note: leave a cell empty, or write NaN, where its value is missing`},
		"CITY\nBonn\n":      {cities, `the header lacks "city"`},
		"1\n\n3\n":          {oneNumber, "line 2 is empty, and could be a sample or none"},
		"x\n1\r\n\r\n3":     {oneNumber, "line 3 is empty"},
		"\n1\n":             {oneNumber, "line 1 is empty"},
		",a,b\n0,1,2\n":     {twoNumbers, "save the file with index=False"},
		"Bonn,2,0\n":        {houses, `the model's columns are, in this order, "city", "rooms", "sun", "size"`},
		"city,sun\nUlm,1\n": {houses, `the header lacks "rooms", "size"`},
		"city,city,rooms,sun,size\nUlm,Ulm,1,0,1\n": {houses, `the header names column "city" twice`},
		"Bonn,2.5,0,1\n":              {houses, `line 1, column 2 ("rooms"): is 2.5, the model takes whole numbers`},
		"Bonn,2,7,1\n":                {houses, `line 1, column 3 ("sun"): is 7, the model takes 0 or 1`},
		"Bonn,9007199254740993,0,1\n": {houses, "whole numbers are exact only up to 2^53"},
	} {
		table, err := decodeCSV([]byte(file))
		if err == nil {
			table.takeHeader(c.in)
			_, err = table.samples(c.in)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", file, err, c.want)
		}
	}
	table, err := decodeNpy(npyFile("<f8", "1, 4", false, make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.samples(houses); err == nil || !strings.Contains(err.Error(), `sample 0, element 0 ("city"): is a number, the model takes a string`) {
		t.Errorf("got %v", err)
	}
}

// TestOneDimension: a vector is one sample, unless the model takes one element.
func TestOneDimension(t *testing.T) {
	for _, c := range []struct {
		in   tensor.Input
		rows int
		err  string
	}{
		{twoNumbers, 1, ""}, {oneNumber, 2, ""},
		{tensor.Input{Shape: []int{3}}, 0, "samples have 2 elements, the model takes 3 (a one-dimensional array is one sample)\n  note: give an array of shape (samples, elements), the elements in the model's order"},
	} {
		table, err := decodeNpy(npyFile("<f8", "2,", false, make([]byte, 16)))
		if err != nil {
			t.Fatal(err)
		}
		s, err := table.samples(c.in)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("got %v", err)
			}
			continue
		}
		if err != nil || len(s.Rows) != c.rows {
			t.Errorf("%v: %v, %v", c.in.Shape, s, err)
		}
	}
}

// TestAxes: as many elements are not enough, the axes are the model's too; axes of one element do not matter.
func TestAxes(t *testing.T) {
	picture := tensor.Input{Shape: []int{3, 2, 2}}
	for shape, ok := range map[string]bool{
		"1, 3, 2, 2": true, "1, 12": true, "1, 3, 1, 2, 2": true, "12,": true,
		"1, 2, 2, 3": false, "1, 3, 4": false, "1, 4, 3": false,
	} {
		table, err := decodeNpy(npyFile("<f8", shape, false, make([]byte, 96)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = table.samples(picture); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "the model takes [3 2 2]\n  note: give the axes in the model's order") {
			t.Errorf("%s: %v", shape, err)
		}
	}
}

// TestHeaderRemark: a header that could be a sample is spoken of, others are not.
func TestHeaderRemark(t *testing.T) {
	for file, want := range map[string]string{
		"0,1\n3,4\n": "the first line counts the columns, 0 to 1, and is taken for a header, not for a sample",
		"a,b\n3,4\n": "",
		"2,1\n3,4\n": "",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Read(path, twoNumbers)
		if err != nil || (len(s.Remarks) > 0) != (want != "") || !strings.Contains(strings.Join(s.Remarks, ""), want) {
			t.Errorf("%q: %v, %v, want %q", file, s, err, want)
		}
	}
}

// TestOutputsHeader: how many samples there are says whether the first line of their outputs is a header.
func TestOutputsHeader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "y.csv")
	if err := os.WriteFile(path, []byte("0,1\n3,4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for samples, want := range map[int]float64{1: 3, 2: 0} {
		if y, err := ReadOutputs(path, samples, 2); err != nil || len(y) != samples || y[0][0] != want {
			t.Errorf("%d samples: %v, %v", samples, y, err)
		}
	}
}
