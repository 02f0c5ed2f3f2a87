package jobs

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"hecc/ir/diag"
)

// Access says where NATS servers are and who one is there.
type Access struct {
	URLs          string // of servers of one cluster, with commas between; a user stands before the @
	Password      string // of that user
	Credentials   string // file with a user's JWT and seed
	CA, Cert, Key string // files: authorities of the servers' certificates, and a client certificate with its key
	PlainText     bool   // without TLS to other machines: something else protects the connection
}

// DefaultUser is who joins a service's own server.
const DefaultUser = "worker"

const reconnectWait = 250 * time.Millisecond

// Connect connects to one of the servers, and to another whenever that one ends. It tries until ctx is done, or
// the servers say that they do not know who this is.
func Connect(ctx context.Context, a Access, name string, log *slog.Logger) (*nats.Conn, error) {
	options := append(steady(log), nats.Name(name))
	user, err := a.check()
	if err != nil {
		return nil, err
	}
	if a.Password != "" {
		options = append(options, nats.UserInfo(user, a.Password))
	}
	if a.Credentials != "" {
		options = append(options, nats.UserCredentials(a.Credentials))
	}
	if a.CA != "" {
		options = append(options, nats.RootCAs(a.CA))
	}
	if a.Cert != "" {
		options = append(options, nats.ClientCert(a.Cert, a.Key))
	}
	var nc *nats.Conn
	var refused error
	err = retry(ctx, func() (err error) {
		switch nc, err = nats.Connect(a.URLs, options...); {
		case errors.Is(err, nats.ErrAuthorization):
			refused, err = diag.Reason("the servers refuse user %q with this password or these credentials", user).Cure("give those that they were started with"), nil
		case err != nil:
			log.Warn("no connection to NATS yet", "error", err.Error())
		}
		return err
	})
	return nc, errors.Join(err, refused)
}

// steady are options of connections that stay.
func steady(log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("the connection to NATS broke off", "error", err.Error())
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { log.Info("connected to NATS again", "server", nc.ConnectedUrlRedacted()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("NATS", "error", err.Error()) }),
	}
}

// InProcess connects to a server of this process.
func InProcess(server nats.InProcessConnProvider, user, password string, log *slog.Logger) (*nats.Conn, error) {
	return nats.Connect("", append(steady(log), nats.InProcessServer(server), nats.UserInfo(user, password))...)
}

// check says whether the servers may be spoken to so, and as whom.
func (a *Access) check() (user string, err error) {
	user = DefaultUser
	for _, text := range strings.Split(a.URLs, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" {
			return "", diag.Reason("%q is no address of a NATS server", text).Cure("give a URL as tls://nats.example.org:4222")
		}
		if _, in := u.User.Password(); in {
			return "", diag.Reason("the address of %s has a password in it, which others see in the list of processes", u.Host).Cure("give a file with it: --nats-password")
		}
		if u.Scheme == "nats" && !isLoopback(u.Hostname()) && !a.PlainText {
			return "", diag.Reason("nats://%s is on another machine: whoever stands between could read the password and answer jobs", u.Host).
				Cure("use tls://, or give --insecure-plain-nats if the connection is protected otherwise")
		}
		if u.User.Username() != "" {
			user = u.User.Username()
		}
	}
	return user, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
