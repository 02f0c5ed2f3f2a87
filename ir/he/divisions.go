package he

import "slices"

// Division says where the division by the special primes P is done that ends a key switch, if not at once and
// for both halves. It follows from who reads the value.
type Division struct {
	// Rescale is the sole reader of a key switch's result: both divisions are one, by P and a prime of Q, and
	// the value in between is never made.
	Rescale *Value

	// KeySwitch is that of a Rescale which is done together with a key switch.
	KeySwitch *Value

	// Deferred says that the first half stays as it is, modulo QP: the sole reader sums rotations of it modulo
	// QP too, and only decomposes the second half.
	Deferred bool
}

// Divisions has one for each value, by ID.
type Divisions []Division

// Divisions lists those of a planned circuit.
func (c *Circuit) Divisions() Divisions {
	out := make(Divisions, len(c.Values))
	for id, reader := range c.soleReaders() {
		v := c.Values[id]
		if reader == nil || !v.Op.KeySwitches().any() {
			continue
		}
		if _, ok := reader.Op.(Rescale); ok {
			out[id].Rescale, out[reader.ID].KeySwitch = reader, v
		}
		out[id].Deferred = len(reader.Op.KeySwitches().Rotations) > 0 && reader.Level == v.Level
	}
	return out
}

// ReadBy says whether an operation reads a half that is modulo QP.
func (d Divisions) ReadBy(v *Value) bool {
	return slices.ContainsFunc(v.In, func(x *Value) bool { return d[x.ID].Deferred })
}

// any says whether there are key switches.
func (k KeySwitches) any() bool { return len(k.Rotations) > 0 || k.Relins > 0 }

// soleReaders lists, by value ID, who reads a value if only one operation does, once, and nobody decrypts it.
func (c *Circuit) soleReaders() []*Value {
	out, reads := make([]*Value, len(c.Values)), make([]int, len(c.Values))
	for _, v := range c.Values {
		for _, in := range v.In {
			out[in.ID] = v
			reads[in.ID]++
		}
	}
	for _, v := range c.Outputs {
		reads[v.ID]++
		out[v.ID] = nil
	}
	for id, n := range reads {
		if n != 1 {
			out[id] = nil
		}
	}
	return out
}
