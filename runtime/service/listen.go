package service

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	mostHeader  = 16 << 10 // bytes of a header
	mostStreams = 64       // of a connection of HTTP/2
	idleTime    = 2 * time.Minute
	expireEvery = 10 * time.Minute
)

// Serve answers what comes over a listener until ctx is done, over TLS unless t is nil; then it takes nothing
// new, and returns when what is in flight has ended, or after Limits.Grace.
func (s *Service) Serve(ctx context.Context, l net.Listener, t *tls.Config) error {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(t != nil)
	protocols.SetUnencryptedHTTP2(t == nil) // proxies speak it
	bounded := newConnections(l, s.limits.Connections)
	h := &http.Server{
		Handler:           bounded.noting(s),
		ConnContext:       bounded.context,
		ConnState:         bounded.state,
		TLSConfig:         t,
		Protocols:         protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: mostStreams},
		ReadHeaderTimeout: s.limits.Patience,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    mostHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // of handshakes and the like, as strangers please
	}
	ended := make(chan error, 1)
	go func() {
		if t == nil {
			ended <- h.Serve(bounded)
		} else {
			ended <- h.ServeTLS(bounded, "", "")
		}
	}()
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case now := <-tick.C:
			if n, err := s.store.Expire(now); err != nil || n > 0 {
				s.log.Info("uploads expired", "uploads", n, "failed", err != nil)
			}
		case <-ctx.Done():
			return s.shutdown(h)
		}
	}
}

func (s *Service) shutdown(h *http.Server) error {
	s.Drain()
	ctx, cancel := context.WithTimeout(context.Background(), s.limits.Grace)
	defer cancel()
	err := h.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests were cut off", "after", s.limits.Grace.String())
		err = h.Close()
	}
	return err
}
