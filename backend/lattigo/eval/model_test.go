package eval_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hecc/backend/lattigo/eval"
	"hecc/backend/lattigo/internal/plantest"
	"hecc/ir/he"
	"hecc/ir/params"
	"hecc/runtime/wire"
)

// TestManyClients runs several clients on one model at the same time; each gets its own answers.
func TestManyClients(t *testing.T) {
	p := smallPlan(params.ConjugateInvariant)
	model, err := eval.Load(context.Background(), p, eval.Runs(2))
	check(t, err)
	var group sync.WaitGroup
	for range 4 {
		key, keys := keysOf(t, p)
		session, err := model.Open(context.Background(), keys)
		check(t, err)
		group.Go(func() { (&rig{p, key, session}).compare(t, 1e-3) })
	}
	group.Wait()
}

func isClosed(t *testing.T, err error, what string) {
	t.Helper()
	if closed := (*eval.ClosedError)(nil); !errors.As(err, &closed) || closed.What != what {
		t.Errorf("error %v, expected that %s is closed", err, what)
	}
}

// TestClose: what is closed runs no more and holds nothing; closing again is no error.
func TestClose(t *testing.T) {
	p, ctx := smallPlan(params.Standard), context.Background()
	key, keys := keysOf(t, p)
	request := (&rig{p, key, nil}).request(t)
	model, err := eval.Load(ctx, p)
	check(t, err)
	first, err := model.Open(ctx, keys)
	check(t, err)
	second, err := model.Open(ctx, keys)
	check(t, err)
	for range 2 {
		first.Close()
	}
	_, err = first.Run(ctx, request, nil)
	isClosed(t, err, "the session")
	_, err = first.RunOne(ctx, request, 0, nil)
	isClosed(t, err, "the session")
	_, err = second.Run(ctx, request, nil)
	check(t, err)
	for range 2 {
		model.Close()
	}
	_, err = second.Run(ctx, request, nil)
	isClosed(t, err, "the model")
	_, err = model.Open(ctx, keys)
	isClosed(t, err, "the model")
	if n := first.Bytes() + model.Bytes(); n != 0 {
		t.Errorf("what is closed holds %d bytes", n)
	}
	second.Close()
}

// TestCloseWaits closes while an operation runs: the run ends first, and well.
func TestCloseWaits(t *testing.T) {
	p, ctx := smallPlan(params.Standard), context.Background()
	key, keys := keysOf(t, p)
	request := (&rig{p, key, nil}).request(t)
	for _, whole := range []bool{false, true} {
		model, err := eval.Load(ctx, p)
		check(t, err)
		session, err := model.Open(ctx, keys)
		check(t, err)
		var closed atomic.Bool
		var closing sync.WaitGroup
		operations := 0
		_, err = session.RunOne(ctx, request, 0, func(*he.Value, time.Duration) {
			if operations++; operations == 1 {
				closing.Go(func() {
					if whole {
						model.Close()
					} else {
						session.Close()
					}
					closed.Store(true)
				})
				for { // until it is closing
					if _, err := session.RunOne(ctx, request, 9, nil); errors.As(err, new(*eval.ClosedError)) {
						break
					}
				}
			}
			if closed.Load() {
				t.Error("closed during a run")
			}
		})
		check(t, err)
		closing.Wait()
	}
}

// TestRunsAtOnce: no more runs than allowed are computed at the same time, and what waits for its turn can be
// cancelled.
func TestRunsAtOnce(t *testing.T) {
	p := smallPlan(params.Standard)
	key, keys := keysOf(t, p)
	request := (&rig{p, key, nil}).request(t)
	ctx := context.Background()
	model, err := eval.Load(ctx, p, eval.Runs(1))
	check(t, err)
	session, err := model.Open(ctx, keys)
	check(t, err)
	var inside, most atomic.Int64
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			running := false
			_, err := session.RunOne(ctx, request, 0, func(v *he.Value, _ time.Duration) {
				if !running {
					running = true
					most.Store(max(most.Load(), inside.Add(1)))
				}
				if v == p.Circuit.Values[len(p.Circuit.Values)-1] {
					inside.Add(-1)
				}
			})
			check(t, err)
		})
	}
	group.Wait()
	if most.Load() != 1 {
		t.Errorf("%d runs at the same time", most.Load())
	}
	_, err = session.RunOne(ctx, request, 0, func(v *he.Value, _ time.Duration) {
		if v.ID > 0 {
			return
		}
		waiting, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if _, err := session.RunOne(waiting, request, 0, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a run that waits for its turn ends with %v", err)
		}
	})
	check(t, err)
}

