//go:build unix

package jobs_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"hecc/runtime/jobs"
	"hecc/runtime/jobs/embedded"
)

// TestKillWorkers kills workers with a job in hand, with requests in messages and in the object store: each item is
// answered once, and the one that kills every worker is a failure.
func TestKillWorkers(t *testing.T) {
	s, err := embedded.Start(embedded.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Password: password, Log: quiet})
	check(t, err)
	t.Cleanup(s.Close)
	nc, err := s.Connect()
	check(t, err)
	t.Cleanup(nc.Close)
	const items, deadly, large = 24, 7, 600 << 10
	r := newRig(t, nc, items, large)
	request := func(item int) []byte {
		switch {
		case item == deadly:
			return []byte(poison)
		case item%6 == 5:
			return bytes.Repeat([]byte{byte(item)}, large)
		}
		return fmt.Appendf(nil, "request %d", item)
	}
	for item := range items {
		r.put(item, request(item))
		r.put(item, request(item)) // its answer was lost
	}
	k := &killers{t: t, url: s.Addr().String()}
	for range 2 {
		k.all.Go(k.kill)
	}
	for item := range items {
		a := r.answer(item)
		if f := a.Failure; item == deadly {
			if f == nil || f.Problem != jobs.Lost {
				t.Errorf("what kills workers is answered with %+v", a)
			}
		} else if f != nil || !bytes.Equal(a.Response, answerTo(request(item))) {
			t.Errorf("item %d is answered with %d bytes, %v", item, len(a.Response), f)
		}
	}
	k.end()
	r.once()
}

// killers start workers and kill them, one after the other each.
type killers struct {
	t   *testing.T
	url string
	all sync.WaitGroup

	mu      sync.Mutex
	ended   bool
	started []*child
}

// start starts a worker; nil when the test ends.
func (k *killers) start() *child {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended {
		return nil
	}
	w := startChild(k.t, "worker", childURL+"=nats://"+k.url)
	k.started = append(k.started, w)
	return w
}

func (k *killers) kill() {
	for n := 0; ; n++ {
		w := k.start()
		if w == nil {
			return
		}
		for range rand.IntN(6) {
			w.until("has")
		}
		if n < 3 {
			w.until("has")
		} else {
			w.until("the end") // by poison, if at all
		}
		w.kill()
	}
}

func (k *killers) end() {
	k.mu.Lock()
	k.ended = true
	for _, w := range k.started {
		w.kill()
	}
	k.mu.Unlock()
	k.all.Wait()
}
