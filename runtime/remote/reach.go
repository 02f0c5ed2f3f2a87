package remote

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ConnectError is a service that is not reached, or not trusted.
type ConnectError struct {
	URL  string // of the service
	Name string // its kind, as "refused"
	Why  string
	Cure string
	Err  error // nil if nothing was tried
}

// Kinds of ConnectError.
const (
	BadAddress        = "bad-address"        // what was given is no address of a service
	PlainHTTP         = "plain-http"         // plain HTTP to another machine
	Refused           = "refused"            // nothing listens there
	UnknownHost       = "unknown-host"       // no host has that name
	NoAnswer          = "no-answer"          // nothing came back in time
	NoTLS             = "no-tls"             // TLS was expected
	BadCertificate    = "bad-certificate"    // the service's certificate is not trusted
	ClientCertificate = "client-certificate" // the service does not take the client's certificate
	Broken            = "broken"             // all else
)

func (e *ConnectError) Error() string {
	text := e.URL + ": " + e.Why
	if e.Err == nil {
		text = e.URL + " " + e.Why
	}
	return text + "\n  note: " + e.Cure
}

// because fills in what kind of error it is, and what helps.
func (e *ConnectError) because(name, why, cure string) *ConnectError {
	e.Name, e.Why, e.Cure = name, why, cure
	return e
}

// Unwrap gives the error of the connection.
func (e *ConnectError) Unwrap() error { return e.Err }

// again says whether the same may succeed later.
func (e *ConnectError) again() bool {
	switch e.Name {
	case Refused, NoAnswer, Broken, UnknownHost:
		return true
	}
	return false
}

// unreached says why a request to a service has no answer.
func unreached(base string, err error) *ConnectError {
	e := &ConnectError{URL: base, Err: err}
	var (
		verify *tls.CertificateVerificationError
		op     *net.OpError
		record tls.RecordHeaderError
		name   *net.DNSError
		wait   net.Error
	)
	switch {
	case errors.As(err, &verify):
		return e.distrust(verify)
	case errors.As(err, &op) && op.Op == "remote error": // an alert of TLS, which package tls has no type for
		return e.because(ClientCertificate, fmt.Sprintf("it ends the connection: %v", op.Err), "give a client certificate of an authority that the service knows")
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return e.because(NoTLS, "it speaks no TLS there, as https expects",
			"ask for "+strings.Replace(base, "https:", "http:", 1)+", if the connection is protected otherwise; or check the port")
	case errors.As(err, &name) && name.IsNotFound:
		return e.because(UnknownHost, "no host of that name is known", "check the name, and that this machine is on the network")
	case errors.Is(err, syscall.ECONNREFUSED):
		return e.because(Refused, "connection refused: nothing listens there", "check host and port, and whether the service runs (hecc serve)")
	case errors.As(err, &wait) && wait.Timeout():
		return e.because(NoAnswer, "no answer came in time", "check host and port, and whether a firewall is between")
	}
	return e.because(Broken, fmt.Sprintf("the connection failed: %v", inner(err)), "try again; or check host and port")
}

// inner is an error of a request without method and URL.
func inner(err error) error {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		return of.Err
	}
	return err
}

// distrust says why a certificate is not trusted, and what helps.
func (e *ConnectError) distrust(v *tls.CertificateVerificationError) *ConnectError {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(v, &host):
		return e.because(BadCertificate, fmt.Sprintf("its certificate is for %s, not for %s", namesOf(host.Certificate), host.Host),
			"use a name that it is for, or have a certificate made for this one")
	case errors.As(v, &invalid) && invalid.Reason == x509.Expired:
		const day = time.DateOnly
		return e.because(BadCertificate, fmt.Sprintf("its certificate is good from %s to %s, not today", invalid.Cert.NotBefore.Format(day), invalid.Cert.NotAfter.Format(day)),
			"whoever runs the service has to renew it; or check this machine's clock")
	case errors.As(v, &authority) && len(v.UnverifiedCertificates) > 0:
		const cure = "get the certificate that signed it from whoever runs the service, and trust that one"
		if c := v.UnverifiedCertificates[0]; string(c.RawIssuer) == string(c.RawSubject) {
			return e.because(BadCertificate, "its certificate is signed by itself, and not trusted here", cure)
		}
		return e.because(BadCertificate, "its certificate is signed by an authority that is not trusted here", cure)
	}
	return e.because(BadCertificate, fmt.Sprintf("its certificate is not trusted: %v", v.Err), "whoever runs the service has to replace it")
}

// namesOf lists for which hosts a certificate is.
func namesOf(c *x509.Certificate) string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no host"
	}
	return strings.Join(names, ", ")
}

// checkAddress wants the address of a service, and TLS where others could listen.
func checkAddress(base string, plain bool) error {
	e := &ConnectError{URL: fmt.Sprintf("%q", base)}
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return e.because(BadAddress, "is no address of a service: that begins with https:// or http://", "give "+likely(base))
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return e.because(BadAddress, "is more than the address of a service", "leave out what is behind ? and #, and before @")
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !plain:
		e.URL = base
		return e.because(PlainHTTP, "is plain HTTP: whoever is between can read the token and take your place",
			"use https, or allow plain HTTP if the connection is protected otherwise")
	}
	return nil
}

// likely is the address that was meant.
func likely(base string) string {
	if _, rest, ok := strings.Cut(base, "://"); ok {
		base = rest
	}
	if u, err := url.Parse("http://" + base); err == nil && u.Host != "" {
		if isLoopback(u.Hostname()) {
			return "http://" + base
		}
		return "https://" + base
	}
	return "a URL as https://example.org"
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
