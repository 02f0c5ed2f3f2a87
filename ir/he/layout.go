package he

import "fmt"

// Layout says which slot of which ciphertext holds which element of a value.
//
// Ciphertext c holds the elements from c*PerCt on. Inside it, slot t stands in
// block t/Block at place p = t mod Block, and holds element (p/Stride + Shift*(t/Block)) mod Mod
// if p is a multiple of Stride and that element exists. So a vector may be repeated
// (Block < Slots), spread out (Stride > 1), or repeated with each copy rotated
// further than the one before (Shift > 0).
type Layout struct {
	Size   int  `json:"size"` // elements of the value
	Slots  int  `json:"slots"`
	PerCt  int  `json:"per_ct"`
	Block  int  `json:"block"`
	Stride int  `json:"stride"`
	Shift  int  `json:"shift"`
	Mod    int  `json:"mod"`
	Dirty  bool `json:"dirty"` // slots without an element may hold anything; else they hold zero
}

// Empty is what Element returns for a slot without an element.
const Empty = -1

// Periodic repeats a vector with the least power of two as its period; a vector
// longer than the slots takes several ciphertexts.
func Periodic(size, slots int) Layout {
	period := min(CeilPow2(size), slots)
	return Layout{Size: size, Slots: slots, PerCt: period, Block: period, Stride: 1, Mod: period}
}

// CeilPow2 is the least power of two that is at least n.
func CeilPow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

// Cts is the number of ciphertexts.
func (l Layout) Cts() int { return (l.Size + l.PerCt - 1) / l.PerCt }

// Element is the element that a slot of ciphertext ct holds, or Empty.
func (l Layout) Element(ct, slot int) int {
	p := slot % l.Block
	if p%l.Stride != 0 {
		return Empty
	}
	e := (p/l.Stride + l.Shift*(slot/l.Block)) % l.Mod
	if e >= l.PerCt || ct*l.PerCt+e >= l.Size {
		return Empty
	}
	return ct*l.PerCt + e
}

// Full says whether every slot of every ciphertext holds an element.
func (l Layout) Full() bool {
	for ct := range l.Cts() {
		for t := range l.Slots {
			if l.Element(ct, t) == Empty {
				return false
			}
		}
	}
	return true
}

// Find lists the first place of every element as ct*Slots+slot.
func (l Layout) Find() ([]int, error) {
	at := make([]int, l.Size)
	for i := range at {
		at[i] = Empty
	}
	for ct := range l.Cts() {
		for t := range l.Slots {
			if e := l.Element(ct, t); e != Empty && at[e] == Empty {
				at[e] = ct*l.Slots + t
			}
		}
	}
	for e, place := range at {
		if place == Empty {
			return nil, fmt.Errorf("layout %v holds element %d nowhere", l, e)
		}
	}
	return at, nil
}

// Pack fills the slots of every ciphertext with the elements of x, zero elsewhere.
func (l Layout) Pack(x []float64) [][]float64 {
	cts := make([][]float64, l.Cts())
	for ct := range cts {
		cts[ct] = make([]float64, l.Slots)
		for t := range cts[ct] {
			if e := l.Element(ct, t); e != Empty {
				cts[ct][t] = x[e]
			}
		}
	}
	return cts
}

// Unpack reads the elements back from their first places.
func (l Layout) Unpack(cts [][]float64) ([]float64, error) {
	at, err := l.Find()
	if err != nil {
		return nil, err
	}
	x := make([]float64, l.Size)
	for e, place := range at {
		x[e] = cts[place/l.Slots][place%l.Slots]
	}
	return x, nil
}

// MaxLanes bounds the samples of a ciphertext.
const MaxLanes = 1 << 17

// maxCts bounds the ciphertexts of one value.
const maxCts = 1 << 12

// Check rejects a layout that makes no sense.
func (l Layout) Check() error {
	type numbers Layout // prints without String, which divides by them
	for _, n := range []int{l.Size, l.Slots, l.PerCt, l.Block, l.Stride, l.Mod} {
		if n < 1 || n > 1<<27 {
			return fmt.Errorf("layout %+v: number out of range", numbers(l))
		}
	}
	if l.Slots&(l.Slots-1) != 0 || l.Slots > 1<<17 || l.Slots%l.Block != 0 || l.Shift < 0 || l.Shift > l.Mod || l.Cts() > maxCts {
		return fmt.Errorf("layout %v does not fit its slots", l)
	}
	first := l // all ciphertexts have the same places
	if first.Size = min(l.Size, l.PerCt); first.Size > l.Slots {
		return fmt.Errorf("layout %v holds more elements than slots", l)
	}
	_, err := first.Find()
	return err
}

// String is short: what inspect shows.
func (l Layout) String() string {
	s := fmt.Sprintf("%d in %d×%d, block %d", l.Size, l.Cts(), l.Slots, l.Block)
	if l.Stride != 1 {
		s += fmt.Sprintf(", stride %d", l.Stride)
	}
	if l.Shift != 0 {
		s += fmt.Sprintf(", shift %d mod %d", l.Shift, l.Mod)
	}
	if l.Dirty {
		s += ", dirty"
	}
	return s
}
