package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"hecc/ir/diag"
	"hecc/runtime/server"
)

// engine computes requests of clients within slots, in sessions that it opens from their keys.
type engine struct {
	models   []*served
	limits   Limits
	log      *slog.Logger
	slots    *slots
	sessions *sessions
	keys     func(context.Context, sessionName) (io.ReadCloser, error)
	computed func(plan string, samples int, took time.Duration)
}

// served is a model with what clients are told of it.
type served struct {
	*server.Model
	client []byte // its file
}

// newEngine says which limit is too small for a plan.
func newEngine(models []*server.Model, l Limits, log *slog.Logger) (*engine, error) {
	e := &engine{log: log, computed: func(string, int, time.Duration) {}}
	if log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	for _, m := range models {
		if _, err := e.model(m.ID()); err == nil {
			return nil, diag.Reason("plan %s is given twice", m.ID()).Cure("name each plan once")
		}
		var file bytes.Buffer
		if err := m.WriteClient(&file); err != nil {
			return nil, err
		}
		e.models = append(e.models, &served{m, file.Bytes()})
	}
	n := needsOf(models)
	e.limits = l.withDefaults(n)
	if err := e.limits.check(n); err != nil {
		return nil, err
	}
	e.slots = newSlots(e.limits.Slots, e.limits.Queue, e.limits.Wait)
	e.sessions = newSessions(e.limits.Sessions, e.limits.SessionsPerClient)
	return e, nil
}

// model finds a plan by its ID.
func (e *engine) model(id string) (*served, error) {
	for _, m := range e.models {
		if m.ID() == id {
			return m, nil
		}
	}
	return nil, refuse(unknownPlan, "no plan of this service has that ID")
}

// compute waits for a slot, and computes a request. The body is looked at within the slot, since what it is
// decoded to takes more memory.
func (e *engine) compute(ctx context.Context, m *served, name sessionName, body []byte) ([]byte, error) {
	leave, err := e.slots.enter(ctx, name.client)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, e.limits.Compute)
	defer cancel()
	request, err := m.DecodeRequest(body)
	if err != nil {
		return nil, err
	}
	session, done, err := e.sessions.use(ctx, name, m.Model, func() (io.ReadCloser, error) { return e.keys(ctx, name) })
	if err != nil {
		return nil, keysFailed(err)
	}
	defer done()
	start := time.Now()
	response, err := session.Run(ctx, request)
	if err != nil {
		return nil, err
	}
	e.computed(m.ID(), request.Samples(), time.Since(start))
	return response.Encode(), nil
}

// keysFailed keeps what is wrong with stored keys, which were good when they came, apart from what is wrong
// with a request.
func keysFailed(err error) error {
	if file := (*server.FileError)(nil); errors.As(err, &file) {
		return refuse(damagedKeySet, "%v", file)
	}
	return err
}
