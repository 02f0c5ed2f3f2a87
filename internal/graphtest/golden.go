package graphtest

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"hecc/ir/tensor"
	"hecc/ir/text"
)

var (
	braces = regexp.MustCompile(`\{[^}]*\}`)
	blobAt = regexp.MustCompile(`=@\d+`)
)

// ReadGraph parses a graph whose blobs are written as {1,2.5}.
func ReadGraph(src string) (*tensor.Graph, error) {
	var blobs []text.Blob
	var fault error
	body := braces.ReplaceAllStringFunc(src, func(list string) string {
		blob := text.Blob{}
		for _, s := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("{,}", r) }) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				fault = err
			}
			blob = append(blob, x)
		}
		blobs = append(blobs, blob)
		return fmt.Sprintf("@%d", len(blobs)-1)
	})
	if fault != nil {
		return nil, fault
	}
	d, err := text.Join(body, blobs)
	if err != nil {
		return nil, err
	}
	return tensor.FromDocument(d)
}

// WriteGraph is its inverse, to four digits.
func WriteGraph(g *tensor.Graph) string {
	body, blobs := g.Document().Split()
	return blobAt.ReplaceAllStringFunc(body, func(string) string {
		items := make([]string, len(blobs[0]))
		for i, x := range blobs[0] {
			if math.Abs(x) < 1e-12 {
				x = 0 // rounding differs between machines
			}
			items[i] = strconv.FormatFloat(x, 'g', 4, 64)
		}
		blobs = blobs[1:]
		return "={" + strings.Join(items, ",") + "}"
	})
}
