package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
	"hecc/runtime/jobs"
	"hecc/runtime/jobs/embedded"
	"hecc/runtime/server"
)

// natsOptions say where the jobs of batches are kept, and as whom one is there.
type natsOptions struct {
	access   jobs.Access
	password string // file
}

func (o *natsOptions) flags(cmd *cobra.Command, url string) {
	f, a := cmd.Flags(), &o.access
	f.StringVar(&a.URLs, "nats", "", url)
	f.StringVar(&o.password, "nats-password", "", "file with the password of the user in the URL, or of the user worker")
	f.StringVar(&a.Credentials, "nats-creds", "", "file with a NATS user's JWT and seed")
	f.StringVar(&a.CA, "nats-ca", "", "authorities that the NATS servers' certificates may be of (PEM; default: the system's)")
	f.StringVar(&a.Cert, "nats-cert", "", "client certificate for NATS (PEM)")
	f.StringVar(&a.Key, "nats-key", "", "its key (PEM)")
	f.BoolVar(&a.PlainText, "insecure-plain-nats", false, "NATS without TLS to other machines: something else protects the connection")
}

// check reads the password.
func (o *natsOptions) check() error {
	if (o.access.Cert == "") != (o.access.Key == "") {
		return usageError{errors.New("--nats-cert and --nats-key go together")}
	}
	if o.password == "" {
		return nil
	}
	text, err := os.ReadFile(o.password)
	if err != nil {
		return err
	}
	const least = 16
	if o.access.Password = strings.TrimSpace(string(text)); len(o.access.Password) < least || strings.ContainsAny(o.access.Password, " \t\r\n") {
		return diag.In(o.password, "holds no password: that is one word of at least %d letters", least).Cure("openssl rand -hex 24 makes one")
	}
	return nil
}

// checkWorkers says whether workers may join the server in this process so.
func (o *serveOptions) checkWorkers() error {
	if o.workers == "" {
		return nil
	}
	address, err := net.ResolveTCPAddr("tcp", o.workers)
	switch {
	case err != nil:
		return usageError{fmt.Errorf("--workers: %w", err)}
	case o.nats.access.URLs != "":
		return usageError{errors.New("--workers and --nats exclude each other: with --nats, workers join there")}
	case o.nats.password == "":
		return usageError{errors.New("--workers needs --nats-password: whoever joins answers jobs")}
	case !address.IP.IsLoopback() && o.cert == "":
		return usageError{fmt.Errorf("%s is reached by other machines: workers need TLS there, give --tls-cert and --tls-key", o.workers)}
	}
	return nil
}

// startTime is how long a cluster may take to be ready.
const startTime = time.Minute

// natsError is why NATS servers elsewhere cannot be used.
func natsError(err error) error {
	if d := (*diag.Error)(nil); errors.As(err, &d) {
		return fmt.Errorf("--nats: %w", err)
	}
	return diag.Wrap("--nats: %w", err).Cure("check that the servers run with JetStream, and that address, password and certificates are right; the log says more")
}

// openQueue opens the queue of jobs: at NATS servers elsewhere, or in this process.
func (o *serveOptions) openQueue(ctx context.Context, models []*server.Model, security *tls.Config, log *slog.Logger) (q *jobs.Queue, end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	options := jobs.Options{Elsewhere: o.nats.access.URLs != "" || o.workers != ""}
	for _, m := range models {
		options.Plans = append(options.Plans, m.ID())
	}
	if o.nats.access.URLs != "" {
		nc, err := jobs.Connect(ctx, o.nats.access, "hecc serve", log)
		if err != nil {
			return nil, nil, natsError(err)
		}
		if q, err = jobs.Open(ctx, nc, options); err != nil {
			nc.Close()
			return nil, nil, natsError(err)
		}
		return q, func() { q.Close(); nc.Close() }, nil
	}
	e := embedded.Options{Dir: filepath.Join(o.keys, "jobs"), Listen: o.workers, Password: o.nats.access.Password, Log: log}
	if security != nil {
		e.TLS = security.Clone()
		e.TLS.ClientAuth, e.TLS.ClientCAs = tls.NoClientCert, nil
	}
	s, err := embedded.Start(e)
	if err != nil {
		return nil, nil, fmt.Errorf("the queue of jobs in %s: %w", e.Dir, err)
	}
	nc, err := s.Connect()
	if err == nil {
		if q, err = jobs.Open(ctx, nc, options); err != nil {
			nc.Close()
		}
	}
	if err != nil {
		s.Close()
		return nil, nil, fmt.Errorf("the queue of jobs in %s: %w", e.Dir, err)
	}
	if o.workers != "" {
		log.Info("workers", "address", s.Addr().String(), "tls", e.TLS != nil)
	}
	return q, func() { q.Close(); nc.Close(); s.Close() }, nil
}
