package datafile

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hecc/ir/tensor"
)

// npyFile writes an array with NumPy's header.
func npyFile(dtype, shape string, fortran bool, raw []byte) []byte {
	order := "False"
	if fortran {
		order = "True"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", dtype, order, shape)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	return append(append(b, head...), raw...)
}

// TestNpyTypes: the bytes of -1 (or the largest number) and of 2 in each type.
func TestNpyTypes(t *testing.T) {
	for dtype, c := range map[string]struct {
		raw  string
		want []float64
	}{
		"<f8": {"\x00\x00\x00\x00\x00\x00\xf0\xbf\x00\x00\x00\x00\x00\x00\x00\x40", []float64{-1, 2}},
		">f8": {"\xbf\xf0\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00", []float64{-1, 2}},
		"<f4": {"\x00\x00\x80\xbf\x00\x00\x00\x40", []float64{-1, 2}},
		">f4": {"\xbf\x80\x00\x00\x40\x00\x00\x00", []float64{-1, 2}},
		"<f2": {"\x00\xbc\x01\x00", []float64{-1, math.Ldexp(1, -24)}},
		">f2": {"\xbc\x00\x40\x00", []float64{-1, 2}},
		"<i8": {strings.Repeat("\xff", 8) + "\x02\x00\x00\x00\x00\x00\x00\x00", []float64{-1, 2}},
		">i8": {strings.Repeat("\xff", 8) + "\x00\x00\x00\x00\x00\x00\x00\x02", []float64{-1, 2}},
		"<i4": {"\xff\xff\xff\xff\x02\x00\x00\x00", []float64{-1, 2}},
		"<i2": {"\xff\xff\x02\x00", []float64{-1, 2}},
		">i2": {"\xff\xff\x00\x02", []float64{-1, 2}},
		"|i1": {"\xff\x02", []float64{-1, 2}},
		"<u8": {"\xff\xff\xff\xff\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00", []float64{math.MaxUint32, 2}},
		"<u4": {"\xff\xff\xff\xff\x02\x00\x00\x00", []float64{math.MaxUint32, 2}},
		"<u2": {"\xff\xff\x02\x00", []float64{math.MaxUint16, 2}},
		"|u1": {"\xff\x02", []float64{255, 2}},
		"|b1": {"\x01\x00", []float64{1, 0}},
	} {
		got, err := decodeNpy(npyFile(dtype, "1, 2", false, []byte(c.raw)))
		if err != nil || !slices.Equal(got.numbers, c.want) {
			t.Errorf("%s: %v, %v, want %v", dtype, got, err, c.want)
		}
	}
	for dtype, raw := range map[string]string{
		"<U2": "a\x00\x00\x00\xe9\x00\x00\x00b\x00\x00\x00\x00\x00\x00\x00",
		">U2": "\x00\x00\x00a\x00\x00\x00\xe9\x00\x00\x00b\x00\x00\x00\x00",
		"|S3": "a\xc3\xa9b\x00\x00",
	} {
		got, err := decodeNpy(npyFile(dtype, "2,", false, []byte(raw)))
		if err != nil || !slices.Equal(got.text, []string{"aé", "b"}) {
			t.Errorf("%s: %v, %v", dtype, got, err)
		}
	}
}

// TestNpyFortran: the same array in both orders is the same.
func TestNpyFortran(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(t, "shape")
		rows, columns := make([]byte, size(shape)), make([]byte, size(shape))
		index := make([]int, len(shape))
		for k := range rows {
			at, stride := 0, 1
			for i, n := range shape { // in Fortran's order the first axis varies fastest
				at += index[i] * stride
				stride *= n
			}
			rows[k], columns[at] = byte(k), byte(k)
			for i := len(shape) - 1; i >= 0; i-- { // count up, last axis first
				if index[i]++; index[i] < shape[i] {
					break
				}
				index[i] = 0
			}
		}
		dims := strings.Trim(fmt.Sprint(shape), "[]")
		dims = strings.ReplaceAll(dims, " ", ", ") + ","
		a, err1 := decodeNpy(npyFile("|u1", dims, false, rows))
		b, err2 := decodeNpy(npyFile("|u1", dims, true, columns))
		if err1 != nil || err2 != nil || !slices.Equal(a.numbers, b.numbers) {
			t.Fatalf("%v %v, %v %v", a, err1, b, err2)
		}
	})
}