// expiring is a context that is done after some looks at it.
type expiring struct {
	context.Context
	left, looks atomic.Int64
}

func (c *expiring) Err() error {
	c.looks.Add(1)
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancelEverywhere lets a context end at every look that Run takes at it: each time the run is cancelled,
// and takes hardly another look. Operations are looked before, task by task.
func TestCancelEverywhere(t *testing.T) {
	for threads := 1; threads < 3; threads++ {
		rig := newRig(t, smallPlan(params.ConjugateInvariant), eval.Threads(threads))
		request := rig.request(t)
		all := &expiring{Context: context.Background()}
		all.left.Store(1 << 40)
		_, err := rig.session.RunOne(all, request, 0, nil)
		check(t, err)
		if n := int64(len(rig.plan.Circuit.Values)); all.looks.Load() < 4*n {
			t.Errorf("%d looks for %d operations", all.looks.Load(), n)
		}
		for after := int64(0); after < all.looks.Load()-1; after += 3 {
			ctx := &expiring{Context: context.Background()}
			ctx.left.Store(after)
			_, err := rig.session.RunOne(ctx, request, 0, nil)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%d threads, done after %d looks: error %v", threads, after, err)
			}
			if more := ctx.looks.Load() - after; more > int64(20*threads) {
				t.Errorf("%d threads, done after %d looks: %d more", threads, after, more)
			}
		}
		rig.compare(t, 1e-3)
	}
}

// TestCancelLoadAndOpen: nothing is loaded or opened once the context is done, and no more of the keys is
// read.
func TestCancelLoadAndOpen(t *testing.T) {
	b := plantest.New(plantest.Params(rings[0], 13, []float64{45, 52, 30}, []float64{38, 39}), 2)
	p := everything(b, 2)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := eval.Load(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: error %v", err)
	}
	_, keys := keysOf(t, p)
	model, err := eval.Load(context.Background(), p)
	check(t, err)
	if _, err := model.Open(ctx, keys); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: error %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	file := &counted{file: keys.Encode(&p.Interface), at: 1 << 20, then: cancel}
	_, err = model.OpenStream(ctx, file)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("OpenStream: error %v", err)
	}
	if digit := len(p.Interface.Params.Q) * 8 << 13; file.read > 1<<20+3*digit {
		t.Errorf("OpenStream read %d bytes, cancelled after %d", file.read, 1<<20)
	}
}

// counted is a file that counts what is read of it, and calls a function at some point.
type counted struct {
	file     []byte
	read, at int
	then     func()
}

func (c *counted) Read(p []byte) (int, error) {
	n := copy(p, c.file[c.read:])
	if c.read < c.at && c.read+n >= c.at {
		c.then()
	}
	c.read += n
	return n, nil
}

// TestForeign: what belongs to another plan or key set is told by the type of the error.
func TestForeign(t *testing.T) {
	a, b := smallPlan(params.Standard), smallPlan(params.ConjugateInvariant)
	key, keys := keysOf(t, a)
	_, others := keysOf(t, a)
	ctx := context.Background()
	model, err := eval.Load(ctx, b)
	check(t, err)
	_, err = model.Open(ctx, keys)
	foreign := (*wire.ForeignError)(nil)
	if !errors.As(err, &foreign) || foreign.Binding.Plan == foreign.Other.Plan {
		t.Errorf("keys of another plan: %v", err)
	}
	_, err = model.OpenStream(ctx, &counted{file: keys.Encode(&a.Interface)})
	if !errors.As(err, &foreign) || foreign.Binding.Plan != a.Interface.ID() || foreign.Other.Plan != b.Interface.ID() {
		t.Errorf("a file for another plan: %v", err)
	}
	session := open(t, a, others)
	_, err = session.Run(ctx, (&rig{a, key, nil}).request(t), nil)
	if !errors.As(err, &foreign) || foreign.Binding.Key != keys.Key || foreign.Other.Key != others.Key {
		t.Errorf("samples of another key set: %v", err)
	}
}
