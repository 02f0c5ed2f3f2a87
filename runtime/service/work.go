package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"hecc/ir/diag"
	"hecc/runtime/jobs"
	"hecc/runtime/server"
)

// work is goroutines that work on jobs. A nil one is none.
type work struct {
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
}

// stop ends the work when the jobs in hand are answered.
func (w *work) stop() {
	if w != nil {
		w.cancel()
	}
}

func (w *work) wait() {
	if w != nil {
		w.group.Wait()
	}
}

// every does something now and then until the work is stopped.
func (w *work) every(d time.Duration, do func(context.Context, time.Time)) {
	w.group.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			do(w.ctx, time.Now())
			select {
			case <-w.ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// takeJobs works on jobs of all plans, as many at a time of each as there are slots.
func (e *engine) takeJobs(worker *jobs.Worker, tell func(result string)) *work {
	w := &work{}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	for _, m := range e.models {
		for range e.limits.Slots {
			w.group.Go(func() {
				_ = worker.Run(w.ctx, m.ID(), e.limits.Grace, func(ctx context.Context, job *jobs.Job) ([]byte, error) {
					return e.job(ctx, m, job, tell)
				})
			})
		}
	}
	return w
}

// job computes a job. What is wrong with it is a *jobs.Failure.
func (e *engine) job(ctx context.Context, m *served, job *jobs.Job, tell func(result string)) ([]byte, error) {
	start := time.Now()
	response, err := e.patiently(ctx, m, job)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	attrs := []slog.Attr{slog.String("batch", job.Batch), slog.Int("item", job.Item), slog.String("client", job.Client), slog.Float64("ms", float64(time.Since(start).Microseconds())/1000)}
	result := "answered"
	if err != nil {
		no := refusalOf(err)
		if no.kind == internal {
			e.log.Error("a job failed", "batch", job.Batch, "item", job.Item, "error", err.Error())
		}
		result, err = "failed", &jobs.Failure{Problem: no.kind.name, Detail: no.detail}
		attrs = append(attrs, slog.String("problem", no.kind.name))
	}
	tell(result)
	e.log.LogAttrs(ctx, slog.LevelInfo, "job", attrs...)
	return response, err
}

// beforeAgain is how long a job waits where slots or sessions are in use, or keys cannot be read now.
const beforeAgain = 200 * time.Millisecond

// patiently computes a job as soon as there is room for it.
func (e *engine) patiently(ctx context.Context, m *served, job *jobs.Job) ([]byte, error) {
	for {
		response, err := e.once(ctx, m, job)
		unread := (*unreadError)(nil)
		if no := refusalOf(err); err == nil || no.kind != busy && no.kind != clientBusy && !errors.As(err, &unread) {
			return response, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(beforeAgain):
		}
	}
}

func (e *engine) once(ctx context.Context, m *served, job *jobs.Job) (response []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("panic", "batch", job.Batch, "item", job.Item, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = errors.New("panic")
		}
	}()
	return e.compute(ctx, m, sessionName{job.Client, job.KeySet}, job.Request)
}

// Worker computes jobs that services elsewhere hand out. It has no HTTP, no key sets of its own and no clients.
type Worker struct {
	engine *engine
	jobs   *jobs.Worker
}

// NewWorker makes a worker of plans. The error says which limit is too small for one.
func NewWorker(models []*server.Model, l Limits, w *jobs.Worker, log *slog.Logger) (*Worker, error) {
	if len(models) == 0 {
		return nil, diag.Reason("a worker needs a plan").Cure("give one")
	}
	e, err := newEngine(models, l, log)
	if err != nil {
		return nil, err
	}
	e.keys = func(ctx context.Context, name sessionName) (r io.ReadCloser, err error) {
		return w.Keys(ctx, name.client, name.keySet)
	}
	return &Worker{e, w}, nil
}

// Run works until ctx is done, and ends when the jobs in hand are answered, or given back after Limits.Grace.
func (w *Worker) Run(ctx context.Context) {
	all := w.engine.takeJobs(w.jobs, func(string) {})
	<-ctx.Done()
	all.stop()
	all.wait()
	w.engine.sessions.close()
}
