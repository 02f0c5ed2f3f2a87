package eval

import (
	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	lattigo "hecc/backend/lattigo/params"
)

// input takes a ciphertext of the request and samples its uniform half if that was seeded.
type input struct {
	index int
	level int
	rings *lattigo.Rings
}

func (op *input) bind(w *worker, _ []ciphertext, out ciphertext) []taskSet {
	return []taskSet{{func() {
		ct := w.inputs()[op.index]
		copyPoly(out[0], ct.C0)
		if !w.request.Seeded {
			copyPoly(out[1], ct.C1)
			return
		}
		op.rings.Uniform(w.request.Seed, w.item(op.index)).Read(op.level, -1, ringqp.Poly{Q: ring.Poly{Coeffs: out[1]}})
	}}}
}

func copyPoly(out, in poly) {
	for limb := range out {
		copy(out[limb], in[limb])
	}
}
