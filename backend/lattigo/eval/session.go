package eval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hecc/ir/he"
	"hecc/runtime/wire"
)

// Session is a model with the evaluation keys of one client, ready to run. Safe for concurrent use.
type Session struct {
	gate  *gate
	model *Model
	bind  wire.Binding
	keys  [][][]uint64 // weights by holding and limb
}

// Observer is told how long each operation took.
type Observer func(v *he.Value, took time.Duration)

// Bytes is the memory that the session holds beyond its model: 0 after Close.
func (s *Session) Bytes() (total int64) {
	if s.gate.enter() != nil {
		return 0
	}
	defer s.gate.leave()
	for _, limbs := range s.keys {
		for _, weights := range limbs {
			total += 8 * int64(len(weights))
		}
	}
	return total
}

// Close waits until nothing runs and frees the session. What it is asked to run from now on fails with a
// *ClosedError. Do not call it from a function that Run calls. Closing twice is no error.
func (s *Session) Close() {
	s.gate.close()
	s.gate.mutex.Lock()
	defer s.gate.mutex.Unlock()
	s.keys = nil
}

// enter keeps session and model open until leave.
func (s *Session) enter() error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	if err := s.model.gate.enter(); err != nil {
		s.gate.leave()
		return err
	}
	return nil
}

func (s *Session) leave() {
	s.model.gate.leave()
	s.gate.leave()
}

// Run computes everything in a request, run by run. The model's threads take one run each, or share the work
// of the last ones. When ctx is done, nothing more is begun, and the error is the context's. It is a
// *wire.ForeignError for what was encrypted for another plan or key set, and a *ClosedError after Close. If
// not nil, done is told how long each run took; it may be called from several goroutines at a time.
func (s *Session) Run(ctx context.Context, request *wire.Request, done func(run int, took time.Duration)) (*wire.Response, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.check(ctx, request); err != nil {
		return nil, err
	}
	n := len(request.Runs)
	out := &wire.Response{Binding: s.bind, Runs: make([]wire.Run, n)}
	atOnce := max(1, min(s.model.threads, n))
	pool := newPool(ctx, atOnce)
	for run := range n {
		pool.run(func() error {
			start := time.Now()
			cts, err := s.runOne(pool.ctx, request, run, s.model.threads/atOnce, nil)
			if err != nil {
				return fmt.Errorf("run %d: %w", run, err)
			}
			out.Runs[run] = wire.Run{Samples: request.Runs[run].Samples, Cts: cts}
			if done != nil {
				done(run, time.Since(start))
			}
			return nil
		})
	}
	if err := pool.wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// check looks at a request; the session is open.
func (s *Session) check(ctx context.Context, request *wire.Request) error {
	if ctx == nil {
		return errors.New("no context")
	}
	if err := request.Check(&s.model.plan.Interface); err != nil {
		return fmt.Errorf("the ciphertexts: %w", err)
	}
	return request.Match("the ciphertexts", s.bind, "the evaluation keys")
}

// RunOne computes one run of a request, with all threads of the model. Several
// goroutines may share a session and a request. Errors are as those of Run.
func (s *Session) RunOne(ctx context.Context, request *wire.Request, run int, observe Observer) ([]wire.Ciphertext, error) {
	if observe == nil {
		return s.observed(ctx, request, run, nil)
	}
	return s.observed(ctx, request, run, func(_ *worker, v *he.Value, took time.Duration) { observe(v, took) })
}

// observed is RunOne for an observer that looks at the worker.
func (s *Session) observed(ctx context.Context, request *wire.Request, run int, observe workerObserver) ([]wire.Ciphertext, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.check(ctx, request); err != nil {
		return nil, err
	}
	if run < 0 || run >= len(request.Runs) {
		return nil, fmt.Errorf("no run %d of %d", run, len(request.Runs))
	}
	return s.runOne(ctx, request, run, s.model.threads, observe)
}

func (s *Session) runOne(ctx context.Context, request *wire.Request, run, threads int, observe workerObserver) ([]wire.Ciphertext, error) {
	w, err := s.model.takeWorker(ctx)
	if err != nil {
		return nil, err
	}
	w.keys, w.request, w.index, w.at = s.keys, request, run, s.model.plan.Circuit.Values[0]
	var out []wire.Ciphertext
	whole := false
	err = recovered(&w.at, func() (err error) {
		w.team.start(threads)
		defer w.team.stop() // helpers end before another run may take the worker
		out, err = w.run(ctx, s.model.plan.Circuit.Values, observe)
		whole = true
		return err
	})
	w.keys, w.request = nil, nil // a worker that waits holds nobody's keys and ciphertexts
	s.model.workers.put(w, whole)
	return out, err
}

// recovered calls f and turns a panic into an error that names the operation at that time.
func recovered(at **he.Value, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = failure(*at, fmt.Errorf("panic: %v", r))
		}
	}()
	return f()
}
