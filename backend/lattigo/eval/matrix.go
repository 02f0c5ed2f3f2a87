package eval

import (
	"context"
	"slices"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
)

// A matrix is a run of weighted sums by numbers, as batches have them: one for each element of a layer.
// Computed one by one, every sum would read all operands from memory again; the matrix computes all sums on a
// part of the coefficients that fits the cache, then on the next part.
//
// Inputs that nothing else reads are streamed: each part of them is taken from the request when its turn
// comes, so that memory does not grow with the number of elements.
type matrix struct {
	rows     []*he.Value
	operands []*he.Value
	chunks   []chunk
	streamed bool
}

// chunk is the weights of some consecutive operands, for each limb.
type chunk struct {
	first, end int
	weights    []*kernel.Matrix
}

const (
	chunkOperands = 128
	leastDensity  = 4 // at least one weight in so many must be there
)

// findMatrix looks for the longest matrix that starts with the first of some values; nil if there is none.
func findMatrix(values []*he.Value) *matrix {
	m, index, weights, first := &matrix{}, map[*he.Value]bool{}, 0, values[0]
	for _, v := range values {
		terms := numbers(v)
		depends := slices.ContainsFunc(v.In, func(in *he.Value) bool { return in.ID >= first.ID })
		if terms == nil || depends || v.Level != first.Level || v.Degree != first.Degree {
			break
		}
		var fresh []*he.Value
		for _, in := range v.In {
			if !index[in] {
				fresh = append(fresh, in)
			}
		}
		if leastDensity*(weights+len(terms)) < (len(m.rows)+1)*(len(m.operands)+len(fresh)) {
			break
		}
		for _, in := range fresh {
			index[in] = true
		}
		m.rows, m.operands, weights = append(m.rows, v), append(m.operands, fresh...), weights+len(terms)
	}
	if len(m.rows) < 2 {
		return nil
	}
	return m
}

// numbers are the terms of a sum of products with numbers, or nil.
func numbers(v *he.Value) []he.Term {
	switch op := v.Op.(type) {
	case he.MulPlain:
		if _, ok := he.Number(op.Plain); ok {
			return []he.Term{{Diag: op.Plain}}
		}
	case he.Linear:
		for _, t := range op.Terms {
			if _, ok := he.Number(t.Diag); !ok || t.Baby != 0 || t.Giant != 0 {
				return nil
			}
		}
		return op.Terms
	}
	return nil
}

// findMatrices lists the matrices of a circuit by the ID of their first row.
func findMatrices(c *he.Circuit) map[int]*matrix {
	found, users := map[int]*matrix{}, make([]int, len(c.Values))
	for _, v := range c.Values {
		for _, in := range v.In {
			users[in.ID]++
		}
	}
	for i := 0; i < len(c.Values); i++ {
		m := findMatrix(c.Values[i:])
		if m == nil {
			continue
		}
		found[i] = m
		m.streamed = m.readsAllOf(users)
		i += len(m.rows) - 1
	}
	return found
}

// readsAllOf says whether the operands are inputs that nothing but the matrix reads, given how often each
// value is read.
func (m *matrix) readsAllOf(users []int) bool {
	reads := map[*he.Value]int{}
	for _, v := range m.rows {
		for _, in := range v.In {
			reads[in]++
		}
	}
	for _, in := range m.operands {
		if _, ok := in.Op.(he.Input); !ok || reads[in] != users[in.ID] {
			return false
		}
	}
	return true
}

// covers lists the values that need no operation of their own: the rows, and inputs that are streamed.
func (m *matrix) covers() []*he.Value {
	if m.streamed {
		return append(m.rows[:len(m.rows):len(m.rows)], m.operands...)
	}
	return m.rows
}

// prepare encodes the weights.
func (m *matrix) prepare(ctx context.Context, rings []*kernel.Ring) error {
	position := map[*he.Value]int{}
	for k, in := range m.operands {
		position[in] = k
	}
	for first := 0; first < len(m.operands); first += chunkOperands {
		end := min(first+chunkOperands, len(m.operands))
		m.chunks = append(m.chunks, chunk{first, end, make([]*kernel.Matrix, m.rows[0].Level+1)})
	}
	return parallel(ctx, m.rows[0].Level+1, func(limb int) error {
		dense := make([][]uint64, len(m.rows))
		for k, v := range m.rows {
			dense[k] = make([]uint64, len(m.operands))
			for _, t := range numbers(v) {
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
		if m.streamed {
			steps = append(steps, m.load(w, c, stream))
		}
		steps = append(steps, m.multiply(w, values, i, stream))
	}
	return steps
}

// stream makes room for the uniform halves of one chunk of inputs.
func (m *matrix) stream(w *worker) []poly {
	if !m.streamed {
		return nil
	}
	room := make([]poly, min(chunkOperands, len(m.operands)))
	for e := range room {
		room[e] = w.arena.poly(w.chain.N(), m.rows[0].Level+1)
	}
	return room
}

// load expands the uniform halves of a chunk of inputs.
func (m *matrix) load(w *worker, c chunk, stream []poly) taskSet {
	var tasks taskSet
	for e, in := range m.operands[c.first:c.end] {
		index := in.Op.(he.Input).Index
		tasks = append(tasks, func() {
			if w.request.Seeded {
				w.chain.Uniform(w.request.Seed, w.item(index)).Read(m.rows[0].Level, -1, ringqp.Poly{Q: ring.Poly{Coeffs: stream[e]}})
			}
		})
	}
	return tasks
}

// multiply adds the products with one chunk to all rows; the first chunk starts them.
func (m *matrix) multiply(w *worker, values []ciphertext, i int, stream []poly) taskSet {
	c, n := m.chunks[i], w.chain.N()
	var tasks taskSet
	for half := range m.rows[0].Degree + 1 {
		for limb, weights := range c.weights {
			outs := make([][]uint64, len(m.rows))
			for k, v := range m.rows {
				outs[k] = values[v.ID][half][limb]
			}
			for part := range gatherParts {
				from, to := n*part/gatherParts, n*(part+1)/gatherParts
				sources, scratch := make([][]uint64, c.end-c.first), w.arena.block(weights.Scratch())
				tasks = append(tasks, func() {
					for e, in := range m.operands[c.first:c.end] {
						switch {
						case m.streamed:
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
