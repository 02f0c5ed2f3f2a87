package eval

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hecc/backend/lattigo/kernel"
	lattigo "hecc/backend/lattigo/params"
	"hecc/ir/he"
	"hecc/ir/plan"
	"hecc/runtime/wire"
)

// Session is a plan with the evaluation keys of one client, ready to run. Safe for concurrent use.
type Session struct {
	plan       *plan.Plan
	bind       wire.Binding
	chain      *chain
	operations []operation     // by value ID; nil for what a matrix computes or streams
	matrices   map[int]*matrix // by the ID of the first row
	buffers    buffers
	threads    int
	workers    sync.Pool
}

// Observer is told how long each operation took.
type Observer func(v *he.Value, took time.Duration)

// Option changes how a session runs, not what it computes.
type Option func(*settings)

type settings struct {
	instructions kernel.Instructions
	threads      int
}

// Instructions limits the processor instructions to a set; without it a session uses the best that there are.
func Instructions(set kernel.Instructions) Option {
	return func(s *settings) { s.instructions = set }
}

// Threads sets how many threads share the work on one sample; without it, one does it all. Threads that
// callers of Run bring along come on top.
func Threads(n int) Option {
	return func(s *settings) { s.threads = max(n, 1) }
}

// Open encodes the plaintexts of a plan and prepares the keys. The plan has passed Check.
// The error says which of plan and keys does not fit the other, or which operation cannot be prepared.
func Open(p *plan.Plan, keys *wire.EvaluationKeys, opts ...Option) (*Session, error) {
	options := settings{kernel.Best(), 1}
	for _, set := range opts {
		set(&options)
	}
	bind := wire.Binding{Plan: p.Interface.ID(), Key: keys.Key}
	if err := keys.Match("the evaluation keys", bind, "this server's model"); err != nil {
		return nil, err
	}
	rings, err := lattigo.New(&p.Interface.Params)
	if err != nil {
		return nil, err
	}
	s := &Session{
		plan:       p,
		bind:       bind,
		chain:      newChain(rings, options.instructions),
		operations: make([]operation, len(p.Circuit.Values)),
		matrices:   findMatrices(p.Circuit),
		threads:    options.threads,
	}
	s.buffers = assign(p.Circuit, s.matrices)
	s.workers.New = func() any { return s.newWorker() }
	return s, s.build(keys)
}

func (s *Session) build(keys *wire.EvaluationKeys) (err error) {
	at := &he.Value{Op: he.Input{}}
	defer recoverAs(&err, func() *he.Value { return at })
	b, err := newBuilder(s.plan, s.chain, keys)
	if err != nil {
		return err
	}
	covered := map[*he.Value]bool{}
	for _, m := range s.matrices {
		for _, v := range m.covers() {
			covered[v] = true
		}
	}
	for i, v := range s.plan.Circuit.Values {
		at = v
		if m := s.matrices[i]; m != nil {
			m.prepare(s.chain.q)
		}
		if covered[v] {
			continue
		}
		if s.operations[i], err = b.operation(v); err != nil {
			return failure(v, err)
		}
	}
	return nil
}

// Run computes all samples of a request, one after the other; callers that want more than one
// processor call it from several goroutines. Between samples it stops when ctx is done. The observer may be nil.
func (s *Session) Run(ctx context.Context, request *wire.Ciphertexts, observe Observer) (*wire.Ciphertexts, error) {
	if err := request.Match("the ciphertexts", s.bind, "the evaluation keys"); err != nil {
		return nil, err
	}
	out := &wire.Ciphertexts{Binding: s.bind, Last: request.Last}
	for sample := range request.Samples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cts, err := s.RunSample(request, sample, observe)
		if err != nil {
			return nil, fmt.Errorf("sample %d: %w", sample, err)
		}
		out.Samples = append(out.Samples, cts)
	}
	return out, nil
}

// RunSample computes one sample of a request that Match would accept. Several goroutines may
// share a session and a request.
func (s *Session) RunSample(request *wire.Ciphertexts, sample int, observe Observer) (out []wire.Ciphertext, err error) {
	at := 0
	defer recoverAs(&err, func() *he.Value { return s.plan.Circuit.Values[at] })
	w := s.workers.Get().(*worker)
	out = s.runOn(w, request, sample, &at, observe)
	s.workers.Put(w) // not after a panic: its buffers are half written
	return out, nil
}

// runOn gives a worker its threads for one sample; they end before another run may take it.
func (s *Session) runOn(w *worker, request *wire.Ciphertexts, sample int, at *int, observe Observer) []wire.Ciphertext {
	w.team.start(s.threads)
	defer w.team.stop()
	return w.run(request, sample, s.plan.Circuit.Values, at, observe)
}

// recoverAs turns a panic into an error that names the operation.
func recoverAs(err *error, at func() *he.Value) {
	if r := recover(); r != nil {
		*err = failure(at(), fmt.Errorf("panic: %v", r))
	}
}

func failure(v *he.Value, err error) error {
	name := fmt.Sprintf("%%%d %s", v.ID, v.Op.Name())
	if pos := v.Pos.String(); pos != "" {
		name = pos + ": " + name
	}
	return fmt.Errorf("%s: %w", name, err)
}