// TestNpyRefused: a file must hold exactly what its header declares, and nothing is allocated before that is
// known.
func TestNpyRefused(t *testing.T) {
	good := npyFile("<f8", "2, 2", false, make([]byte, 32))
	for want, file := range map[string][]byte{
		"holds several arrays":                           []byte("PK\x03\x04rest"),
		"it does not start as one":                       []byte("a,b\n1,2\n"),
		"its header of 4294967295 bytes is longer":       []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{'de"),
		"its header of 65535 bytes is longer":            []byte("\x93NUMPY\x01\x00\xff\xff{'de"),
		"its header is damaged":                          []byte("\x93NUMPY\x01\x00\x02\x00{}\x00"),
		"8 bytes follow the array of shape [2 2]":        append(slices.Clone(good), make([]byte, 8)...),
		"shape [2 2] is cut short: the file has 3":       good[:len(good)-8],
		"shape [4294967296 4294967296] is cut short":     npyFile("<f8", "4294967296, 4294967296", false, make([]byte, 8)),
		"array of 33 dimensions, at most 32":             npyFile("|u1", strings.Repeat("1,", 33), true, []byte{0}),
		"shape [0 3] has no samples":                     npyFile("<f8", "0, 3", false, nil),
		"shape [-1 3] has no samples":                    npyFile("<f8", "-1, 3", false, nil),
		"Python objects\n  note: save it as numbers":     npyFile("|O", "1,", false, make([]byte, 8)),
		"type <c16\n  note: save it as numbers":          npyFile("<c16", "1,", false, make([]byte, 16)),
		"type <M8[ns]\n  note: save it as numbers":       npyFile("<M8[ns]", "1,", false, make([]byte, 8)),
		"array of records":                               npyFile("a', '<f8", "1,", false, make([]byte, 8)),
		"the character 0xd800, which does not exist":     npyFile("<U1", "1,", false, []byte{0, 0xd8, 0, 0}),
		"a string is not valid UTF-8":                    npyFile("|S1", "1,", false, []byte{0xff}),
		"type <U0\n  note: save it as numbers":           npyFile("<U0", "1,", false, nil),
		"type <U99999999999\n  note: save it as numbers": npyFile("<U99999999999", "1,", false, nil),
	} {
		if _, err := decodeNpy(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// FuzzData: whatever the bytes are, the readers of data return; what they take is as large as they say.
func FuzzData(f *testing.F) {
	f.Add(npyFile("<f8", "2, 2", false, make([]byte, 32)), false)
	f.Add(npyFile("<U2", "2, 1", true, make([]byte, 16)), false)
	f.Add([]byte("a,b\n1,\"x, y\"\n,2\n"), true)
	f.Add([]byte("\xef\xbb\xbf1;2\r\n3;4\r\n"), true)
	in := tensor.Input{Label: "x", Shape: []int{2}, Columns: []tensor.Column{{Name: "a", Kind: tensor.FloatCells, Width: 1}, {Name: "b", Kind: tensor.StringCells, Width: 1}}, Words: []string{"x, y"}}
	f.Fuzz(func(t *testing.T, b []byte, isCSV bool) {
		decode := decodeNpy
		if isCSV {
			decode = decodeCSV
		}
		table, err := decode(b)
		if err != nil {
			return
		}
		if n := len(table.numbers) + len(table.text); n != size(table.shape) || n > 4*len(b)+8 {
			t.Fatalf("%d elements of shape %v in %d bytes", n, table.shape, len(b))
		}
		for _, in := range []tensor.Input{in, {Shape: []int{1}}, {Shape: []int{2}}} {
			table := *table
			table.takeHeader(in)
			if s, err := table.samples(in); err == nil {
				for _, x := range s.Rows {
					if len(x) != size(in.Shape) {
						t.Fatalf("a sample of %d elements for shape %v", len(x), in.Shape)
					}
				}
			}
		}
	})
}
