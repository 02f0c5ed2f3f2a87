package eval

import (
	"context"
	"sync"
)

// workers are lent to runs, so many at most. Idle ones are kept: a collection of garbage must not cost the
// next run its buffers.
type workers struct {
	slots chan struct{} // one for each that is lent
	mutex sync.Mutex
	idle  []*worker
}

func newWorkers(most int, first *worker) *workers {
	return &workers{slots: make(chan struct{}, most), idle: []*worker{first}}
}

// takeWorker waits until a run may begin and lends it a worker, a new one only if none is idle.
func (m *Model) takeWorker(ctx context.Context) (*worker, error) {
	p := m.workers
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if w := p.pop(); w != nil {
		return w, nil
	}
	w, err := m.newWorker(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return w, nil
}

func (p *workers) pop() (w *worker) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if n := len(p.idle); n > 0 {
		w, p.idle = p.idle[n-1], p.idle[:n-1]
	}
	return w
}

// put takes a worker back, and keeps it unless it is broken: after a panic.
func (p *workers) put(w *worker, whole bool) {
	if whole {
		p.mutex.Lock()
		p.idle = append(p.idle, w)
		p.mutex.Unlock()
	}
	<-p.slots
}
