package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"strings"

	"gonum.org/v1/plot/palette/moreland"

	"hecc/cmd/hecc/detail"
	"hecc/ir/he"
)

// layoutView is a layout as a picture and in words.
type layoutView struct {
	detail.Layout
	Index    int
	Title    string
	Pictures []picture
	Hidden   int // ciphertexts without a picture
	Columns  int // slots in a row of the picture
	Words    []string
	First    string // the first slots, as text
	Share    float64
}

type picture struct {
	URL  template.URL
	Text string
}

const (
	mostPictures = 4 // ciphertexts of a layout
	firstSlots   = 16
	shades       = 240
)

func layoutViews(r *Report) (out []layoutView, err error) {
	seen := map[string]int{}
	for k, l := range r.Detail.Layouts {
		if n, known := seen[l.Layout]; known {
			out[n].Title += " and " + layoutTitle(l)
			continue
		}
		parsed, err := he.ParseLayout(l.Layout)
		if err != nil {
			return nil, err
		}
		v := layoutView{Layout: l, Index: k, Title: layoutTitle(l), Columns: columns(parsed.Slots), Words: layoutWords(parsed),
			First: slotsText(parsed), Share: float64(l.Used) / float64(l.Ciphertexts*l.Slots)}
		for ct := range min(l.Ciphertexts, mostPictures) {
			p, err := drawSlots(parsed, ct, v.Columns)
			if err != nil {
				return nil, err
			}
			v.Pictures = append(v.Pictures, p)
		}
		v.Hidden = l.Ciphertexts - len(v.Pictures)
		seen[l.Layout] = len(out)
		out = append(out, v)
	}
	return out, nil
}

func layoutTitle(l detail.Layout) string {
	if l.Node > 0 {
		return fmt.Sprintf("what node %d reads", l.Node)
	}
	return l.Of
}

// columns are so many that the picture is twice as wide as high, or the next power of two.
func columns(slots int) int {
	n := 1
	for n*n < 2*slots {
		n *= 2
	}
	return min(n, slots)
}

// drawSlots is a picture with a pixel for each slot: the darker the lower the number of its element.
func drawSlots(l he.Layout, ct, columns int) (picture, error) {
	m := image.NewPaletted(image.Rect(0, 0, columns, (l.Slots+columns-1)/columns), palette())
	used := 0
	for t, e := range l.Elements(ct) {
		if e != he.Empty {
			m.Pix[t/columns*m.Stride+t%columns] = uint8(1 + e*(shades-1)/max(1, l.Size-1))
			used++
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		return picture{}, err
	}
	return picture{template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())),
		fmt.Sprintf("ciphertext %d: %d of %d slots hold an element", ct, used, l.Slots)}, nil
}

// palette is transparent where there is no element, then goes from dark to light.
func palette() color.Palette {
	p := append(color.Palette{color.RGBA{}}, moreland.Kindlmann().Palette(shades + 20).Colors()[10:10+shades]...)
	return p
}

// layoutWords says what each dimension does, from the outside to the inside.
func layoutWords(l he.Layout) (words []string) {
	places := 1
	for _, d := range l.Dims {
		places *= d.Size
	}
	for _, d := range l.Dims {
		places /= d.Size
		unit := fmt.Sprintf("every %d slots", places)
		switch {
		case places >= l.Slots:
			unit = "in each ciphertext"
		case places == 1:
			unit = "in each slot"
		}
		text := strings.Trim(d.String(), "[]")
		_, step, _ := strings.Cut(text, ":")
		switch {
		case d.Gap:
			words = append(words, fmt.Sprintf("[%s]: one of %d places is used, the others are a gap", text, d.Size))
		case step == "rep":
			words = append(words, fmt.Sprintf("[%s]: %d copies, a new one %s", text, d.Size, unit))
		default:
			words = append(words, fmt.Sprintf("[%s]: %d steps, %s one by %s", text, d.Size, unit, step))
		}
	}
	if l.Dirty {
		words = append(words, "dirty: slots without an element may hold anything")
	}
	return words
}

func slotsText(l he.Layout) string {
	var parts []string
	for _, e := range l.Elements(0)[:min(firstSlots, l.Slots)] {
		if e == he.Empty {
			parts = append(parts, "–")
		} else {
			parts = append(parts, fmt.Sprint(e))
		}
	}
	return strings.Join(parts, " ")
}
