package eval

import "hecc/ir/he"

// buffers assigns a buffer to every value, the same to values that never live at the same time.
type buffers struct {
	of    []int // by value ID
	sizes []int // limbs of each buffer: three halves at its highest level
}

// noBuffer stands for the buffer of an input that is streamed.
const noBuffer = -1

// assign walks the circuit in order. A result never shares its operands' buffers, nor any row of a matrix
// those of the matrix's operands.
func assign(c *he.Circuit, matrices map[int]*matrix) buffers {
	b := buffers{of: make([]int, len(c.Values))}
	last := c.LastUse()
	for _, m := range matrices {
		end := m.rows[len(m.rows)-1].ID
		for _, v := range append(m.rows[:len(m.rows):len(m.rows)], m.operands...) {
			last[v.ID] = max(last[v.ID], end)
		}
		for _, in := range m.operands {
			if m.streamed {
				b.of[in.ID] = noBuffer
			}
		}
	}
	dying := make([][]int, len(c.Values)+1) // by the last operation that reads a value
	for id, at := range last {
		dying[at] = append(dying[at], id)
	}
	var free []int
	for _, v := range c.Values {
		if b.of[v.ID] == noBuffer {
			continue
		}
		if len(free) == 0 {
			free = append(free, len(b.sizes))
			b.sizes = append(b.sizes, 0)
		}
		k := free[len(free)-1]
		free = free[:len(free)-1]
		b.of[v.ID] = k
		b.sizes[k] = max(b.sizes[k], (v.Degree+1)*(v.Level+1))
		for _, id := range dying[v.ID] { // itself, if nobody reads it
			if b.of[id] != noBuffer {
				free = append(free, b.of[id])
			}
		}
	}
	return b
}

// allocate makes one worker's buffers and gives each value its view.
func (b buffers) allocate(c *he.Circuit, n int) []ciphertext {
	blocks := make([]poly, len(b.sizes))
	for k, limbs := range b.sizes {
		for range limbs {
			blocks[k] = append(blocks[k], make([]uint64, stride(n))[:n])
		}
	}
	values := make([]ciphertext, len(c.Values))
	for _, v := range c.Values {
		if b.of[v.ID] == noBuffer {
			continue
		}
		block := blocks[b.of[v.ID]]
		for half := range v.Degree + 1 {
			values[v.ID] = append(values[v.ID], block[half*(v.Level+1):(half+1)*(v.Level+1)])
		}
	}
	return values
}

// bytes is the memory of one worker's buffers.
func (b buffers) bytes(n int) (total int64) {
	for _, limbs := range b.sizes {
		total += 8 * int64(limbs) * int64(stride(n))
	}
	return total
}
