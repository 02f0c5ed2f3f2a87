package planning

import (
	"math"

	"hecc/ir/he"
	"hecc/ir/params"
)

// chain is a choice of scales and of the sizes of the moduli, all in bits.
type chain struct {
	input   float64   // scale of the input
	plain   []float64 // by depth: scale of plaintexts where every product is by a plaintext
	rescale []float64 // by depth: size of the modulus that products are divided by; 0: none
	scale   []float64 // by depth: scale after that; follows from the others
	base    float64   // bits of the moduli that are left at the end; follows too
	minBase int       // at least so many of them

	relinFirst bool // relinearise before rescaling
	keyless    bool // no key is used: results keep degree 2
}

// rule builds a chain: a value is rescaled to the waterline as soon as the modulus for that has at least
// `threshold` bits. Waterlines are those of EVA (Dathathri et al., 2020).
type rule struct {
	input, plain         float64
	waterline, threshold float64
	relinFirst           bool
}

// build walks through the depths and decides after which to rescale.
func (s *structure) build(r rule) chain {
	n := s.maxDepth() + 1
	ch := chain{input: r.input, plain: make([]float64, n), rescale: make([]float64, n), scale: make([]float64, n), relinFirst: r.relinFirst}
	ch.scale[0] = r.input
	for d := 1; d < n; d++ {
		ch.plain[d] = r.plain
		ch.scale[d] = s.rawScale(d, &ch)
		if bits := ch.scale[d] - r.waterline; bits >= r.threshold {
			ch.rescale[d], ch.scale[d] = bits, r.waterline
		}
	}
	return ch
}

// updateScales recomputes the scales of a chain and says whether there are such scales, and primes of the sizes that it
// asks for.
func (s *structure) updateScales(ch *chain, minBits float64) bool {
	ch.scale[0] = ch.input
	if ch.input < 0 {
		return false
	}
	for d := 1; d < len(ch.scale); d++ {
		ch.scale[d] = s.rawScale(d, ch) - ch.rescale[d]
		if r := ch.rescale[d]; r > 0 && (r < minBits || r > params.MaxPrimeBits || ch.scale[d] < leastScale) {
			return false
		}
	}
	return true
}

// leastScale is the least scale worth rescaling to, in bits.
const leastScale = 10

// rawScale is the scale of the products of one depth before they are rescaled. Products of two ciphertexts
// decide it, since theirs cannot be chosen (the least of them does); without such products, plaintexts do.
func (s *structure) rawScale(d int, ch *chain) float64 {
	raw := math.Inf(1)
	for _, m := range s.products[d] {
		raw = min(raw, ch.scale[m[0]]+ch.scale[m[1]])
	}
	if math.IsInf(raw, 1) {
		return ch.scale[d-1] + ch.plain[d]
	}
	return raw
}

// productDepths lists, by depth, the depths of the operands of the products of two ciphertexts.
func productDepths(c *he.Circuit, depth []int, maxDepth int) [][][2]int {
	out := make([][][2]int, maxDepth+1)
	for _, v := range c.Values {
		if v.Op.Rule().Scale == he.ScaleMultiplied {
			d := depth[v.ID]
			out[d] = append(out[d], [2]int{depth[v.In[0].ID], depth[v.In[1].ID]})
		}
	}
	return out
}

// moduli are the moduli of a chain as numbers: powers of two during the search, primes at the end.
type moduli struct {
	rescale []float64 // by depth, 0 where there is no rescale
	top     int       // highest level
}

func (ch *chain) ideal() moduli {
	m := moduli{rescale: make([]float64, len(ch.rescale)), top: ch.baseCount() - 1}
	for d, bits := range ch.rescale {
		if bits > 0 {
			m.rescale[d] = math.Exp2(bits)
			m.top++
		}
	}
	return m
}

// baseCount is how many moduli are left at the end, where the result is decrypted.
func (ch *chain) baseCount() int {
	return max(1, ch.minBase, int(math.Ceil(ch.base/params.MaxPrimeBits)))
}

// bits lists the sizes of the moduli, level 0 first.
func (ch *chain) bits() []float64 {
	n := ch.baseCount()
	var out []float64
	for range n {
		out = append(out, ch.base/float64(n))
	}
	for d := len(ch.rescale) - 1; d > 0; d-- {
		if ch.rescale[d] > 0 {
			out = append(out, ch.rescale[d])
		}
	}
	return out
}

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
