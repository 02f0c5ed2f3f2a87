package he

import "fmt"

// slotState is what the verifier knows of a slot without knowing the input.
type slotState uint8

const (
	zeroSlot  slotState = iota // holds zero, whatever the input
	cleanSlot                  // follows from elements of the input
	dirtySlot                  // follows from a slot that nobody may read
)

// verifySlots follows dirty slots and zeros through the circuit. No element of the output
// may stand in a dirty slot, and where the output's layout promises zeros there must be zeros.
func (c *Circuit) verifySlots() error {
	states := make([][]slotState, len(c.Values))
	last := c.LastUse()
	for _, v := range c.Values {
		if err := v.Op.Meaning().complete(); err != nil {
			return fmt.Errorf("%%%d %s: %w", v.ID, v.Op.Name(), err)
		}
		states[v.ID] = c.slotStates(v, states)
		for _, in := range append(v.In[:len(v.In):len(v.In)], v) {
			if last[in.ID] == v.ID {
				states[in.ID] = nil // bounds the memory for long circuits
			}
		}
	}
	for ct, v := range c.Outputs {
		elements := c.Output.Elements(ct)
		for t, s := range states[v.ID] {
			element := elements[t]
			if element != Empty && s == dirtySlot {
				return fmt.Errorf("output element %d stands in slot %d of %%%d, which is dirty", element, t, v.ID)
			}
			if element == Empty && s != zeroSlot && !c.Output.Dirty {
				return fmt.Errorf("slot %d of output %%%d must be zero and is not", t, v.ID)
			}
		}
	}
	return nil
}

func (c *Circuit) slotStates(v *Value, states [][]slotState) []slotState {
	out := make([]slotState, c.Slots)
	switch m := v.Op.Meaning(); m.Kind {
	case Source:
		c.inputStates(m.Index, out)
	case Affine:
		termStates(m.Terms, v.In, states, out)
		if m.Offset != nil {
			offset := m.Offset.Dense(make([]float64, len(out)))
			for t := range out {
				if offset.At(t) != 0 {
					out[t] = max(out[t], cleanSlot)
				}
			}
		}
	case Product:
		x, y := states[v.In[0].ID], states[v.In[1].ID]
		for t := range out {
			if x[t] != zeroSlot && y[t] != zeroSlot {
				out[t] = max(x[t], y[t])
			}
		}
	default:
		panic(noKind(v.Op))
	}
	return out
}

func (c *Circuit) inputStates(ct int, out []slotState) {
	for t, element := range c.Input.Elements(ct) {
		switch {
		case element != Empty:
			out[t] = cleanSlot
		case c.Input.Dirty:
			out[t] = dirtySlot
		}
	}
}

func termStates(terms []Term, in []*Value, states [][]slotState, out []slotState) {
	var buf []float64
	mask := len(out) - 1
	for _, term := range terms {
		x, diag := states[in[term.Arg].ID], dense(term.Diag, &buf, len(out))
		for t := range out {
			if diag.At(t) != 0 {
				to := (t - term.Giant) & mask
				out[to] = max(out[to], x[(t+term.Baby)&mask])
			}
		}
	}
}
