// Package text is the line format that both intermediate representations are
// printed in and parsed from.
//
// A document is a list of lines and a list of numeric blobs:
//
//	%2 = matmul %0 %1 shape=[128] ; 0 "/fc1/MatMul" "MatMul"
//	output %2 name="logits"
//	@0 = AAAAAAAA8D8=
//
// A line has an optional result, an operation, operands, attributes and an
// optional source position. Long numeric data stand in blobs (little-endian
// float64, base64) that attributes refer to, so that a listing stays readable
// with the blobs left out.
package text

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"hecc/ir/diag"
)

// NoResult is the ID of a line that defines no value.
const NoResult = -1

// Line is one line of a document.
type Line struct {
	ID    int // the value that the line defines, or NoResult
	Op    string
	Args  []int
	Attrs []Attr
	Pos   diag.Pos // File is not printed: the header names it once
}

// Attr is a named property. Value is an int, float64, string, []int, []float64, []string or Blob.
type Attr struct {
	Key   string
	Value any
}

// Blob is a vector that is printed by reference.
type Blob []float64

// Document is an ordered list of lines.
type Document struct {
	Lines []Line
}

// Print renders the document with its blobs.
func (d *Document) Print() string {
	text, blobs := d.Split()
	var b strings.Builder
	b.WriteString(text)
	for i, blob := range blobs {
		b.WriteString(blobLine(i, Bytes(blob)))
	}
	return b.String()
}

func blobLine(n int, raw []byte) string {
	return fmt.Sprintf("@%d = %s\n", n, base64.StdEncoding.EncodeToString(raw))
}

// Split renders the document without its blobs and returns those apart,
// blob k being the one that the text calls @k.
func (d *Document) Split() (string, []Blob) {
	var b strings.Builder
	var blobs []Blob
	for _, l := range d.Lines {
		if l.ID != NoResult {
			fmt.Fprintf(&b, "%%%d = ", l.ID)
		}
		b.WriteString(l.Op)
		for _, a := range l.Args {
			fmt.Fprintf(&b, " %%%d", a)
		}
		for _, a := range l.Attrs {
			b.WriteString(" " + a.Key + "=")
			if blob, ok := a.Value.(Blob); ok {
				fmt.Fprintf(&b, "@%d", len(blobs))
				blobs = append(blobs, blob)
				continue
			}
			writeValue(&b, a.Value)
		}
		if l.Pos.Op != "" {
			fmt.Fprintf(&b, " ; %d %s %s", l.Pos.Node, strconv.Quote(l.Pos.Name), strconv.Quote(l.Pos.Op))
		}
		b.WriteByte('\n')
	}
	return b.String(), blobs
}

func writeValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case int:
		b.WriteString(strconv.Itoa(v))
	case float64:
		b.WriteString(FormatFloat(v))
	case string:
		b.WriteString(strconv.Quote(v))
	case []int:
		writeList(b, v, strconv.Itoa)
	case []float64:
		writeList(b, v, FormatFloat)
	case []string:
		writeList(b, v, strconv.Quote)
	default:
		panic(fmt.Sprintf("text: attribute of type %T", v))
	}
}

func writeList[T any](b *strings.Builder, list []T, format func(T) string) {
	b.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(format(v))
	}
	b.WriteByte(']')
}

// FormatFloat prints the shortest decimal that reads back as exactly v.
func FormatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Bytes encodes a vector as little-endian float64.
func Bytes(v []float64) []byte {
	out := make([]byte, 0, 8*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	return out
}

// Floats decodes what Bytes encoded.
func Floats(b []byte) (Blob, error) {
	if len(b)%8 != 0 {
		return nil, fmt.Errorf("blob of %d bytes is not a whole number of float64", len(b))
	}
	v := make(Blob, len(b)/8)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return v, nil
}
