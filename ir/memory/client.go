package memory

import "hecc/ir/he"

// clientBytes is the memory of a client: rings, the secret key and the encoder, and the largest of one key
// that is made (each further core makes another) and one encrypted run.
func clientBytes(c *he.Circuit) int64 {
	p := c.Params
	poly := 8 * int64(p.N())
	all := int64(limbs(p, p.MaxLevel()))
	held := all * (2*ringBytes(p) + poly) // of hecc, and of the library that makes keys
	held += encoderBytes * int64(p.Slots())

	keys, making := c.KeysNeeded(), int64(0)
	if keys.Relin != he.NoKey {
		making = keyBytes(p, keys.Relin)
	}
	for _, k := range keys.Rotations {
		making = max(making, keyBytes(p, k.Level))
	}
	if making > 0 { // the library's generator has rooms of its own
		making += poly * int64(2*len(p.Q)+3*len(p.P)+2*limbs(p, p.MaxLevel()))
	}
	inputs := 0
	for _, v := range c.Values {
		if _, ok := v.Op.(he.Input); ok {
			inputs += 2 * (v.Level + 1)
		}
	}
	return held + max(making, poly*int64(inputs))
}

// encoderBytes is the memory of an encoder for each slot: four complex roots of unity, and a power of five.
const encoderBytes = 4*16 + 8
