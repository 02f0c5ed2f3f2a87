package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"hecc/ir/diag"
	"hecc/runtime/remote"
)

// serviceOptions are the flags of commands that ask a service.
type serviceOptions struct {
	token         string // file
	ca, cert, key string
	plainHTTP     bool
}

func (o *serviceOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.token, "token-file", "", "file with the token")
	f.StringVar(&o.ca, "ca", "", "authorities that the service's certificate may be of (PEM; default: the system's)")
	f.StringVar(&o.cert, "tls-cert", "", "client certificate (PEM)")
	f.StringVar(&o.key, "tls-key", "", "its key (PEM)")
	f.BoolVar(&o.plainHTTP, "insecure-plain-http", false, "plain HTTP to another machine: something else protects the connection")
}

func (o *serviceOptions) check() error {
	if (o.cert == "") != (o.key == "") {
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	return nil
}

// options are those of package remote, without keys and plan.
func (o *serviceOptions) options() (r remote.Options, err error) {
	r.InsecurePlainHTTP = o.plainHTTP
	if r.HTTP, err = o.http(); err != nil || o.token == "" {
		return r, err
	}
	text, err := os.ReadFile(o.token)
	if err != nil {
		return r, fmt.Errorf("--token-file: %w", err)
	}
	if r.Token = strings.TrimSpace(string(text)); r.Token == "" || strings.ContainsAny(r.Token, " \t\r\n") {
		return r, diag.In(o.token, "holds no token").Cure("write one word into it, as hecc token prints it")
	}
	return r, nil
}

// http is a client with the certificates that were given; nil if there are none.
func (o *serviceOptions) http() (*http.Client, error) {
	if o.ca == "" && o.cert == "" {
		return nil, nil
	}
	c := &tls.Config{}
	if o.ca != "" {
		var err error
		if c.RootCAs, err = readAuthorities(o.ca); err != nil {
			return nil, err
		}
	}
	if o.cert != "" {
		own, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return nil, diag.Wrap("--tls-cert %s, --tls-key %s: %w", o.cert, o.key, err).Cure("both must be PEM files, of a certificate and of its own private key")
		}
		c.Certificates = []tls.Certificate{own}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = c
	return &http.Client{Transport: t}, nil
}

// cured names the flags and commands that help, where package remote says what is to be done.
func (o *serviceOptions) cured(err error) error {
	if of := (*remote.ConnectError)(nil); errors.As(err, &of) {
		switch of.Name {
		case remote.PlainHTTP:
			of.Cure = "use https, or give --insecure-plain-http if the connection is protected otherwise"
		case remote.BadCertificate:
			if strings.Contains(of.Why, "not trusted here") {
				of.Cure = "get the certificate that signed it from whoever runs the service, and give that with --ca FILE"
			}
		case remote.ClientCertificate:
			of.Cure = "give --tls-cert and --tls-key of an authority that the service knows (its --client-ca)"
		case remote.Broken: // a service that wants another certificate may be gone before its alert is read
			if strings.HasPrefix(of.URL, "https:") {
				of.Cure = "try again; or give --tls-cert and --tls-key of an authority that the service knows (its --client-ca)"
			}
		}
	}
	if of := (*remote.Problem)(nil); errors.As(err, &of) {
		switch of.Name() {
		case "unauthorized":
			of.Cure = o.credentials()
		case "too-many-keysets":
			of.Cure = "hecc keys URL lists them, hecc keys URL --delete ID deletes one"
		case "no-such-route":
			of.Cure = "give the address without a path, unless a proxy has the service under one"
		}
	}
	return err
}

// credentials says how a client that is not known becomes known.
func (o *serviceOptions) credentials() string {
	const made = "; whoever runs the service makes one with hecc token"
	if o.token == "" && o.cert == "" {
		return "give --token-file FILE, or --tls-cert and --tls-key" + made
	}
	return "get another token" + made
}
