//go:build !js

package datafile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/sbinet/npyio"
	"github.com/x448/float16"
	"gonum.org/v1/gonum/mat"

	"hecc/ir/diag"
	"hecc/ir/tensor"
)

// decodeNpy reads an array: numbers of any type, or text. Nothing that the header declares is
// believed before the bytes are there.
func decodeNpy(b []byte) (t *table, err error) {
	if err := checkHeaderLength(b); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil { // the library does not vouch for damaged headers
			t, err = nil, unreadable("its header is damaged")
		}
	}()
	in := bytes.NewReader(b)
	r, err := npyio.NewReader(in)
	if err != nil {
		return nil, unreadable("%v", err)
	}
	kind, err := elementsOf(r.Header.Descr.Type)
	if err != nil {
		return nil, err
	}
	shape, raw := r.Header.Descr.Shape, b[len(b)-in.Len():]
	count, err := countElements(shape, len(raw)/kind.width)
	if err != nil {
		return nil, err
	}
	if extra := len(raw) - count*kind.width; extra > 0 {
		return nil, diag.Reason("%d bytes follow the array of shape %v that the header declares", extra, shape).Cure("save one array in a file: numpy.save(path, a)")
	}
	place := rowMajor
	if r.Header.Descr.Fortran {
		place = columnMajor(shape)
	}
	return kind.read(raw, shape, place)
}

// unreadable refuses what is no array, or a damaged one.
func unreadable(format string, args ...any) error {
	return diag.Reason("not a readable .npy file: %s", fmt.Sprintf(format, args...)).
		Cure("save the array again, numpy.save(path, a), and copy it in full, in binary; a table in text needs the name .csv")
}

// DecodeNpy reads the bytes of an array of numbers: the elements of each sample.
func DecodeNpy(b []byte) ([][]float64, error) {
	t, err := decodeNpy(b)
	if err != nil {
		return nil, err
	}
	width := 1
	if len(t.shape) > 1 {
		width = size(t.shape[1:])
	}
	s, err := t.samples(tensor.Input{Shape: []int{width}})
	if err != nil {
		return nil, err
	}
	return s.Rows, nil
}

// checkHeaderLength holds the length that the file gives its header against the file: the
// library would allocate what it says.
func checkHeaderLength(b []byte) error {
	const magic = "\x93NUMPY"
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		return diag.Reason("holds several arrays, as numpy.savez writes them").Cure("save the one that is meant: numpy.save(path, a)")
	}
	if len(b) < len(magic)+6 || string(b[:len(magic)]) != magic {
		return unreadable("it does not start as one")
	}
	length, start := uint64(binary.LittleEndian.Uint16(b[8:])), 10
	if b[6] >= 2 {
		length, start = uint64(binary.LittleEndian.Uint32(b[8:])), 12
	}
	if length > uint64(len(b)-start) {
		return unreadable("its header of %d bytes is longer than the file", length)
	}
	return nil
}

// countElements multiplies the dimensions, of which so many elements are there.
func countElements(shape []int, there int) (int, error) {
	if len(shape) > maxDims {
		return 0, diag.Reason("array of %d dimensions, at most %d can be read", len(shape), maxDims).Cure("reshape it to one row for each sample: a.reshape(len(a), -1)")
	}
	count := 1
	for _, n := range shape {
		if n < 1 {
			return 0, diag.Reason("array of shape %v has no samples", shape).Cure("give at least one sample")
		}
		if count > there/n {
			return 0, cutShort(shape, there)
		}
		count *= n
	}
	if count > there {
		return 0, cutShort(shape, there)
	}
	return count, nil
}

func cutShort(shape []int, there int) error {
	return diag.Reason("array of shape %v is cut short: the file has %d elements", shape, there).Cure("copy the file again, in full, or save the array again")
}

// maxDims bounds what is walked for every element. NumPy 1 had the same bound.
const maxDims = 32

func rowMajor(k int) int { return k }

// columnMajor says where element k of an array in row-major order stands in Fortran's order.
func columnMajor(shape []int) func(k int) int {
	strides, count := make([]int, len(shape)), 1
	for i, n := range shape { // the last axis, which varies fastest in k, has the longest stride
		strides[i] = count
		count *= n
	}
	return func(k int) int {
		at := 0
		for i := len(shape) - 1; i >= 0; i-- {
			at += k % shape[i] * strides[i]
			k /= shape[i]
		}
		return at
	}
}

// elements is how numbers or strings of one type are stored.
type elements struct {
	width  int
	number func(b []byte) float64 // or
	text   func(b []byte) (string, error)
}

