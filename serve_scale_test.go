package hecc_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"hecc"
	"hecc/runtime/jobs"
	"hecc/runtime/jobs/embedded"
	"hecc/runtime/server"
	"hecc/runtime/service"
)

// scale is one client's batch at a NATS server in this process, with workers that join over TCP.
type scale struct {
	*served
	url   string
	queue *jobs.Queue
	log   *slog.Logger
}

const scalePassword = "a-password-of-enough-letters"

func newScale(t *testing.T, s *served) *scale {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	nats, err := embedded.Start(embedded.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Password: scalePassword, Log: log})
	check(err)
	t.Cleanup(nats.Close)
	nc, err := nats.Connect()
	check(err)
	t.Cleanup(nc.Close)
	queue, err := jobs.Open(t.Context(), nc, jobs.Options{Plans: []string{s.model.ID()}, Elsewhere: true})
	check(err)
	t.Cleanup(func() { check(queue.Close()) })
	check(queue.ShareKeys(t.Context(), "client", "keys", func() (io.ReadCloser, error) { return os.Open(s.keys) }))
	return &scale{s, "nats://" + nats.Addr().String(), queue, log}
}

// join gives a worker's side of a connection of its own.
func (s *scale) join(t *testing.T) *jobs.Worker {
	t.Helper()
	nc, err := jobs.Connect(t.Context(), jobs.Access{URLs: s.url, Password: scalePassword}, "worker", s.log)
	check(err)
	t.Cleanup(nc.Close)
	w, err := jobs.Join(t.Context(), nc, s.log)
	check(err)
	return w
}

// rate is how many items a second are answered, from the first request sent to the last answer read.
func (s *scale) rate(t *testing.T, items int) float64 {
	t.Helper()
	b := jobs.Batch{ID: strings.Repeat("0", 32), Client: "client", Plan: s.model.ID(), KeySet: "keys", Items: items, ItemBytes: int64(len(s.request)), AnswerBytes: int64(len(s.request))}
	_, err := s.queue.Create(t.Context(), b)
	check(err)
	defer func() { check(s.queue.Delete(t.Context(), &b)) }()
	start := time.Now()
	for item := range items {
		check(s.queue.Put(t.Context(), &b, item, s.request))
	}
	for item := range items {
		var a *jobs.Answer
		for ; a == nil; time.Sleep(time.Millisecond) {
			a, err = s.queue.Answer(t.Context(), &b, item)
			check(err)
		}
		if a.Failure != nil {
			t.Fatal(a.Failure)
		}
	}
	return float64(items) / time.Since(start).Seconds()
}

// TestServeScale prints how many items of a batch are answered a second, by workers with one slot each that compute, and by
// workers that wait for as long as computing takes and answer with as many bytes: those on machines of their own.
func TestServeScale(t *testing.T) {
	if !*serving {
		t.Skip("without -serve")
	}
	s := newScale(t, newServed(t, "mnist/relu", "mnist/calibrate", hecc.Options{TargetAgreement: 0.98}))
	for _, workers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		for range workers {
			w, err := service.NewWorker([]*server.Model{s.model}, service.Limits{Slots: 1}, s.join(t), s.log)
			check(err)
			go func() { w.Run(ctx); ended <- struct{}{} }()
		}
		s.rate(t, workers) // opens sessions
		t.Logf("%2d workers that compute: %5.1f items a second", workers, s.rate(t, 50*workers))
		cancel()
		for range workers {
			<-ended
		}
	}
	takes := time.Duration(quantile(times(1, 20, s.bare), 0.5) * float64(time.Millisecond))
	answer := make([]byte, s.bare())
	for _, workers := range []int{1, 2, 4, 8, 16} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		for range workers {
			w := s.join(t)
			go func() {
				_ = w.Run(ctx, s.model.ID(), time.Second, func(context.Context, *jobs.Job) ([]byte, error) {
					time.Sleep(takes)
					return answer, nil
				})
				ended <- struct{}{}
			}()
		}
		t.Logf("%2d workers that wait %s: %5.1f items a second", workers, takes.Round(time.Millisecond/10), s.rate(t, min(50*workers, 400)))
		cancel()
		for range workers {
			<-ended
		}
	}
}
