package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Job is a request that a worker has in hand.
type Job struct {
	Plan, Batch    string // Batch is what NATS calls it
	Item           int
	Client, KeySet string
	Request        []byte
}

// Attempts is how often a job is delivered before it counts as one that kills workers.
const Attempts = 5

// Lost is the problem of jobs whose workers end without an answer.
const Lost = "lost-job"

// Worker is the side that computes. Safe for concurrent use.
type Worker struct {
	stores
	log *slog.Logger
}

// Worker gives the worker's side of the same connection.
func (q *Queue) Worker(log *slog.Logger) *Worker { return &Worker{q.stores, log} }

// Join finds the streams that a front end makes. It waits for them until ctx is done.
func Join(ctx context.Context, nc *nats.Conn, log *slog.Logger) (*Worker, error) {
	s, err := newStores(nc)
	if err != nil {
		return nil, err
	}
	err = retry(ctx, func() (err error) {
		ctx, stop := soon(ctx)
		defer stop()
		if s.jobs, err = s.js.Stream(ctx, jobsStream); err != nil {
			return err
		}
		if s.results, err = s.js.Stream(ctx, resultsStream); err != nil {
			return err
		}
		if s.data, err = s.js.ObjectStore(ctx, dataBucket); err != nil {
			return err
		}
		s.keys, err = s.js.ObjectStore(ctx, keysBucket)
		return err
	})
	return &Worker{s, log}, err
}

const fetchWait = 5 * time.Second

// Run computes jobs of a plan, one at a time, until ctx is done, and ends when the one in hand is answered; it is
// given back if that takes longer than grace. do returns the response, a *Failure, or the error of its context.
func (w *Worker) Run(ctx context.Context, plan string, grace time.Duration, do func(context.Context, *Job) ([]byte, error)) error {
	var jobs jetstream.Consumer
	told := false
	err := retry(ctx, func() (err error) {
		ctx, stop := soon(ctx)
		defer stop()
		if jobs, err = w.jobs.Consumer(ctx, plan); err != nil && !told {
			told = true
			w.log.Warn("no service hands out jobs of this plan yet", "plan", plan, "error", err.Error())
		}
		return err
	})
	if err != nil {
		return err
	}
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	for ctx.Err() == nil {
		m, err := next(ctx, jobs)
		switch {
		case m != nil:
			w.handle(hard, m, jobs.CachedInfo().Config.AckWait, do)
		case err != nil && ctx.Err() == nil:
			w.log.Warn("no jobs are to be had", "error", err.Error())
			pause(ctx, longPause)
		}
	}
	return ctx.Err()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// next waits for a job; it is nil if there is none for a while.
func next(ctx context.Context, jobs jetstream.Consumer) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	few, err := jobs.Fetch(1, jetstream.FetchContext(ctx))
	if err != nil {
		return nil, err
	}
	for m := range few.Messages() {
		return m, nil
	}
	if err = few.Error(); errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) {
		err = nil
	}
	return nil, err
}

// handle sees to it that a job has its answer, and acknowledges it then.
func (w *Worker) handle(ctx context.Context, m jetstream.Msg, wait time.Duration, do func(context.Context, *Job) ([]byte, error)) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go keepInHand(ctx, m, wait)
	err := w.compute(ctx, m, do)
	if err == nil {
		err = m.Ack()
	} else {
		_ = m.Nak() // if that fails too it is delivered again after AckWait
	}
	if err != nil {
		w.log.Warn("a job was given back", "job", m.Subject(), "error", err.Error())
	}
}

// keepInHand says now and then that the job is being computed.
func keepInHand(ctx context.Context, m jetstream.Msg, wait time.Duration) {
	tick := time.NewTicker(wait / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = m.InProgress() // while there is no connection another worker may get the job
		}
	}
}

// compute computes a job, unless it has been answered, and stores the answer.
func (w *Worker) compute(ctx context.Context, m jetstream.Msg, do func(context.Context, *Job) ([]byte, error)) error {
	about, err := m.Metadata()
	if err != nil {
		return err
	}
	job := jobOf(m)
	if about.NumDelivered > 1 {
		var answered *jetstream.RawStreamMsg
		if err := retry(ctx, func() (err error) {
			answered, err = last(ctx, w.results, resultSubject(job.Batch, job.Item))
			return err
		}); err != nil || answered != nil {
			return err
		}
	}
	if about.NumDelivered > Attempts {
		return w.answer(ctx, m, job, nil, &Failure{Lost, fmt.Sprintf("%d workers had it, one after the other, and ended without an answer", Attempts)})
	}
	failed := w.load(ctx, m, job)
	var response []byte
	if failed == nil {
		response, failed = do(ctx, job)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return w.answer(ctx, m, job, response, failed)
}

// jobOf reads what a message says of a job.
func jobOf(m jetstream.Msg) *Job {
	h := m.Headers()
	words := strings.Split(m.Subject(), ".") // as jobSubject
	item, _ := itemOf(m.Subject())
	client, _ := url.QueryUnescape(h.Get(headerClient))
	return &Job{Plan: words[2], Batch: words[3], Item: item, Client: client, KeySet: h.Get(headerKeySet)}
}

// load gets the request.
func (w *Worker) load(ctx context.Context, m jetstream.Msg, job *Job) error {
	var gone error
	err := retry(ctx, func() (err error) {
		if job.Request, err = w.content(ctx, m.Headers(), m.Data()); errors.Is(err, jetstream.ErrObjectNotFound) {
			gone, err = &Failure{"unknown-batch", "the request was deleted"}, nil
		}
		return err
	})
	return errors.Join(err, gone)
}

// answer stores an answer unless there is one. It tries until ctx is done.
func (w *Worker) answer(ctx context.Context, m jetstream.Msg, job *Job, response []byte, failed error) error {
	a := nats.NewMsg(resultSubject(job.Batch, job.Item))
	a.Header.Set(headerHash, m.Headers().Get(headerHash))
	if f := (*Failure)(nil); errors.As(failed, &f) {
		a.Header.Set(headerProblem, f.Problem)
		a.Data = []byte(f.Detail)
	} else if failed != nil {
		return failed
	} else if err := retry(ctx, func() error { return w.fill(ctx, a, job.Batch, response) }); err != nil {
		return err
	}
	return retry(ctx, func() error {
		_, err := w.publishFirst(ctx, w.results, a)
		return err
	})
}
