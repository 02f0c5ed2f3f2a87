package eval

import (
	"context"
	"errors"
	"fmt"

	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/he"
	"hecc/ir/memory"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// Model is a plan, prepared to run: all that no key touches, for all clients. Safe for concurrent use.
type Model struct {
	gate       *gate
	plan       *plan.Plan
	id         plan.ID
	chain      *chain
	operations []operation     // by value ID; nil for what a matrix computes or streams, and a key switch rescales
	matrices   map[int]*matrix // by the ID of the first row
	buffers    memory.Buffers
	threads    int

	holdings []*sessionWeights
	places   [][]place // by key
	workers  *workers

	bytes, runBytes, sessionBytes int64
}

// Load encodes the plaintexts of a plan, which must not change any more, and makes the buffers of a first
// run. The plan has passed Check. The error names the operation that cannot be prepared; it is ctx's once
// that is done, and a *MemoryError for a budget that is too small.
func Load(ctx context.Context, p *plan.Plan, opts ...Option) (*Model, error) {
	if ctx == nil {
		return nil, errors.New("no context")
	}
	if p == nil || p.Circuit == nil {
		return nil, errors.New("no plan")
	}
	options := newSettings(opts)
	forms := memory.NewForms(p.Circuit)
	if least := forms.Choose(options.memory); options.memory > 0 && least > options.memory {
		return nil, &MemoryError{options.memory, least}
	}
	rings, err := lattigo.New(&p.Interface.Params)
	if err != nil {
		return nil, err
	}
	m := &Model{
		gate:         newGate("the model"),
		plan:         p,
		id:           p.Interface.ID(),
		chain:        newChain(rings, options.instructions),
		operations:   make([]operation, len(p.Circuit.Values)),
		matrices:     map[int]*matrix{},
		threads:      options.threads,
		sessionBytes: forms.Bytes(),
	}
	found := memory.FindMatrices(p.Circuit)
	for first, x := range found {
		m.matrices[first] = &matrix{Matrix: x}
	}
	m.buffers = memory.AssignBuffers(p.Circuit, found)
	if err := m.build(ctx, forms); err != nil {
		return nil, err
	}
	first, err := m.newWorker(ctx)
	if err != nil {
		return nil, err
	}
	m.runBytes = first.bytes(m.buffers)
	m.workers = newWorkers(options.runs, first)
	return m, nil
}

func (m *Model) build(ctx context.Context, forms *memory.Forms) error {
	b, err := newBuilder(m.plan, m.chain, forms)
	if err != nil {
		return err
	}
	covered := map[*he.Value]bool{}
	for _, x := range m.matrices {
		for _, v := range x.Covers() {
			covered[v] = true
		}
	}
	for i, v := range m.plan.Circuit.Values {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := guarded(func() (err error) {
			if x := m.matrices[i]; x != nil {
				if err := x.prepare(ctx, m.chain.q); err != nil {
					return err
				}
				b.bytes += x.bytes()
			}
			if !covered[v] {
				m.operations[i], err = b.operation(ctx, v)
			}
			return err
		})
		if err != nil {
			return failure(v, err)
		}
	}
	m.bytes = b.bytes + m.chain.bytes()
	m.holdings, m.places = b.sessionWeights, placesOf(b.sessionWeights, len(b.permOf))
	return nil
}

// Bytes is the memory that the model itself holds, without sessions, the buffers of runs, and the plan that
// it was made of. It is 0 after Close.
func (m *Model) Bytes() int64 {
	if m.gate.enter() != nil {
		return 0
	}
	defer m.gate.leave()
	return m.bytes
}

// RunBytes is the memory of the buffers of one run. The model has as many of these as there have been runs at
// the same time, at least one; Runs bounds them.
func (m *Model) RunBytes() int64 { return m.runBytes }

// SessionBytes is the memory that each session will hold: Session.Bytes.
func (m *Model) SessionBytes() int64 { return m.sessionBytes }

// Close waits until no session runs or is being opened, and frees the model. Its sessions must be closed too;
// what they are asked to run from now on fails with a *ClosedError. Do not call it from a function that Run
// calls. Closing twice is no error.
func (m *Model) Close() {
	m.gate.close()
	m.gate.mutex.Lock()
	defer m.gate.mutex.Unlock()
	m.plan, m.chain, m.operations, m.matrices, m.buffers = nil, nil, nil, nil, memory.Buffers{}
	m.holdings, m.places, m.workers = nil, nil, nil
}

// checkKeys says whether keys are of the model's plan.
func (m *Model) checkKeys(b wire.Binding) error {
	want := wire.Binding{Plan: m.id, Key: b.Key}
	return b.Match("the evaluation keys", want, "this server's model")
}

func failure(v *he.Value, err error) error {
	name := fmt.Sprintf("%%%d %s", v.ID, v.Op.Name())
	if pos := v.Pos.String(); pos != "" {
		name = pos + ": " + name
	}
	return fmt.Errorf("%s: %w", name, err)
}
