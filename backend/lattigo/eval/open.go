package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/tuneinsight/lattigo/v5/ring"
	"github.com/tuneinsight/lattigo/v5/ring/ringqp"

	"hecc/backend/lattigo/kernel"
	"hecc/runtime/wire"
)

// Open prepares the keys of one client. They may be dropped afterwards. The error says what does not fit; it
// is a *wire.ForeignError for the keys of another plan, a *ClosedError after Close, and ctx's once that is
// done.
func (m *Model) Open(ctx context.Context, keys *wire.EvaluationKeys) (*Session, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.gate.leave()
	if keys == nil {
		return nil, errors.New("evaluation keys: no keys")
	}
	if err := m.checkKeys(keys.Binding); err != nil {
		return nil, err
	}
	if err := keys.Check(&m.plan.Interface); err != nil {
		return nil, fmt.Errorf("evaluation keys: %w", err)
	}
	return m.open(ctx, keys.Binding, keys.Seed, func(key, digit int, _ wire.Limbs) (wire.Limbs, error) {
		return keys.Keys[key][digit], nil
	})
}

// OpenStream is Open for a file of keys that is read as it comes. Beyond the session itself it takes the
// memory of one digit of a key for each processor, and one more. Errors are those of Open and of
// wire.KeyReader, and r's own; the session is only returned once the file's end and hash were found right. It
// does not close r, and waits for it even when ctx is done.
func (m *Model) OpenStream(ctx context.Context, r io.Reader) (*Session, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.gate.leave()
	keys, err := wire.NewKeyReader(r, &m.plan.Interface)
	if err != nil {
		return nil, err
	}
	s, err := m.open(ctx, keys.Binding, keys.Seed, func(_, _ int, room wire.Limbs) (wire.Limbs, error) {
		return room, keys.Next(room)
	})
	if err != nil {
		return nil, err
	}
	if err := keys.Close(); err != nil {
		return nil, err
	}
	return s, nil
}

func (m *Model) enter(ctx context.Context) error {
	if ctx == nil {
		return errors.New("no context")
	}
	return m.gate.enter()
}

// open fills a session's weights, digit by digit: next gives the half b of each in turn, and may use the
// room. Meanwhile other processors place what was read.
func (m *Model) open(ctx context.Context, bind wire.Binding, seed wire.Seed, next func(key, digit int, room wire.Limbs) (wire.Limbs, error)) (*Session, error) {
	s := &Session{gate: newGate("the session"), model: m, bind: bind}
	for _, h := range m.holdings {
		limbs, err := m.allocate(ctx, h)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, limbs)
	}
	pool := newPool(ctx, runtime.GOMAXPROCS(0))
	rooms := make(chan digitRoom, runtime.GOMAXPROCS(0)+1)
	for range cap(rooms) {
		rooms <- m.newDigitRoom()
	}
	err := guarded(func() error {
		for key, level := range wire.KeyLevels(&m.plan.Interface) {
			uniform := m.chain.Uniform(seed, key)
			for digit := range m.chain.Params.Digits(level) {
				room := <-rooms
				if pool.failed() {
					return nil // wait has the reason
				}
				b, err := next(key, digit, room.b[:level+1+len(m.chain.p)])
				if err != nil {
					return err
				}
				uniform.Read(level, m.chain.LevelP(), ringqp.Poly{Q: ring.Poly{Coeffs: room.a}, P: ring.Poly{Coeffs: room.a[level+1:]}})
				pool.run(func() error {
					defer func() { rooms <- room }()
					m.place(s.keys, key, digit, level, [2]poly{b, room.a}, room.scratch)
					return nil
				})
			}
		}
		return nil
	})
	if err != nil {
		pool.fail(err)
	}
	if err := pool.wait(); err != nil {
		return nil, err
	}
	return s, nil
}

// digitRoom holds both halves of one digit of a key.
type digitRoom struct {
	b, a    poly
	scratch []uint64
}

func (m *Model) newDigitRoom() (r digitRoom) {
	r.scratch = make([]uint64, m.chain.N())
	for range m.chain.qp(len(m.chain.q) - 1) {
		r.b, r.a = append(r.b, make([]uint64, m.chain.N())), append(r.a, make([]uint64, m.chain.N()))
	}
	return r
}

// place says that a key is a member of a holding.
type place struct {
	holding, member int
}

func placesOf(holdings []*sessionWeights, keys int) [][]place {
	places := make([][]place, keys)
	for h := range holdings {
		for i, m := range holdings[h].members {
			places[m.key] = append(places[m.key], place{h, i})
		}
	}
	return places
}

// allocate makes room for the weights of a holding, for each limb. Memory that is new to the process takes
// time.
func (m *Model) allocate(ctx context.Context, h *sessionWeights) (limbs [][]uint64, err error) {
	for range m.chain.qp(h.level) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		limbs = append(limbs, make([]uint64, m.chain.N()*2*h.pairs(m.chain)))
	}
	return limbs, nil
}

// place writes one digit of a key, which is at a level, to all holdings that have it; w is scratch.
func (m *Model) place(keys [][][]uint64, key, digit, level int, halves [2]poly, w []uint64) {
	for _, p := range m.places[key] {
		h := m.holdings[p.holding]
		if digit >= m.chain.Params.Digits(h.level) {
			continue
		}
		at := 2 * (digit*len(h.members) + p.member)
		for limb, r := range m.chain.qp(h.level) {
			from := limb
			if limb > h.level {
				from += level - h.level
			}
			for half, x := range halves {
				m.weigh(w, x[from], &h.members[p.member], limb, limb <= h.level, r)
				r.ToWeights(w)
				kernel.Interleave(keys[p.holding][limb], w, at+half, 2*h.pairs(m.chain))
			}
		}
	}
}

// weigh permutes a limb of a key and multiplies it by the diagonal. Modulo Q it is divided by P, as the
// diagonal was.
func (m *Model) weigh(w, key []uint64, to *member, limb int, modQ bool, r *kernel.Ring) {
	if to.perm == nil {
		copy(w, key)
	} else {
		permute(w, key, to.perm)
	}
	switch {
	case to.diag != nil:
		for j, d := range to.diag[limb] {
			w[j] = r.Times(w[j], d)
		}
	case modQ:
		multiplyBy(w, m.chain.inverseP[limb], r)
	}
}
