package eval

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
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
	maxCopied    int // see builder.share
}

// Instructions limits the processor instructions to a set; without it a session uses the best that there are.
func Instructions(set kernel.Instructions) Option {
	return func(s *settings) { s.instructions = set }
}

// Threads sets how many threads a run uses; without it, one does it all.
func Threads(n int) Option {
	return func(s *settings) { s.threads = max(n, 1) }
}

// Open encodes the plaintexts of a plan and prepares the keys. The plan has passed Check.
// The error says which of plan and keys does not fit the other, or which operation cannot be prepared.
func Open(p *plan.Plan, keys *wire.EvaluationKeys, opts ...Option) (*Session, error) {
	if p == nil || p.Circuit == nil {
		return nil, errors.New("no plan")
	}
	if err := keys.Check(&p.Interface); err != nil {
		return nil, fmt.Errorf("evaluation keys: %w", err)
	}
	options := settings{kernel.Best(), 1, maxCopied}
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
	return s, s.build(keys, options.maxCopied)
}

func (s *Session) build(keys *wire.EvaluationKeys, maxCopied int) (err error) {
	at := &he.Value{Op: he.Input{}}
	defer recoverAs(&err, func() *he.Value { return at })
	b, err := newBuilder(s.plan, s.chain, keys)
	if err != nil {
		return err
	}
	b.copies = maxCopied
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

// Run computes everything in a request, run by run. The session's threads take one run each, or share the work of the last ones.
// When ctx is done, nothing more is begun, and the error is the context's. If not nil, done is told how long each
// run took; it may be called from several goroutines at a time.
func (s *Session) Run(ctx context.Context, request *wire.Request, done func(run int, took time.Duration)) (*wire.Response, error) {
	if err := s.check(ctx, request); err != nil {
		return nil, err
	}
	n := len(request.Runs)
	out := &wire.Response{Binding: s.bind, Runs: make([]wire.Run, n)}
	atOnce := max(1, min(s.threads, n))
	errs := make([]error, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for run := int(next.Add(1)) - 1; run < n; run = int(next.Add(1)) - 1 {
				start := time.Now()
				cts, err := s.runOne(ctx, request, run, s.threads/atOnce, nil)
				if err != nil {
					errs[run] = fmt.Errorf("run %d: %w", run, err)
					return
				}
				out.Runs[run] = wire.Run{Samples: request.Runs[run].Samples, Cts: cts}
				if done != nil {
					done(run, time.Since(start))
				}
			}
		})
	}
	workers.Wait()
	if err := firstError(errs); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Session) check(ctx context.Context, request *wire.Request) error {
	if ctx == nil {
		return errors.New("no context")
	}
	if err := request.Check(&s.plan.Interface); err != nil {
		return fmt.Errorf("the ciphertexts: %w", err)
	}
	return request.Match("the ciphertexts", s.bind, "the evaluation keys")
}

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// RunOne computes one run of a request, with all threads of the session. Several
// goroutines may share a session and a request.
func (s *Session) RunOne(ctx context.Context, request *wire.Request, run int, observe Observer) ([]wire.Ciphertext, error) {
	if err := s.check(ctx, request); err != nil {
		return nil, err
	}
	if run < 0 || run >= len(request.Runs) {
		return nil, fmt.Errorf("no run %d of %d", run, len(request.Runs))
	}
	return s.runOne(ctx, request, run, s.threads, observe)
}

func (s *Session) runOne(ctx context.Context, request *wire.Request, run, threads int, observe Observer) (out []wire.Ciphertext, err error) {
	at := 0
	defer recoverAs(&err, func() *he.Value { return s.plan.Circuit.Values[at] })
	w := s.workers.Get().(*worker)
	out, err = s.runOn(ctx, w, threads, request, run, &at, observe)
	s.workers.Put(w) // not after a panic: its buffers are half written
	return out, err
}

// runOn gives a worker its threads for one run; they end before another run may take it.
func (s *Session) runOn(ctx context.Context, w *worker, threads int, request *wire.Request, run int, at *int, observe Observer) ([]wire.Ciphertext, error) {
	w.team.start(threads)
	defer w.team.stop()
	return w.run(ctx, request, run, s.plan.Circuit.Values, at, observe)
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
