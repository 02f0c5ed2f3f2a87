package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"hecc/ir/diag"
	"hecc/runtime/service"
	"hecc/runtime/service/keystore"
	"hecc/runtime/web"
)

type serveOptions struct {
	listen, admin      string
	cert, key, ca      string
	tokens, keys, web  string
	workers            string // address
	nats               natsOptions
	memory             byteSize
	plainHTTP, private bool // private: nobody but this machine reaches the address
}

func newServe() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve PLAN... [--listen ADDRESS]",
		Short: "Serve plans over HTTP",
		Long: `Serve plans over HTTP/1.1 and 2 until interrupted; then what is in flight is finished. hecc infer
is the client, GET /openapi.json describes the API, and docs/deploy.md says what to consider.

On other addresses than this machine's own, give a certificate (--tls-cert, --tls-key; renewed ones are
taken as the files change), or --insecure-plain-http if a proxy in front has one; and say who may use
it: clients with a token (--tokens, made by hecc token), or with a certificate of an authority
(--client-ca), whose common name names the client. A client sees its own keys only.

With --web, browsers get a page at / on which people draw or paste what is to be computed; keys are
made there. go run ./runtime/web/build DIR, in hecc's source, writes the folder.

Batches are requests that are answered in their own time, each exactly once, also if the service is
killed meanwhile. It computes them itself; hecc worker helps on other machines: at --workers ADDRESS,
or at a cluster of NATS servers that both use (--nats).

Key sets and batches are kept in --keys and outlive the service. The log goes to standard error as
JSON, without what clients send; metrics for Prometheus are at http://ADMIN/metrics.`,
		Example: `  hecc serve mlp.hecc
  hecc serve mlp.hecc --listen :443 --tls-cert cert.pem --tls-key key.pem`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("takes at least one PLAN")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, check := range []func() error{o.check, o.checkWorkers, o.nats.check} {
				if err := check(); err != nil {
					return err
				}
			}
			return runServe(cmd.Context(), args, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "localhost:8080", "address to listen on")
	f.StringVar(&o.cert, "tls-cert", "", "certificate with its chain (PEM)")
	f.StringVar(&o.key, "tls-key", "", "its key (PEM)")
	f.StringVar(&o.ca, "client-ca", "", "authorities of client certificates (PEM)")
	f.StringVar(&o.tokens, "tokens", "", "file of the clients' tokens")
	f.StringVar(&o.keys, "keys", "hecc-keys", "folder for the clients' evaluation keys and batches")
	f.StringVar(&o.web, "web", "", "folder of the page for browsers (default: no page)")
	f.StringVar(&o.admin, "admin", "", "address for metrics and health, without TLS (default: none)")
	f.StringVar(&o.workers, "workers", "", "address where hecc worker joins, with the password of --nats-password (default: none)")
	o.nats.flags(cmd, "NATS servers with JetStream that keep batches (default: one in this process)")
	f.Var(&o.memory, "max-memory", "memory that the service may take, as 8GiB (default: what this machine or container has)")
	f.BoolVar(&o.plainHTTP, "insecure-plain-http", false, "plain HTTP for other machines: a proxy in front has the certificate")
	return cmd
}

// check says whether the flags go together, and whether the address may be served so.
func (o *serveOptions) check() error {
	address, err := net.ResolveTCPAddr("tcp", o.listen)
	if err != nil {
		return usageError{fmt.Errorf("--listen: %w", err)}
	}
	o.private = address.IP.IsLoopback()
	switch {
	case (o.cert == "") != (o.key == ""):
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	case o.ca != "" && o.cert == "":
		return usageError{errors.New("--client-ca needs TLS: give --tls-cert and --tls-key")}
	case !o.private && o.cert == "" && !o.plainHTTP:
		return usageError{fmt.Errorf("%s is reached by other machines, and plain HTTP shows them tokens: give --tls-cert and --tls-key, or --insecure-plain-http if a proxy in front has a certificate", o.listen)}
	case !o.private && o.tokens == "" && o.ca == "":
		return usageError{fmt.Errorf("%s is reached by other machines, and all of them would be the same client: give --tokens or --client-ca", o.listen)}
	}
	return nil
}

