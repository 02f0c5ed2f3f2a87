package service

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// budget is so much of something, of which one client gets a share only.
type budget struct {
	total, share int64

	mu    sync.Mutex
	taken int64
	of    map[string]int64
}

func newBudget(total, share int64) *budget {
	return &budget{total: total, share: share, of: map[string]int64{}}
}

// take gives a client so much, or says that the client (clientBusy) or all together (busy) have too much.
func (b *budget) take(client string, n int64) (release func(), over *kind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case n > b.share-b.of[client]:
		return nil, clientBusy
	case n > b.total-b.taken:
		return nil, busy
	}
	b.taken += n
	b.of[client] += n
	return sync.OnceFunc(func() { b.give(client, n) }), nil
}

func (b *budget) give(client string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken -= n
	if b.of[client] -= n; b.of[client] == 0 {
		delete(b.of, client)
	}
}

func (b *budget) used() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return float64(b.taken)
}

// slots let so many compute at the same time, and a bounded number wait, first come first served.
type slots struct {
	free  chan struct{}
	queue int64
	wait  time.Duration

	waiting atomic.Int64
	mean    atomic.Int64 // time that a slot is held, in nanoseconds
}

func newSlots(n, queue int, wait time.Duration) *slots {
	return &slots{free: make(chan struct{}, n), queue: int64(queue), wait: wait}
}

// enter waits for a slot. It is refused at once if as many wait as may, and later if the wait is too long.
func (s *slots) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.free <- struct{}{}:
		return s.timed(), nil
	default:
	}
	if s.waiting.Add(1) > s.queue {
		n := s.waiting.Add(-1)
		return nil, later(busy, s.estimate(), "%d requests are waiting", n)
	}
	defer s.waiting.Add(-1)
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case s.free <- struct{}{}:
		return s.timed(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, later(busy, s.estimate(), "the request has waited for %s", s.wait)
	}
}

// timed gives a slot back and learns how long one is held.
func (s *slots) timed() func() {
	start := time.Now()
	return func() {
		const weight = 8 // of what was before against the newest
		s.mean.Store((s.mean.Load()*(weight-1) + int64(time.Since(start))) / weight)
		<-s.free
	}
}

const longestRetry = time.Minute

// estimate is when there may be room again.
func (s *slots) estimate() time.Duration {
	each := time.Duration(s.mean.Load()) / time.Duration(cap(s.free))
	return min(each*time.Duration(s.waiting.Load()+1), longestRetry)
}
