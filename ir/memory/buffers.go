package memory

import "hecc/ir/he"

// Buffers assigns a buffer to every value, the same to values that never live at the same time.
type Buffers struct {
	Of    []int // by value ID
	Sizes []int // limbs of each buffer: three halves at its highest level
}

// NoBuffer stands for the buffer of an input that is streamed.
const NoBuffer = -1

// AssignBuffers walks the circuit in order. A result never shares its operands' buffers, nor any row of a
// matrix those of the matrix's operands.
func AssignBuffers(c *he.Circuit, matrices map[int]*Matrix) Buffers {
	b := Buffers{Of: make([]int, len(c.Values))}
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
		dying[at] = append(dying[at], id)
	}
	var free []int
	for _, v := range c.Values {
		if b.Of[v.ID] == NoBuffer {
			continue
		}
		if len(free) == 0 {
			free = append(free, len(b.Sizes))
			b.Sizes = append(b.Sizes, 0)
		}
		k := free[len(free)-1]
		free = free[:len(free)-1]
		b.Of[v.ID] = k
		b.Sizes[k] = max(b.Sizes[k], (v.Degree+1)*(v.Level+1))
		for _, id := range dying[v.ID] { // itself, if nobody reads it
			if b.Of[id] != NoBuffer {
				free = append(free, b.Of[id])
			}
		}
	}
	return b
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
