package eval

import (
	"context"
	"time"

	"hecc/ir/he"
	"hecc/runtime/wire"
)

// worker has the buffers of one run and the operations bound to them.
type worker struct {
	chain   *chain
	arena   *arena
	team    team
	kernels [][]step // by value
	outputs []ciphertext

	request *wire.Request
	index   int // of the run
}

func (s *Session) newWorker() *worker {
	w := &worker{chain: s.chain, arena: newArena()}
	values := s.buffers.allocate(s.plan.Circuit, s.chain.N())
	for i, v := range s.plan.Circuit.Values {
		w.arena.reset()
		var steps []step
		switch m := s.matrices[i]; {
		case m != nil:
			steps = m.bind(w, values)
		case s.operations[i] != nil:
			in := make([]ciphertext, len(v.In))
			for k, x := range v.In {
				in[k] = cut(values[x.ID], operandLevel(v))
			}
			steps = s.operations[i].bind(w, in, values[i])
		}
		w.kernels = append(w.kernels, steps)
	}
	for _, v := range s.plan.Circuit.Outputs {
		w.outputs = append(w.outputs, values[v.ID])
	}
	return w
}

// operandLevel is the level that an operation reads its operands at.
func operandLevel(v *he.Value) int {
	if v.Op.Rule().Level == he.LevelBelow {
		return v.Level + 1
	}
	return v.Level
}

// cut drops the limbs above a level.
func cut(ct ciphertext, level int) ciphertext {
	out := make(ciphertext, len(ct))
	for half := range ct {
		out[half] = ct[half][:level+1]
	}
	return out
}

// pairQP takes two polynomials modulo Q to a level and P from the arena.
func (w *worker) pairQP(level int) [2]poly {
	limbs := level + 1 + len(w.chain.Params.P)
	return [2]poly{w.arena.poly(w.chain.N(), limbs), w.arena.poly(w.chain.N(), limbs)}
}

// run computes one run of a request; at says all the time which operation runs. Nothing is begun once ctx is done.
func (w *worker) run(ctx context.Context, request *wire.Request, index int, values []*he.Value, at *int, observe Observer) ([]wire.Ciphertext, error) {
	w.request, w.index = request, index
	defer func() { w.request = nil }() // a worker that waits holds nobody's ciphertexts
	for i, kernel := range w.kernels {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		*at = i
		start := time.Now()
		for _, s := range kernel {
			w.team.run(s)
		}
		if observe != nil {
			observe(values[i], time.Since(start))
		}
	}
	out := make([]wire.Ciphertext, len(w.outputs))
	for k, ct := range w.outputs {
		out[k] = wire.Ciphertext{C0: clonePoly(ct[0]), C1: clonePoly(ct[1])}
	}
	return out, nil
}

// inputs are the ciphertexts of the run.
func (w *worker) inputs() []wire.Ciphertext { return w.request.Runs[w.index].Cts }

// item is the number of an input in the request's seed.
func (w *worker) item(input int) int { return w.index*len(w.inputs()) + input }

func clonePoly(p poly) poly {
	out := make(poly, len(p))
	for limb := range p {
		out[limb] = append([]uint64(nil), p[limb]...)
	}
	return out
}