// elementsOf reads NumPy's name of a type: the order of bytes, a letter, and the width.
func elementsOf(name string) (elements, error) {
	var none elements
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case strings.HasPrefix(name, ">"):
		order = binary.BigEndian
	case !strings.HasPrefix(name, "<") && !strings.HasPrefix(name, "|"):
		return none, diag.Reason("array of records").Cure("save its columns as one array of numbers, or as .csv")
	}
	if read, ok := numberTypes[name[1:]]; ok {
		return elements{width: int(name[2] - '0'), number: func(b []byte) float64 { return read(order, b) }}, nil
	}
	var n int
	switch _, err := fmt.Sscanf(name[1:], "U%d", &n); {
	case err == nil && n >= 1 && n <= maxText:
		return elements{width: 4 * n, text: func(b []byte) (string, error) { return readRunes(order, b) }}, nil
	}
	switch _, err := fmt.Sscanf(name[1:], "S%d", &n); {
	case err == nil && n >= 1 && n <= maxText:
		return elements{width: n, text: readBytes}, nil
	}
	if name[1:] == "O" {
		return none, diag.Reason("array of Python objects").Cure("save it as numbers, a.astype(float), or as text, a.astype(str)")
	}
	return none, diag.Reason("array of type %s", name).Cure("save it as numbers, a.astype(float)")
}

// maxText bounds the characters of one string.
const maxText = 1 << 16

// numberTypes are NumPy's letters and widths.
var numberTypes = map[string]func(o binary.ByteOrder, b []byte) float64{
	"f8": func(o binary.ByteOrder, b []byte) float64 { return math.Float64frombits(o.Uint64(b)) },
	"f4": func(o binary.ByteOrder, b []byte) float64 { return float64(math.Float32frombits(o.Uint32(b))) },
	"f2": func(o binary.ByteOrder, b []byte) float64 {
		return float64(float16.Frombits(o.Uint16(b)).Float32())
	},
	"i8": func(o binary.ByteOrder, b []byte) float64 { return float64(int64(o.Uint64(b))) },
	"i4": func(o binary.ByteOrder, b []byte) float64 { return float64(int32(o.Uint32(b))) },
	"i2": func(o binary.ByteOrder, b []byte) float64 { return float64(int16(o.Uint16(b))) },
	"i1": func(_ binary.ByteOrder, b []byte) float64 { return float64(int8(b[0])) },
	"u8": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint64(b)) },
	"u4": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint32(b)) },
	"u2": func(o binary.ByteOrder, b []byte) float64 { return float64(o.Uint16(b)) },
	"u1": func(_ binary.ByteOrder, b []byte) float64 { return float64(b[0]) },
	"b1": func(_ binary.ByteOrder, b []byte) float64 {
		if b[0] != 0 {
			return 1
		}
		return 0
	},
}

// readRunes reads a string of NumPy's type U: code points of four bytes, padded with zeros.
func readRunes(order binary.ByteOrder, b []byte) (string, error) {
	var s strings.Builder
	for ; len(b) > 0; b = b[4:] {
		r := order.Uint32(b)
		if r == 0 {
			break
		}
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", diag.Reason("a string has the character %#x, which does not exist", r).Cure("save it as text again, a.astype(str), and copy the file in binary")
		}
		s.WriteRune(rune(r))
	}
	return s.String(), nil
}

// readBytes reads a string of NumPy's type S, padded with zeros.
func readBytes(b []byte) (string, error) {
	b = bytes.TrimRight(b, "\x00")
	if !utf8.Valid(b) {
		return "", diag.Reason("a string is not valid UTF-8").Cure("save it as text, a.astype(str)")
	}
	return string(b), nil
}

func (e elements) read(raw []byte, shape []int, place func(k int) int) (*table, error) {
	count := len(raw) / e.width
	t := &table{shape: shape}
	if e.number != nil {
		t.numbers = make([]float64, count)
	} else {
		t.text = make([]string, count)
	}
	for k := range count {
		at := place(k) * e.width
		b := raw[at : at+e.width]
		if e.number != nil {
			t.numbers[k] = e.number(b)
			continue
		}
		var err error
		if t.text[k], err = e.text(b); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// EncodeNpy writes samples of equal length as a float64 array.
func EncodeNpy(samples [][]float64) ([]byte, error) {
	m := mat.NewDense(len(samples), len(samples[0]), nil)
	for i, x := range samples {
		m.SetRow(i, x)
	}
	var b bytes.Buffer
	err := npyio.Write(&b, m)
	return b.Bytes(), err
}
