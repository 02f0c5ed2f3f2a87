package eval

import (
	"slices"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// A matrix is a run of weighted sums of the same operands by numbers, as batches have them:
// one for each element of a layer. Computed one by one, every sum would read all operands
// from memory again; the matrix computes all sums on a part of the coefficients that fits
// the cache, then on the next part.
type matrix struct {
	sums []*weighted
	in   []ciphertext
	outs []ciphertext
}

// matrices replaces runs of sums among a worker's kernels. Values are the circuit's, operands
// and results those that the kernels are bound to.
func (s *Session) matrices(w *worker, in [][]ciphertext, outs []ciphertext) {
	values := s.plan.Circuit.Values
	for first := 0; first < len(values); {
		m := matrix{in: in[first]}
		end := first
		for ; end < len(values) && sameOperands(values[first], values[end]); end++ {
			op, ok := s.operations[end].(*weighted)
			if !ok || len(op.weights[0]) != kernel.Lanes*len(values[end].In) {
				break
			}
			m.sums, m.outs = append(m.sums, op), append(m.outs, outs[end])
		}
		if len(m.sums) > 1 && !m.overlaps() {
			w.kernels[first] = m.steps()
			for k := first + 1; k < end; k++ {
				w.kernels[k] = nil
			}
		}
		first = max(end, first+1)
	}
}

func sameOperands(a, b *he.Value) bool { return a.Level == b.Level && slices.Equal(a.In, b.In) }

// overlaps says whether a result has the buffer of an operand that a later sum still reads.
func (m *matrix) overlaps() bool {
	operand := map[*uint64]bool{}
	for _, ct := range m.in {
		for _, half := range ct {
			operand[&half[0][0]] = true
		}
	}
	return slices.ContainsFunc(m.outs, func(ct ciphertext) bool {
		return slices.ContainsFunc(ct, func(half poly) bool { return operand[&half[0][0]] })
	})
}

// cacheBytes is how much of the operands is treated at once: half of a core's second-level cache.
const cacheBytes = 1 << 19

// steps has one task for each half and limb.
func (m *matrix) steps() []step {
	n := len(m.outs[0][0][0])
	part := kernel.Lanes
	for 2*part <= n && 2*part*8*len(m.in) <= cacheBytes {
		part *= 2
	}
	return eachLimb(m.outs[0], func(half, limb int, _ []uint64) {
		sources, zero := make([][]uint64, len(m.in)), make([]uint64, part)
		for from := 0; from < n; from += part {
			for e, ct := range m.in {
				if sources[e] = zero; half < len(ct) {
					sources[e] = ct[half][limb][from : from+part]
				}
			}
			for k, op := range m.sums {
				op.rings[limb].DotPart(m.outs[k][half][limb][from:from+part], sources, op.weights[limb])
			}
		}
	})
}
