package service

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are counted for Prometheus. They name routes and plans, never clients or what they send.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	compute  *prometheus.HistogramVec
	samples  *prometheus.CounterVec
	opened   *prometheus.CounterVec
	opening  prometheus.Histogram
	closed   prometheus.Counter
	jobs     *prometheus.CounterVec
}

// seconds are the bounds of histograms, from a small answer to the longest inference.
var seconds = prometheus.ExponentialBuckets(0.0005, 2, 20)

func newMetrics(s *Service) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hecc_" + name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hecc_" + name, Help: help, Buckets: seconds}, labels)
	}
	m.requests = counter("requests_total", "Requests by route and status; 499: the client went away.", "route", "code")
	m.latency = histogram("request_seconds", "Time from a request's header to the end of its answer.", "route")
	m.bytes = counter("body_bytes_total", "Bytes of bodies by direction.", "route", "direction")
	m.compute = histogram("compute_seconds", "Time that an inference computes.", "plan")
	m.samples = counter("samples_total", "Samples that were answered.", "plan")
	m.opened = counter("sessions_opened_total", "Sessions opened from key sets.", "result")
	m.opening = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hecc_session_open_seconds", Help: "Time that opening a session takes.", Buckets: seconds})
	m.closed = prometheus.NewCounter(prometheus.CounterOpts{Name: "hecc_sessions_closed_total", Help: "Sessions closed to make room, or with their key set."})
	m.jobs = counter("jobs_total", "Items of batches that this process has computed.", "result")
	m.registry.MustRegister(m.jobs, m.requests, m.latency, m.bytes, m.compute, m.samples, m.opened, m.opening, m.closed,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.gauge("in_flight", "Requests being served.", s.inFlight.used)
	m.gauge("held_bytes", "Bytes that bodies and answers may take.", s.bodies.used)
	m.gauge("queue", "Requests that wait for a slot.", func() float64 { _, n := s.slots.used(); return float64(n) })
	m.gauge("slots_busy", "Slots that compute.", func() float64 { n, _ := s.slots.used(); return float64(n) })
	m.gauge("sessions", "Open sessions.", func() float64 { n, _ := s.sessions.used(); return float64(n) })
	m.gauge("session_bytes", "Memory of open sessions.", func() float64 { _, b := s.sessions.used(); return float64(b) })
	m.gauge("stored_bytes", "Bytes of key sets and uploads, as announced.", func() float64 { return float64(s.store.Bytes()) })
	m.gauge("batch_bytes", "Bytes of batches and their answers, as announced.", func() float64 {
		if s.jobs == nil {
			return 0
		}
		return float64(s.jobs.Bytes())
	})
	s.sessions.opened = func(took time.Duration, err error) {
		result := "ok"
		if err != nil {
			result = "failed"
		}
		m.opened.WithLabelValues(result).Inc()
		m.opening.Observe(took.Seconds())
	}
	s.sessions.closed = m.closed.Inc
	return m
}

func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hecc_" + name, Help: help}, value))
}

// note counts a call that is over.
func (m *metrics) note(c *call) {
	route := c.routeName()
	m.requests.WithLabelValues(route, strconv.Itoa(c.status)).Inc()
	m.latency.WithLabelValues(route).Observe(time.Since(c.start).Seconds())
	m.bytes.WithLabelValues(route, "in").Add(float64(c.in.n))
	m.bytes.WithLabelValues(route, "out").Add(float64(c.out))
}

func (m *metrics) computed(plan string, samples int, took time.Duration) {
	m.compute.WithLabelValues(plan).Observe(took.Seconds())
	m.samples.WithLabelValues(plan).Add(float64(samples))
}

func (m *metrics) job(result string) { m.jobs.WithLabelValues(result).Inc() }

// Admin is the handler for an admin address: GET /metrics for Prometheus, and the routes of health, which there
// need no certificate and no room among the connections of clients.
func (s *Service) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /v2/health/", s)
	return mux
}