func runServe(ctx context.Context, plans []string, o *serveOptions) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	log := newLog()
	config := service.Config{Certificates: o.ca != "", Log: log}
	var err error
	if o.tokens != "" {
		if config.Tokens, err = service.ReadTokens(o.tokens, log); err != nil {
			return err
		}
	}
	if o.web != "" {
		if config.Page, err = web.Open(o.web); err != nil {
			return fmt.Errorf("--web: %w", err)
		}
	}
	security, err := o.tls(log)
	if err != nil {
		return err
	}
	if config.Models, config.Limits, err = loadServed(ctx, plans, o.memory); err != nil {
		return err
	}
	if config.Store, err = openStore(o.keys, log); err != nil {
		return err
	}
	defer config.Store.Close()
	queue, endQueue, err := o.openQueue(ctx, config.Models, security, log)
	if err != nil {
		return err
	}
	defer endQueue()
	config.Jobs = queue
	s, err := service.New(config)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := o.serveAdmin(s); err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		signal.Reset() // a second signal ends it at once
	}()
	for k, m := range config.Models {
		log.Info("plan", "file", plans[k], "model", m.Name(), "id", m.ID(), "bytes", m.Bytes(), "session_bytes", m.SessionBytes())
	}
	log.Info("serving", "url", o.url(l.Addr()), "keys", o.keys, "memory_for_sessions", config.Limits.Sessions)
	if err := s.Serve(ctx, l, security); err != nil {
		return err
	}
	log.Info("ended")
	return nil
}

// url is where clients find the service, as far as this machine knows.
func (o *serveOptions) url(a net.Addr) string {
	scheme := "http"
	if o.cert != "" {
		scheme = "https"
	}
	return scheme + "://" + a.String()
}

// tls reads certificates; it is nil for plain HTTP.
func (o *serveOptions) tls(log *slog.Logger) (*tls.Config, error) {
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, hangup) // which would end the process
	if o.cert == "" {
		return nil, nil
	}
	own, err := service.ReadCertificate(o.cert, o.key, log)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	go func() {
		for range reload {
			own.Reload()
		}
	}()
	c := &tls.Config{GetCertificate: own.Get}
	if o.ca == "" {
		return c, nil
	}
	if c.ClientCAs, err = readAuthorities(o.ca); err != nil {
		return nil, err
	}
	if c.ClientAuth = tls.RequireAndVerifyClientCert; o.tokens != "" {
		c.ClientAuth = tls.VerifyClientCertIfGiven // others have tokens
	}
	return c, nil
}

func readAuthorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, diag.In(path, "holds no certificate in PEM").Cure("give a file with lines -----BEGIN CERTIFICATE-----")
	}
	return pool, nil
}

func openStore(dir string, log *slog.Logger) (*keystore.Store, error) {
	store, err := keystore.Open(dir, keystore.Options{Log: log})
	if errors.Is(err, keystore.ErrLocked) {
		return nil, diag.Reason("--keys %s: another hecc serve has it open", dir).Cure("stop that one, or choose another folder")
	}
	return store, err
}

// serveAdmin serves metrics and health, if an address is given.
func (o *serveOptions) serveAdmin(s *service.Service) error {
	if o.admin == "" {
		return nil
	}
	l, err := net.Listen("tcp", o.admin)
	if err != nil {
		return fmt.Errorf("--admin: %w", err)
	}
	const longest = 10 * time.Second
	h := &http.Server{Handler: s.Admin(), ReadTimeout: longest, WriteTimeout: longest, IdleTimeout: time.Minute}
	go func() { _ = h.Serve(l) }() // until the process ends
	return nil
}
