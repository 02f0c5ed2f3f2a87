package eval

import (
	"context"
	"sync"
	"sync/atomic"
)

// taskSet is work that can be done in any order, at the same time. An operation is a list of steps.
type taskSet []func()

// team is the threads that share the work of one sample. The zero value is one thread.
type team struct {
	helpers int
	wake    chan work
	next    atomic.Int64 // task of the step
	idle    sync.WaitGroup
	failure atomic.Value
}

// start lets helpers wait for work until stop.
func (t *team) start(threads int) {
	if t.helpers = threads - 1; t.helpers == 0 {
		return
	}
	wake := make(chan work) // a helper that only starts after stop must not see the next run's
	t.wake = wake
	for range t.helpers {
		go func() {
			for w := range wake {
				t.help(w)
			}
		}()
	}
}

func (t *team) stop() {
	if t.helpers > 0 {
		close(t.wake)
	}
}

// run does a step, of which no task is begun once ctx is done. A panic in any of its tasks is raised again
// here, after all threads are done.
func (t *team) run(ctx context.Context, s taskSet) {
	if t.helpers == 0 || len(s) < 2 {
		for _, task := range s {
			if ctx.Err() != nil {
				return
			}
			task()
		}
		return
	}
	helpers := min(t.helpers, len(s)-1)
	t.next.Store(0)
	t.idle.Add(helpers + 1)
	for range helpers {
		t.wake <- work{ctx, s}
	}
	t.help(work{ctx, s})
	t.idle.Wait()
	if f := t.failure.Load(); f != nil {
		panic(f)
	}
}

// work is a step that is done until a context is.
type work struct {
	ctx  context.Context
	step taskSet
}

func (t *team) help(w work) {
	defer t.idle.Done()
	defer func() {
		if r := recover(); r != nil {
			t.failure.CompareAndSwap(nil, panicked{r})
		}
	}()
	for {
		k := int(t.next.Add(1)) - 1
		if k >= len(w.step) || w.ctx.Err() != nil {
			return
		}
		w.step[k]()
	}
}

// panicked wraps what a task panicked with: an atomic value takes one type only.
type panicked struct{ value any }
