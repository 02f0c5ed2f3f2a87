package codec

import (
	"crypto/rand"
	"encoding/binary"
	"math"
)

// release makes of decrypted values what may leave the client: flooded if the plan says so, and on the plan's
// grid. Everything that is shown is computed from what it gives.
func (c *Codec) release(x []float64) []float64 {
	if c.raw {
		return x
	}
	out := make([]float64, len(x))
	for k, v := range x {
		if d := c.plan.Flooding.Deviation; d > 0 {
			v += d * gaussian()
		}
		out[k] = c.plan.Rounded(v)
	}
	return out
}

// gaussian draws from the standard normal distribution, by Box and Muller's transform of two numbers of 53
// bits. That its values are floating-point numbers cannot be seen after rounding to the plan's grid, which is
// coarser by far.
func gaussian() float64 {
	var b [16]byte
	rand.Read(b[:]) // does not fail
	u := float64(binary.LittleEndian.Uint64(b[:8])>>11+1) / (1 << 53)
	v := float64(binary.LittleEndian.Uint64(b[8:])>>11) / (1 << 53)
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}
