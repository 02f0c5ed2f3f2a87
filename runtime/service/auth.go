package service

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// anonymous is the one client of a service without tokens and certificates; such a service is for this machine.
const anonymous = "anonymous"

// identify says which client a request is from: the one whose token it bears, or the common name of the
// certificate that the connection was made with.
func (s *Service) identify(r *http.Request) (string, error) {
	if s.tokens == nil && !s.certificates {
		if !isLocal(r.Host) {
			return "", refuse(unauthorized, "this service knows no clients, and so is for its own machine only: ask for localhost")
		}
		return anonymous, nil
	}
	if header := r.Header.Get("Authorization"); header != "" && s.tokens != nil {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", refuse(unauthorized, "the header Authorization has another scheme than Bearer")
		}
		client, expired := s.tokens.client(strings.TrimSpace(token), time.Now())
		switch {
		case expired:
			return "", refuse(unauthorized, "the token has expired")
		case client == "":
			return "", refuse(unauthorized, "the token is not known")
		}
		return client, nil
	}
	if s.certificates && r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		if client := r.TLS.PeerCertificates[0].Subject.CommonName; client != "" {
			return client, nil
		}
		return "", refuse(unauthorized, "the client certificate has no common name")
	}
	return "", refuse(unauthorized, "it has no token")
}

// isLocal says whether the host that a request is for is a name of this machine. A page of another host that has
// its name point here, in the browser of who runs the service, is not.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "localhost" || net.ParseIP(strings.Trim(host, "[]")).IsLoopback()
}
