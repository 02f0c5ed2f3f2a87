package eval

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// pool runs functions, so many at a time, until one fails or ctx is done.
type pool struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	slots  chan struct{}
	busy   sync.WaitGroup
}

func newPool(ctx context.Context, size int) *pool {
	p := &pool{slots: make(chan struct{}, size)}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	return p
}

// run starts f once there is a slot for it, unless the pool has failed. A panic in f is an error.
func (p *pool) run(f func() error) {
	p.slots <- struct{}{}
	if p.failed() {
		<-p.slots
		return
	}
	p.busy.Go(func() {
		defer func() { <-p.slots }()
		if err := guarded(f); err != nil {
			p.fail(err)
		}
	})
}

// fail stops the pool with an error.
func (p *pool) fail(err error) { p.cancel(err) }

// failed says whether nothing more will be begun.
func (p *pool) failed() bool { return p.ctx.Err() != nil }

// wait waits for what was begun and returns the first error, ctx's if that was done before.
func (p *pool) wait() error {
	p.busy.Wait()
	defer p.cancel(nil)
	return context.Cause(p.ctx)
}

// parallel calls f for 0 to n-1 on all processors.
func parallel(ctx context.Context, n int, f func(i int) error) error {
	p := newPool(ctx, runtime.GOMAXPROCS(0))
	for i := range n {
		p.run(func() error { return f(i) })
	}
	return p.wait()
}

// guarded calls f and turns a panic into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}
