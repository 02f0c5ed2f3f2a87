package eval

import (
	"context"
	"slices"
	"time"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/ir/he"
	"hecc/runtime/wire"
)

// Tracer gets a copy of each value of a run as soon as it is made, before its buffer is used again: the
// ciphertext at the value's level, or nil if the value is never made (he.Division). Who has the secret key can
// decrypt it; this package cannot.
type Tracer func(v *he.Value, took time.Duration, ct *wire.Ciphertext)

// Trace computes one run of a request, as RunOne does, and hands out every value. What copies take is in no
// operation's time. Errors are as those of Run.
func (s *Session) Trace(ctx context.Context, request *wire.Request, run int, tracer Tracer) ([]wire.Ciphertext, error) {
	var divisions he.Divisions
	return s.observed(ctx, request, run, func(w *worker, v *he.Value, took time.Duration) {
		if divisions == nil {
			divisions = s.model.plan.Circuit.Divisions()
		}
		tracer(v, took, w.copyOf(v, divisions[v.ID]))
	})
}

// copyOf is a value as it stands in its buffer, or in the request if it is streamed.
func (w *worker) copyOf(v *he.Value, d he.Division) *wire.Ciphertext {
	held := w.values[v.ID]
	if d.Rescale != nil {
		return nil
	}
	if held == nil {
		return w.copyOfInput(v)
	}
	ct := &wire.Ciphertext{C0: w.divided(held[0], v.Level, d), C1: clonePoly(held[1])}
	if len(held) > 2 {
		ct.C2 = clonePoly(held[2])
	}
	return ct
}

// divided copies a half; one that is still modulo QP it divides by P.
func (w *worker) divided(half poly, level int, d he.Division) poly {
	x := clonePoly(half)
	if !d.Deferred {
		return x
	}
	out := w.newPoly(level)
	apart := &worker{chain: w.chain, arena: newArena()} // w's own scratch memory belongs to its kernels
	steps := apart.divide(x, w.chain.p, extensionKey{level, fromSpecial}).modDown(out)
	for _, task := range slices.Concat(steps...) {
		task()
	}
	return out
}

// copyOfInput takes a streamed input from the request.
func (w *worker) copyOfInput(v *he.Value) *wire.Ciphertext {
	index := v.Op.(he.Input).Index
	in := w.inputs()[index]
	ct := &wire.Ciphertext{C0: clonePoly(in.C0)}
	if !w.request.Seeded {
		ct.C1 = clonePoly(in.C1)
		return ct
	}
	ct.C1 = w.newPoly(v.Level)
	w.chain.Uniform(w.request.Seed, w.item(index)).Read(v.Level, -1, ringqp.Poly{Q: ring.Poly{Coeffs: ct.C1}})
	return ct
}

func (w *worker) newPoly(level int) poly {
	out := make(poly, level+1)
	for limb := range out {
		out[limb] = make([]uint64, w.chain.N())
	}
	return out
}
