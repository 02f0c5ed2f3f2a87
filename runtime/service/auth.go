package service

import (
	"net/http"
	"strings"
	"time"
)

// anonymous is the one client of a service without tokens and certificates.
const anonymous = "anonymous"

// identify says which client a request is from: the one whose token it bears, or the common name of the
// certificate that the connection was made with.
func (s *Service) identify(r *http.Request) (string, error) {
	if s.tokens == nil && !s.certificates {
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
