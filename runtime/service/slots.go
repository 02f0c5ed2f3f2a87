package service

import (
	"context"
	"slices"
	"sync"
	"time"
)

// slots let so many compute at the same time, and a bounded number wait: clients in turn, each with its requests
// in order, so that one that sends many delays another by one of them.
type slots struct {
	queue, share int // that may wait, in all and of one client
	all          int
	wait         time.Duration

	mu      sync.Mutex
	free    int
	lines   map[string][]*waiter // of the clients that wait
	turns   []string             // whose turn is next
	waiting int
	mean    time.Duration // that a slot is held
}

// waiter is a request that waits.
type waiter struct {
	client string
	slot   chan struct{} // closed when it has one
}

// shareOfQueue is the part of the queue that one client may take.
const shareOfQueue = 4

func newSlots(n, queue int, wait time.Duration) *slots {
	return &slots{queue: queue, share: max(1, queue/shareOfQueue), all: n, free: n, wait: wait, lines: map[string][]*waiter{}}
}

// enter waits for a slot. It is refused at once if as many wait as may, and later if the wait is too long.
func (s *slots) enter(ctx context.Context, client string) (leave func(), err error) {
	w, err := s.line(client)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return s.timed(), nil
	}
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case <-w.slot:
		return s.timed(), nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = later(busy, s.estimate(), "the request has waited for %s", s.wait)
	}
	s.cancel(w)
	return nil, err
}

// line takes a slot, or a place in the queue.
func (s *slots) line(client string) (*waiter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch line := s.lines[client]; {
	case s.free > 0:
		s.free--
		return nil, nil
	case s.waiting >= s.queue:
		return nil, later(busy, s.retry(), "%d requests are waiting", s.waiting)
	case len(line) >= s.share:
		return nil, later(clientBusy, s.retry(), "%d requests of the client are waiting", len(line))
	}
	w := &waiter{client, make(chan struct{})}
	if len(s.lines[client]) == 0 {
		s.turns = append(s.turns, client)
	}
	s.lines[client] = append(s.lines[client], w)
	s.waiting++
	return w, nil
}

// cancel takes a waiter out of the queue, or gives back the slot that it has got meanwhile.
func (s *slots) cancel(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := slices.Index(s.lines[w.client], w); k >= 0 {
		s.remove(w.client, k)
		return
	}
	s.pass()
}

// remove takes a place out of a client's line; the lock is held.
func (s *slots) remove(client string, k int) {
	s.waiting--
	if s.lines[client] = slices.Delete(s.lines[client], k, k+1); len(s.lines[client]) > 0 {
		return
	}
	delete(s.lines, client)
	if turn := slices.Index(s.turns, client); turn >= 0 {
		s.turns = slices.Delete(s.turns, turn, turn+1)
	}
}

// pass gives a slot to the client whose turn it is; the lock is held.
func (s *slots) pass() {
	if len(s.turns) == 0 {
		s.free++
		return
	}
	client := s.turns[0]
	close(s.lines[client][0].slot)
	s.turns = append(s.turns[1:], client) // to the end
	s.remove(client, 0)
}

// timed gives a slot back and learns how long one is held.
func (s *slots) timed() func() {
	start := time.Now()
	return func() {
		const weight = 8 // of what was before against the newest
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mean = (s.mean*(weight-1) + time.Since(start)) / weight
		s.pass()
	}
}

const longestRetry = time.Minute

// estimate is when there may be room again.
func (s *slots) estimate() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.retry()
}

func (s *slots) retry() time.Duration {
	return min(s.mean*time.Duration(s.waiting+1)/time.Duration(s.all), longestRetry)
}

// used is how many slots are taken, and how many requests wait.
func (s *slots) used() (taken, waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all - s.free, s.waiting
}
