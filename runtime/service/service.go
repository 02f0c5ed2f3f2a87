package service

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"

	"hecc/ir/diag"
	"hecc/runtime/jobs"
	"hecc/runtime/server"
	"hecc/runtime/service/keystore"
	"hecc/runtime/web"
)

// Config is what a service is made of.
type Config struct {
	Models       []*server.Model // at least one, each of another plan
	Store        *keystore.Store // of its clients' key sets; the service does not close it
	Tokens       *Tokens         // nil: none are taken
	Certificates bool            // the common name of a verified client certificate names the client
	Page         *web.Page       // for browsers; nil: none
	Jobs         *jobs.Queue     // of batches, on which the service works too; nil: it takes none, and does not close it
	Limits       Limits
	Log          *slog.Logger // nil: none
}

// Service is an http.Handler that serves plans. Without tokens and certificates everybody is one and the same
// client, and only requests for localhost are answered.
type Service struct {
	*engine
	store        *keystore.Store
	tokens       *Tokens
	certificates bool
	page         *web.Page
	jobs         *jobs.Queue // nil: no batches

	mux      *http.ServeMux
	inFlight *budget
	bodies   *budget
	metrics  *metrics
	draining atomic.Bool
	work     *work // on jobs
}

// New makes a service. The error says which limit is too small for a plan.
func New(c Config) (*Service, error) {
	if len(c.Models) == 0 || c.Store == nil {
		return nil, diag.Reason("a service needs a plan and a key store").Cure("give Config.Models and Config.Store")
	}
	e, err := newEngine(c.Models, c.Limits, c.Log)
	if err != nil {
		return nil, err
	}
	s := &Service{engine: e, store: c.Store, tokens: c.Tokens, certificates: c.Certificates, page: c.Page, jobs: c.Jobs}
	l := &s.limits
	s.inFlight = newBudget(int64(l.InFlight), int64(l.InFlightPerClient))
	s.bodies = newBudget(l.Bodies, l.Bodies/share)
	s.metrics = newMetrics(s)
	s.computed = s.metrics.computed
	s.keys = func(_ context.Context, name sessionName) (io.ReadCloser, error) {
		return s.store.Open(name.client, name.keySet)
	}
	s.mux = s.newMux(routes)
	if s.jobs != nil {
		s.work = s.takeJobs(s.jobs.Worker(s.log), s.metrics.job)
		s.work.every(expireEvery, s.expireBatches)
	}
	return s, nil
}

// Drain makes the service refuse new work, with 503, and say that it is not ready.
func (s *Service) Drain() {
	s.draining.Store(true)
	s.work.stop()
}

// Close frees all sessions when nothing runs in them. Models, store and queue stay open.
func (s *Service) Close() {
	s.Drain()
	s.work.wait()
	s.sessions.close()
}
