package memory

import (
	"crypto/sha256"
	"math/bits"

	"hecc/ir/he"
	"hecc/ir/params"
)

// KeyLevels lists the level of each evaluation key of a circuit, in the order of their file.
func KeyLevels(c *he.Circuit) (levels []int) {
	keys := c.KeysNeeded()
	if keys.Relin != he.NoKey {
		levels = append(levels, keys.Relin)
	}
	for _, k := range keys.Rotations {
		levels = append(levels, k.Level)
	}
	return levels
}

// keyFileHead is the bytes before the first key: the frame's head and the seed.
const keyFileHead = 76 + 32

// KeyFileBytes is the length of a file of evaluation keys at some levels, as package wire writes it: of each
// digit one half, with as many whole bytes for each coefficient as the prime needs.
func KeyFileBytes(p *params.Params, levels []int) int64 {
	total := int64(keyFileHead + sha256.Size)
	for _, level := range levels {
		width := 0
		for _, list := range [][]uint64{p.Q[:level+1], p.P} {
			for _, q := range list {
				width += (bits.Len64(q-1) + 7) / 8
			}
		}
		total += int64(p.Digits(level)) * int64(p.N()) * int64(width)
	}
	return total
}
