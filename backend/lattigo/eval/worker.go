package eval

import (
	"context"
	"time"

	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/runtime/wire"
)

// worker has the buffers of one run and the operations bound to them. Whose run it is changes: keys and
// request are set for each.
type worker struct {
	chain   *chain
	arena   *arena
	team    team
	values  []ciphertext
	zero    []uint64    // the half that an operand of lower degree lacks
	kernels [][]taskSet // by value
	outputs []ciphertext

	keys    [][][]uint64 // the session's, by holding and limb
	request *wire.Request
	index   int       // of the run
	at      *he.Value // what runs
}

// newWorker allocates buffers and binds the operations to them.
func (m *Model) newWorker(ctx context.Context) (*worker, error) {
	values := m.plan.Circuit.Values
	w := &worker{chain: m.chain, arena: newArena(), zero: make([]uint64, m.chain.N()), at: values[0]}
	return w, recovered(&w.at, func() error {
		w.values = allocate(m.buffers, m.plan.Circuit, m.chain.N())
		for _, v := range values {
			if err := ctx.Err(); err != nil {
				return err
			}
			w.at = v
			w.kernels = append(w.kernels, w.bind(m, v))
		}
		for _, v := range m.plan.Circuit.Outputs {
			w.outputs = append(w.outputs, w.values[v.ID])
		}
		return nil
	})
}

// bind gives the steps of one operation.
func (w *worker) bind(m *Model, v *he.Value) []taskSet {
	w.arena.reset()
	if x := m.matrices[v.ID]; x != nil {
		return x.bind(w, w.values)
	}
	if m.operations[v.ID] == nil {
		return nil
	}
	in := make([]ciphertext, len(v.In))
	for k, x := range v.In {
		in[k] = w.values[x.ID]
		if level := operandLevel(v); level < x.Level {
			in[k] = cut(in[k], level)
		}
	}
	return m.operations[v.ID].bind(w, in, w.values[v.ID])
}

// allocate makes one worker's buffers and gives each value its view.
func allocate(b memory.Buffers, c *he.Circuit, n int) []ciphertext {
	blocks := make([]poly, len(b.Sizes))
	for k, limbs := range b.Sizes {
		for range limbs {
			blocks[k] = append(blocks[k], make([]uint64, memory.Stride(n))[:n])
		}
	}
	values := make([]ciphertext, len(c.Values))
	for _, v := range c.Values {
		if b.Of[v.ID] == memory.NoBuffer {
			continue
		}
		block := blocks[b.Of[v.ID]]
		for _, limbs := range b.Limbs[v.ID] {
			values[v.ID], block = append(values[v.ID], block[:limbs:limbs]), block[limbs:]
		}
	}
	return values
}

// bytes is the memory of the buffers.
func (w *worker) bytes(b memory.Buffers) int64 {
	return 8*int64(len(w.zero)) + w.arena.bytes() + b.Bytes(w.chain.N())
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

// workerObserver sees the worker after each operation, while the buffers of the operation's result and operands
// still hold them.
type workerObserver func(w *worker, v *he.Value, took time.Duration)

// run computes one run of a request. Nothing is begun once ctx is done.
func (w *worker) run(ctx context.Context, values []*he.Value, observe workerObserver) ([]wire.Ciphertext, error) {
	for i, kernel := range w.kernels {
		w.at = values[i]
		start := time.Now()
		for _, s := range kernel {
			w.team.run(ctx, s)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if observe != nil {
			observe(w, values[i], time.Since(start))
		}
	}
	out := make([]wire.Ciphertext, len(w.outputs))
	for k, ct := range w.outputs {
		out[k] = wire.Ciphertext{C0: clonePoly(ct[0]), C1: clonePoly(ct[1])}
		if len(ct) > 2 {
			out[k].C2 = clonePoly(ct[2])
		}
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
