package params

import (
	"encoding/binary"
	"fmt"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"
	"github.com/tuneinsight/lattigo/v5/utils/sampling"
)

// Uniform samples the uniform halves of one item.
type Uniform struct {
	rings  *Rings
	stream sampling.PRNG
	buffer []byte
}

// Uniform starts at the first polynomial of an item.
func (r *Rings) Uniform(seed Seed, index int) Uniform {
	return Uniform{r, Stream(seed, index), make([]byte, r.N())}
}

// Read samples the next polynomial, modulo Q to level levelQ and P to levelP (-1 for none), as Lattigo's
// encryptor does: limb by limb, each coefficient by rejection of 8-byte big-endian numbers masked to the
// modulus' bits. Bytes are drawn from the stream N at a time, those left over at the end of the limbs of Q,
// and of P, are dropped.
func (u Uniform) Read(levelQ, levelP int, p ringqp.Poly) {
	u.read(u.rings.RingQ.SubRings[:levelQ+1], p.Q.Coeffs)
	u.read(u.rings.Special()[:levelP+1], p.P.Coeffs)
}

func (u Uniform) read(moduli []*ring.SubRing, limbs [][]uint64) {
	var left []byte
	for i, m := range moduli {
		for todo := limbs[i][:m.N]; len(todo) > 0; {
			if len(left) == 0 {
				left = u.refill()
			}
			n := min(len(todo), len(left)/8)
			todo = todo[accept(todo[:n], left, m.Modulus, m.Mask):]
			left = left[8*n:]
		}
	}
}

// accept puts those of the next len(out) numbers that are below q first in out and counts them. It writes
// all, and takes steps only for those, without a branch on what they are.
func accept(out []uint64, random []byte, q, mask uint64) (count int) {
	for i := range out {
		x := binary.BigEndian.Uint64(random[8*i:]) & mask
		out[count] = x
		count += int((x - q) >> 63) // both are below 2^63
	}
	return count
}

func (u Uniform) refill() []byte {
	if _, err := u.stream.Read(u.buffer); err != nil {
		panic(fmt.Sprintf("params: %v", err)) // a keystream does not fail
	}
	return u.buffer
}
