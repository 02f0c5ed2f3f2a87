package eval

import (
	"sync"
	"sync/atomic"
)

// step is work that can be done in any order, at the same time. An operation is a list of steps.
type step []func()

// team is the threads that share the work of one sample. The zero value is one thread.
type team struct {
	helpers int
	wake    chan step
	next    atomic.Int64 // task of the step
	idle    sync.WaitGroup
	failure atomic.Value
}

// start lets helpers wait for work until stop.
func (t *team) start(threads int) {
	if t.helpers = threads - 1; t.helpers == 0 {
		return
	}
	t.wake = make(chan step)
	for range t.helpers {
		go func() {
			for s := range t.wake {
				t.help(s)
			}
		}()
	}
}

func (t *team) stop() {
	if t.helpers > 0 {
		close(t.wake)
	}
}

// run does a step. A panic in any of its tasks is raised again here, after all threads are done.
func (t *team) run(s step) {
	if t.helpers == 0 || len(s) < 2 {
		for _, task := range s {
			task()
		}
		return
	}
	helpers := min(t.helpers, len(s)-1)
	t.next.Store(0)
	t.idle.Add(helpers + 1)
	for range helpers {
		t.wake <- s
	}
	t.help(s)
	t.idle.Wait()
	if f := t.failure.Load(); f != nil {
		panic(f)
	}
}

func (t *team) help(s step) {
	defer t.idle.Done()
	defer func() {
		if r := recover(); r != nil {
			t.failure.CompareAndSwap(nil, panicked{r})
		}
	}()
	for {
		k := int(t.next.Add(1)) - 1
		if k >= len(s) {
			return
		}
		s[k]()
	}
}

// panicked wraps what a task panicked with: an atomic value takes one type only.
type panicked struct{ value any }
