package memory

import (
	"slices"

	"hecc/ir/he"
)

// Buffers assigns a buffer to every value, the same to values that never live at the same time.
type Buffers struct {
	Of    []int   // by value ID
	Limbs [][]int // of each half of a value, by value ID
	Sizes []int   // limbs of each buffer: those of the largest value
}

// NoBuffer stands for the buffer of an input that is streamed.
const NoBuffer = -1

// AssignBuffers walks the circuit in order. A result never shares its operands' buffers, nor any row of a
// matrix those of the matrix's operands. A key switch that is divided together with its Rescale writes that
// one's result.
func AssignBuffers(c *he.Circuit, matrices map[int]*Matrix) Buffers {
	b, divisions := Buffers{Of: make([]int, len(c.Values))}, c.Divisions()
	for _, v := range c.Values {
		b.Limbs = append(b.Limbs, limbsOf(v, divisions[v.ID], len(c.Params.P)))
	}
	last := c.LastUse()
	for _, m := range matrices {
		end := m.Rows[len(m.Rows)-1].ID
		for _, v := range append(m.Rows[:len(m.Rows):len(m.Rows)], m.Operands...) {
			last[v.ID] = max(last[v.ID], end)
		}
		for _, in := range m.Operands {
			if m.Streamed {
				b.Of[in.ID] = NoBuffer
			}
		}
	}
	dying := make([][]int, len(c.Values)+1) // by the last operation that reads a value
	for id, at := range last {
		if divisions[id].Rescale == nil {
			dying[at] = append(dying[at], id)
		}
	}
	var free []int
	for _, v := range c.Values {
		if b.Of[v.ID] == NoBuffer {
			continue
		}
		if first := divisions[v.ID].KeySwitch; first != nil {
			b.Of[v.ID] = b.Of[first.ID]
		} else {
			free = b.take(v.ID, free)
		}
		for _, id := range dying[v.ID] { // itself, if nobody reads it
			if b.Of[id] != NoBuffer {
				free = append(free, b.Of[id])
			}
		}
	}
	return b
}

// take gives a value the last of the free buffers, or a new one.
func (b *Buffers) take(id int, free []int) []int {
	if len(free) == 0 {
		free = append(free, len(b.Sizes))
		b.Sizes = append(b.Sizes, 0)
	}
	k, size := free[len(free)-1], 0
	for _, limbs := range b.Limbs[id] {
		size += limbs
	}
	b.Of[id], b.Sizes[k] = k, max(b.Sizes[k], size)
	return free[:len(free)-1]
}

// limbsOf counts the limbs of each half of a value, as it is held.
func limbsOf(v *he.Value, d he.Division, special int) []int {
	level := v.Level
	if d.Rescale != nil {
		level = d.Rescale.Level
	}
	out := slices.Repeat([]int{level + 1}, v.Degree+1)
	if d.Deferred {
		out[0] += special
	}
	return out
}

// Bytes is the memory of one run's buffers in a ring of degree n.
func (b Buffers) Bytes(n int) (total int64) {
	for _, limbs := range b.Sizes {
		total += 8 * int64(limbs) * int64(Stride(n))
	}
	return total
}

// Stride is the distance of two polynomials: a little more than N, lest they share cache sets.
func Stride(n int) int { return n + 72 }
