package eval

import "hecc/ir/he"

// buffers assigns a buffer to every value, the same to values that never live at the same time.
type buffers struct {
	of    []int // by value ID
	sizes []int // limbs of each buffer: three halves at its highest level
}

// assign walks the circuit in order. A result never shares its operands' buffers.
func assign(c *he.Circuit) buffers {
	b := buffers{of: make([]int, len(c.Values))}
	last := c.LastUse()
	var free []int
	for _, v := range c.Values {
		if len(free) == 0 {
			free = append(free, len(b.sizes))
			b.sizes = append(b.sizes, 0)
		}
		k := free[len(free)-1]
		free = free[:len(free)-1]
		b.of[v.ID] = k
		b.sizes[k] = max(b.sizes[k], (v.Degree+1)*(v.Level+1))
		dead := map[int]bool{}
		for _, in := range v.In {
			if last[in.ID] == v.ID && !dead[in.ID] {
				dead[in.ID] = true
				free = append(free, b.of[in.ID])
			}
		}
		if last[v.ID] == v.ID { // nobody reads it
			free = append(free, k)
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
		block := blocks[b.of[v.ID]]
		for half := range v.Degree + 1 {
			values[v.ID] = append(values[v.ID], block[half*(v.Level+1):(half+1)*(v.Level+1)])
		}
	}
	return values
}
