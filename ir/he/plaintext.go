package he

import (
	"fmt"
	"math"

	"hecc/ir/text"
)

// Plaintext gives the number in each slot of a plaintext. It is one of
//
//	Plain     one number for all slots, or a number for each
//	Spread    a number for each element of a value, in the slots where a layout has the element
//	Diagonal  some weights of a Matrix
//
// The last two hold no more numbers than the model has. They are written out slot by slot only where they are
// used, by Dense: the compiler, the checker and the server's encoder do so for one at a time.
type Plaintext interface {
	// Dense writes the number of each slot to buf, whose length is the number of slots, and returns buf. If
	// all slots hold the same number, it may return a Plain of length 1.
	Dense(buf []float64) Plain

	check(slots int) error
}

// dense is Dense with a buffer that is allocated when it is first needed.
func dense(p Plaintext, buf *[]float64, slots int) Plain {
	if plain, ok := p.(Plain); ok {
		return plain
	}
	if *buf == nil {
		*buf = make([]float64, slots)
	}
	return p.Dense(*buf)
}

// NonZero calls f for the slots of a plaintext, of so many, that do not hold zero.
func NonZero(p Plaintext, slots int, f func(slot int, x float64)) {
	if d, ok := p.(Diagonal); ok {
		d.nonZero(slots, f)
		return
	}
	var buf []float64
	plain := dense(p, &buf, slots)
	for t := range slots {
		if x := plain.At(t); x != 0 {
			f(t, x)
		}
	}
}

// Number returns the number in all slots, and whether the plaintext is such a number.
func Number(p Plaintext) (float64, bool) {
	if one, ok := p.(Plain); ok && len(one) == 1 {
		return one[0], true
	}
	return 0, false
}

// HeldNumbers is how many numbers a plaintext holds. Those of a matrix count once, with its first diagonal.
func HeldNumbers(p Plaintext) int {
	switch p := p.(type) {
	case Plain:
		return len(p)
	case Spread:
		return len(p.Values)
	case Diagonal:
		n := 0
		for k := range p.Of.Parts {
			if p.Index == 0 {
				n += p.Of.Parts[k].Weights.Entries()
			}
		}
		return n
	}
	return 0
}

// Plain is a number for every slot, or one number for all slots.
type Plain []float64

// At is the number in a slot.
func (p Plain) At(slot int) float64 {
	if len(p) == 1 {
		return p[0]
	}
	return p[slot]
}

func (p Plain) Dense([]float64) Plain { return p }

// check rejects a plaintext of another length, and NaN and infinite numbers.
func (p Plain) check(slots int) error {
	if len(p) != 1 && len(p) != slots {
		return fmt.Errorf("plaintext of %d numbers for %d slots", len(p), slots)
	}
	return finite(p)
}

func finite(list []float64) error {
	for _, x := range list {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("plaintext holds %v", x)
		}
	}
	return nil
}

// Spread puts numbers where ciphertext Ct of a layout has the elements from First on; other slots hold zero.
type Spread struct {
	Values []float64
	First  int
	Layout Layout
	Ct     int
}

func (s Spread) Dense(buf []float64) Plain {
	for t, e := range s.Layout.Elements(s.Ct) {
		buf[t] = 0
		if e -= s.First; e >= 0 && e < len(s.Values) {
			buf[t] = s.Values[e]
		}
	}
	return buf
}

func (s Spread) check(slots int) error {
	if err := s.Layout.checkForm(); err != nil {
		return err
	}
	if s.Layout.Slots != slots || s.Ct < 0 || s.Ct >= s.Layout.Cts() {
		return fmt.Errorf("plaintext for ciphertext %d of %v, on %d slots", s.Ct, s.Layout, slots)
	}
	if s.First < 0 || len(s.Values) == 0 || s.First+len(s.Values) > s.Layout.Size {
		return fmt.Errorf("plaintext of %d numbers from element %d on, of %d", len(s.Values), s.First, s.Layout.Size)
	}
	return finite(s.Values)
}

// isLike says whether two Spreads fill the same slots.
func (s Spread) isLike(o Spread) bool {
	return s.First == o.First && s.Ct == o.Ct && s.Layout.Equal(o.Layout)
}

// checkPlain checks the plaintext of an operation, which must not be a Diagonal: these belong to a Linear.
func checkPlain(p Plaintext, slots int) error {
	switch p := p.(type) {
	case Plain:
		return p.check(slots)
	case Spread:
		return p.check(slots)
	}
	return fmt.Errorf("has no plaintext, or that of a matrix")
}

func plainAttrs(p Plaintext) []text.Attr {
	if s, ok := p.(Spread); ok {
		return append([]text.Attr{{Key: "spread", Value: text.Blob(s.Values)}}, s.where()...)
	}
	return []text.Attr{{Key: "plain", Value: text.Blob(p.(Plain))}}
}

// where are the attributes that say which slots the numbers are for.
func (s Spread) where() []text.Attr {
	return []text.Attr{{Key: "layout", Value: s.Layout.String()}, {Key: "ct", Value: s.Ct}, {Key: "first", Value: s.First}}
}

func readPlain(a *text.Attrs) (Plaintext, error) {
	if !a.Has("spread") {
		return Plain(a.Blob("plain")), nil
	}
	s, err := readWhere(a)
	s.Values = a.Blob("spread")
	return s, err
}

func readWhere(a *text.Attrs) (s Spread, err error) {
	s.Layout, err = ParseLayout(a.String("layout"))
	s.Ct, s.First = a.Int("ct"), a.Int("first")
	return s, err
}
