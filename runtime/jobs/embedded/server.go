// Package embedded runs a NATS server inside a process, with its streams in a directory: what a service needs
// that has no cluster of its own. It opens no port unless workers are to join.
package embedded

import (
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"hecc/ir/diag"
	"hecc/runtime/jobs"
)

// Options say who may join.
type Options struct {
	Dir      string      // of the streams; one process at a time
	Listen   string      // address for workers; "": none
	TLS      *tls.Config // nil: plain text, for this machine only
	Password string      // of the user "worker"
	Log      *slog.Logger
}

// Server is a running server.
type Server struct {
	server   *server.Server
	password string // of the front end, which is in this process
	log      *slog.Logger
}

const startTime = 30 * time.Second

// Start starts a server. What was in the directory is there again.
func Start(o Options) (*Server, error) {
	s := &Server{password: rand.Text(), log: o.Log}
	c := &server.Options{
		ServerName: "hecc", DontListen: o.Listen == "", JetStream: true, StoreDir: o.Dir, SyncAlways: true,
		NoSigs: true, NoSystemAccount: true, NoLog: true, DisableJetStreamBanner: true,
	}
	users := doorman{{Username: front, Password: s.password}}
	c.CustomClientAuthentication = &users
	if o.Listen != "" {
		host, port, err := net.SplitHostPort(o.Listen)
		if err != nil {
			return nil, err
		}
		if c.Port, err = strconv.Atoi(port); err != nil {
			return nil, err
		}
		if c.Host = host; c.Port == 0 {
			c.Port = server.RANDOM_PORT
		}
		if o.Password == "" {
			return nil, diag.Reason("workers need a password").Cure("give one in Options.Password")
		}
		c.TLSConfig = o.TLS
		c.TLSTimeout = server.TLS_TIMEOUT.Seconds()
		users = append(users, &server.User{Username: jobs.DefaultUser, Password: o.Password, Permissions: workerRights()})
	}
	var err error
	if s.server, err = server.NewServer(c); err != nil {
		return nil, err
	}
	s.server.SetLogger(natsLog{o.Log}, false, false)
	s.server.Start()
	if !s.server.ReadyForConnections(startTime) {
		s.Close()
		return nil, diag.Reason("the NATS server on %s is not ready after %s", o.Dir, startTime).Cure("check that no other process uses the folder, and that its disk has room; the log says more")
	}
	return s, nil
}

// doorman lets users in by their passwords. The server's own list of users wants these hashed, and warns otherwise;
// one is drawn anew by each process, and the other one is in a file that its owner keeps.
type doorman []*server.User

// Check implements server.Authentication.
func (d *doorman) Check(c server.ClientAuthentication) bool {
	given := c.GetOpts()
	for _, u := range *d {
		if u.Username == given.Username && subtle.ConstantTimeCompare([]byte(u.Password), []byte(given.Password)) == 1 {
			c.RegisterUser(u)
			return true
		}
	}
	return false
}

// front is the user of the process itself.
const front = "service"

// Connect connects this process, without a port.
func (s *Server) Connect() (*nats.Conn, error) {
	return jobs.InProcess(s.server, front, s.password, s.log)
}

// Addr is where workers join.
func (s *Server) Addr() net.Addr { return s.server.Addr() }

// Close ends the server when its streams are on the disk.
func (s *Server) Close() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// workerRights lets workers take jobs, answer them and read keys, and nothing else: they cannot delete streams,
// make jobs, or list batches.
func workerRights() *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: jobs.WorkerPublishes()},
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
	}
}

// natsLog puts what the server has to say into the log. Notices are of no interest to who runs a service.
type natsLog struct{ log *slog.Logger }

func (l natsLog) Noticef(format string, v ...any) {
	l.log.Debug("NATS", "notice", fmt.Sprintf(format, v...))
}
func (l natsLog) Warnf(format string, v ...any) {
	l.log.Warn("NATS", "warning", fmt.Sprintf(format, v...))
}
func (l natsLog) Fatalf(format string, v ...any) {
	l.log.Error("NATS", "error", fmt.Sprintf(format, v...))
}

// Errorf is of connections, mostly, as strangers please.
func (l natsLog) Errorf(format string, v ...any) {
	l.log.Warn("NATS", "error", fmt.Sprintf(format, v...))
}
func (l natsLog) Debugf(string, ...any) {}
func (l natsLog) Tracef(string, ...any) {}
