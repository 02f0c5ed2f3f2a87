package planning

import (
	"math"

	"hecc/ir/he"
	"hecc/ir/params"
)

// rule says how a candidate chooses scales, all in bits.
type rule struct {
	input     float64 // scale of the input
	waterline float64 // scale after a rescale
	plain     float64 // scale of plaintexts where no rescale follows
	least     float64 // rescale as soon as a prime of this size fits
}

// chain is a modulus chain before its primes are known.
type chain struct {
	rule
	rescale []float64 // by depth: bits of the prime that a product of this depth is divided by; 0: none
	base    float64   // bits of the moduli that are left at the end
}

// buildChain walks through the depths and decides after which to rescale. It reports
// false where a prime would have to be larger than the backend takes.
func (s *structure) buildChain(r rule, minBits float64) (chain, bool) {
	ch := chain{rule: r, rescale: make([]float64, s.maxDepth()+1)}
	scale := make([]float64, s.maxDepth()+1)
	scale[0] = r.input
	for d := 1; d <= s.maxDepth(); d++ {
		raw := s.rawScale(d, scale, r.plain)
		bits := raw - r.waterline
		scale[d] = raw
		if bits >= max(r.least, minBits) {
			if bits > params.MaxPrimeBits {
				return chain{}, false
			}
			ch.rescale[d], scale[d] = bits, r.waterline
		}
	}
	return ch, true
}

// rawScale is the scale of the products of one depth: the least of those of two
// ciphertexts, which cannot be chosen, or else what the plaintexts make of it.
func (s *structure) rawScale(d int, scale []float64, plain float64) float64 {
	raw := math.Inf(1)
	for _, v := range s.c.Values {
		if _, ok := v.Op.(he.Mul); ok && s.depth[v.ID] == d {
			raw = min(raw, scale[s.depth[v.In[0].ID]]+scale[s.depth[v.In[1].ID]])
		}
	}
	if math.IsInf(raw, 1) {
		return scale[d-1] + plain
	}
	return raw
}

// moduli are the numbers that a chain stands for: powers of two while searching, primes in the end.
type moduli struct {
	rescale []float64 // by depth, 0 where there is no rescale
	base    int       // how many moduli are left at the end
	top     int       // highest level
}

func (ch chain) ideal() moduli {
	m := moduli{rescale: make([]float64, len(ch.rescale)), base: ch.baseCount()}
	m.top = m.base - 1
	for d, bits := range ch.rescale {
		if bits > 0 {
			m.rescale[d] = math.Exp2(bits)
			m.top++
		}
	}
	return m
}

// baseCount is how many moduli hold the result.
func (ch chain) baseCount() int { return max(1, int(math.Ceil(ch.base/params.MaxPrimeBits))) }

// rawLevel is the level of a product of depth d before it is rescaled.
func (m moduli) rawLevel(d int) int {
	level := m.top
	for _, q := range m.rescale[:d] {
		if q > 0 {
			level--
		}
	}
	return level
}
