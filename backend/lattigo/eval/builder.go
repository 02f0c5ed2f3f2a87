package eval

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/tuneinsight/lattigo/v5/ring"

	"hecc/backend/lattigo/encoding"
	"hecc/backend/lattigo/kernel"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// operation is one value of the circuit with its constants. Read only once built.
type operation interface {
	// bind fixes operands and result to the buffers of a worker; in has the operands with exactly the limbs
	// that the operation reads. The steps it returns do the work, in this order.
	bind(w *worker, in []ciphertext, out ciphertext) []step
}

// builder turns the circuit's values into operations.
type builder struct {
	chain    *chain
	encoder  *encoding.Encoder
	slots    int // of the circuit
	lanes    int
	relin    *switchKey
	rotation map[int]*switchKey // by the circuit's rotation, as are perms
	perms    map[int][]uint64
	shared   map[string]map[int][]*table // tables without diagonals, by what they do and their level
	fused    int                         // bytes of keys multiplied by diagonals so far
	copies   int                         // bytes of keys that may still be held once more
}

func newBuilder(p *plan.Plan, c *chain, keys *wire.EvaluationKeys) (*builder, error) {
	b := &builder{
		chain:    c,
		encoder:  encoding.New(&p.Interface.Params),
		slots:    p.Circuit.Slots,
		lanes:    p.Interface.Lanes,
		rotation: map[int]*switchKey{},
		perms:    map[int][]uint64{0: nil},
		shared:   map[string]map[int][]*table{},
	}
	for _, k := range p.Interface.Keys.Rotations {
		perm, err := c.Permutation(k.By)
		if err != nil {
			return nil, err
		}
		b.perms[k.By/b.lanes] = perm
	}
	b.expand(p, keys)
	return b, nil
}

// operation builds one value.
func (b *builder) operation(v *he.Value) (operation, error) {
	switch op := v.Op.(type) {
	case he.Input:
		return &input{index: op.Index, rings: b.chain.Rings, level: v.Level}, nil
	case he.Linear:
		return b.linear(v, op), nil
	case he.Fold:
		return b.fold(v, op), nil
	case he.Relin:
		return b.relinearise(v), nil
	case he.Add:
		return &addition{b.chain.q}, nil
	case he.Sub:
		return newDifference(b.chain.q[:v.Level+1]), nil
	case he.Mul:
		return &multiply{b.chain.q}, nil
	case he.MulPlain:
		return b.weighted(v, []he.Plaintext{op.Plain}), nil
	case he.AddPlain:
		return b.shift(v, op.Plain), nil
	case he.Rescale:
		return b.rescale(v.Level), nil
	}
	return nil, fmt.Errorf("no kernel for %s", v.Op.Name())
}

// subringsQP lists the subrings of Q to a level, then those of P.
func (b *builder) subringsQP(level int) []*ring.SubRing {
	q := b.chain.RingQ.SubRings[:level+1]
	return append(q[:len(q):len(q)], b.chain.RingP.SubRings...)
}

// encode gives a plaintext in Montgomery form modulo each of the subrings.
func (b *builder) encode(p *plaintext, subrings []*ring.SubRing) poly {
	out := make(poly, len(subrings))
	for i := range out {
		out[i] = make([]uint64, b.chain.N())
	}
	values := p.values.Dense(make([]float64, b.slots))
	if len(values) == 1 {
		for i, s := range subrings {
			fill(out[i], encodeScalar(values[0]*p.scale, kernel.NewModulus(s)))
		}
		return out
	}
	b.encoder.Encode(inLanes(values, b.lanes), p.scale, subrings, out)
	for i, s := range subrings {
		s.MForm(out[i], out[i])
	}
	return out
}

// inLanes repeats the number of each slot for every sample.
func inLanes(values []float64, lanes int) []float64 {
	if lanes == 1 {
		return values
	}
	out := make([]float64, 0, len(values)*lanes)
	for _, x := range values {
		for range lanes {
			out = append(out, x)
		}
	}
	return out
}

func fill(v []uint64, x uint64) {
	for i := range v {
		v[i] = x
	}
}

// parallel calls f for 0 to n-1 on all processors. A panic in f is raised again here.
func parallel(n int, f func(i int)) {
	next := make(chan int)
	var failure any
	var once sync.Once
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				func() {
					defer func() {
						if r := recover(); r != nil {
							once.Do(func() { failure = r })
						}
					}()
					f(i)
				}()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	if failure != nil {
		panic(failure)
	}
}
