package service

import "sync"

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
