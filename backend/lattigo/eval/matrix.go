package eval

import (
	"context"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/memory"
)

// A matrix is a run of weighted sums by numbers, as batches have them: one for each element of a layer.
// Computed one by one, every sum would read all operands from memory again; the matrix computes all sums on a
// part of the coefficients that fits the cache, then on the next part.
//
// Inputs that nothing else reads are streamed: each part of them is taken from the request when its turn
// comes, so that memory does not grow with the number of elements.
type matrix struct {
	*memory.Matrix
	chunks []chunk
}

// chunk is the weights of some consecutive operands, for each limb.
type chunk struct {
	first, end int
	weights    []*kernel.Matrix
}

// prepare encodes the weights.
func (m *matrix) prepare(ctx context.Context, rings []*kernel.Ring) error {
	position := map[*he.Value]int{}
	for k, in := range m.Operands {
		position[in] = k
	}
	for first := 0; first < len(m.Operands); first += memory.ChunkOperands {
		end := min(first+memory.ChunkOperands, len(m.Operands))
		m.chunks = append(m.chunks, chunk{first, end, make([]*kernel.Matrix, m.Rows[0].Level+1)})
	}
	return parallel(ctx, m.Rows[0].Level+1, func(limb int) error {
		dense := make([][]uint64, len(m.Rows))
		for k, v := range m.Rows {
			dense[k] = make([]uint64, len(m.Operands))
			for _, t := range memory.Numbers(v) {
				in := v.In[t.Arg]
				x, _ := he.Number(t.Diag)
				dense[k][position[in]] = encodeScalar(x*(v.Scale/in.Scale), rings[limb].Modulus)
			}
		}
		for i, c := range m.chunks {
			part := make([][]uint64, len(dense))
			for k, row := range dense {
				part[k] = row[c.first:c.end]
			}
			m.chunks[i].weights[limb] = rings[limb].NewMatrix(part)
		}
		return nil
	})
}

// bytes is the memory of the weights.
func (m *matrix) bytes() (total int64) {
	for _, c := range m.chunks {
		for _, w := range c.weights {
			total += w.Bytes()
		}
	}
	return total
}

// bind gives the matrix a worker's buffers; values has those of the circuit.
func (m *matrix) bind(w *worker, values []ciphertext) []taskSet {
	stream := m.stream(w)
	var steps []taskSet
	for i, c := range m.chunks {
		if m.Streamed {
			steps = append(steps, m.load(w, c, stream))
		}
		steps = append(steps, m.multiply(w, values, i, stream))
	}
	return steps
}

// stream makes room for the uniform halves of one chunk of inputs.
func (m *matrix) stream(w *worker) []poly {
	if !m.Streamed {
		return nil
	}
	room := make([]poly, min(memory.ChunkOperands, len(m.Operands)))
	for e := range room {
		room[e] = w.arena.poly(w.chain.N(), m.Rows[0].Level+1)
	}
	return room
}

// load expands the uniform halves of a chunk of inputs.
func (m *matrix) load(w *worker, c chunk, stream []poly) taskSet {
	var tasks taskSet
	for e, in := range m.Operands[c.first:c.end] {
		index := in.Op.(he.Input).Index
		tasks = append(tasks, func() {
			if w.request.Seeded {
				w.chain.Uniform(w.request.Seed, w.item(index)).Read(m.Rows[0].Level, -1, ringqp.Poly{Q: ring.Poly{Coeffs: stream[e]}})
			}
		})
	}
	return tasks
}

// multiply adds the products with one chunk to all rows; the first chunk starts them.
func (m *matrix) multiply(w *worker, values []ciphertext, i int, stream []poly) taskSet {
	c, n := m.chunks[i], w.chain.N()
	var tasks taskSet
	for half := range m.Rows[0].Degree + 1 {
		for limb, weights := range c.weights {
			outs := make([][]uint64, len(m.Rows))
			for k, v := range m.Rows {
				outs[k] = values[v.ID][half][limb]
			}
			for part := range gatherParts {
				from, to := n*part/gatherParts, n*(part+1)/gatherParts
				sources, scratch := make([][]uint64, c.end-c.first), w.arena.block(weights.Scratch())
				tasks = append(tasks, func() {
					for e, in := range m.Operands[c.first:c.end] {
						switch {
						case m.Streamed:
							sources[e] = streamedHalf(w, in, half, limb, stream[e])
						case half < len(values[in.ID]):
							sources[e] = values[in.ID][half][limb]
						default:
							sources[e] = w.zero
						}
					}
					weights.Multiply(outs, sources, from, to, i > 0, scratch)
					clear(sources) // a worker that waits holds nobody's ciphertexts
				})
			}
		}
	}
	return tasks
}

// streamedHalf is a limb of an input of the request, or of its expanded uniform half.
func streamedHalf(w *worker, in *he.Value, half, limb int, expanded poly) []uint64 {
	ct := w.inputs()[in.Op.(he.Input).Index]
	switch {
	case half == 0:
		return ct.C0[limb]
	case w.request.Seeded:
		return expanded[limb]
	}
	return ct.C1[limb]
}
