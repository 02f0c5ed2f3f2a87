package service

import (
	"bytes"
	"log/slog"
	"net/http"
	"sync/atomic"

	"hecc/ir/diag"
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
	Limits       Limits
	Log          *slog.Logger // nil: none
}

// Service is an http.Handler that serves plans. Without tokens and certificates everybody is one and the same
// client, and only requests for localhost are answered.
type Service struct {
	models       []*served
	store        *keystore.Store
	tokens       *Tokens
	certificates bool
	page         *web.Page
	limits       Limits
	log          *slog.Logger

	mux      *http.ServeMux
	inFlight *budget
	bodies   *budget
	slots    *slots
	sessions *sessions
	metrics  *metrics
	draining atomic.Bool
}

// served is a model with what clients are told of it.
type served struct {
	*server.Model
	client []byte // its file
}

// New makes a service. The error says which limit is too small for a plan.
func New(c Config) (*Service, error) {
	if len(c.Models) == 0 || c.Store == nil {
		return nil, diag.Reason("a service needs a plan and a key store").Cure("give Config.Models and Config.Store")
	}
	s := &Service{store: c.Store, tokens: c.Tokens, certificates: c.Certificates, page: c.Page, log: c.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, m := range c.Models {
		if _, err := s.model(m.ID()); err == nil {
			return nil, diag.Reason("plan %s is given twice", m.ID()).Cure("name each plan once")
		}
		var file bytes.Buffer
		if err := m.WriteClient(&file); err != nil {
			return nil, err
		}
		s.models = append(s.models, &served{m, file.Bytes()})
	}
	n := needsOf(c.Models)
	s.limits = c.Limits.withDefaults(n)
	if err := s.limits.check(n); err != nil {
		return nil, err
	}
	l := &s.limits
	s.inFlight = newBudget(int64(l.InFlight), int64(l.InFlightPerClient))
	s.bodies = newBudget(l.Bodies, l.Bodies/share)
	s.slots = newSlots(l.Slots, l.Queue, l.Wait)
	s.sessions = newSessions(l.Sessions, l.SessionsPerClient)
	s.metrics = newMetrics(s)
	s.mux = s.newMux(routes)
	return s, nil
}

// Drain makes the service refuse new work, with 503, and say that it is not ready.
func (s *Service) Drain() { s.draining.Store(true) }

// Close frees all sessions when nothing runs in them. Models and store stay open.
func (s *Service) Close() {
	s.Drain()
	s.sessions.close()
}

// model finds a plan by its ID.
func (s *Service) model(id string) (*served, error) {
	for _, m := range s.models {
		if m.ID() == id {
			return m, nil
		}
	}
	return nil, refuse(unknownPlan, "no plan of this service has that ID")
}
