package service

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"

	"hecc/ir/diag"
)

// Certificate is the service's own certificate, in a file with its chain, and its key in another (PEM). When
// either file changes both are read again, within a second; while they do not go together, or the certificate is
// past its time, the one before stays and the log says why.
type Certificate struct {
	files [2]string
	log   *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	stamps  [2]stamp
	checked time.Time
}

// ReadCertificate reads a certificate and its key.
func ReadCertificate(cert, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{files: [2]string{cert, key}, log: log, checked: time.Now()}
	var err error
	if c.stamps, err = c.stat(); err == nil {
		c.pair, err = c.read(c.checked)
	}
	return c, err
}

// Get is for tls.Config.GetCertificate.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.at(time.Now()), nil
}

func (c *Certificate) at(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.checked) >= refreshFiles {
		c.checked = now
		if stamps, _ := c.stat(); stamps != c.stamps { // of a file that is gone, once
			c.renew(now)
		}
	}
	return c.pair
}

// Reload reads the files now, whether they have changed or not.
func (c *Certificate) Reload() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renew(time.Now())
}

// renew takes what the files hold, if it is good. What is not good is tried again when they change.
func (c *Certificate) renew(now time.Time) {
	stamps, err := c.stat() // before they are read: a change meanwhile counts
	var pair *tls.Certificate
	if err == nil {
		pair, err = c.read(now)
	}
	if c.stamps = stamps; err != nil {
		c.log.Error("the certificate cannot be renewed; the one before stays", "error", err.Error(), "good_until", c.pair.Leaf.NotAfter)
		return
	}
	c.pair = pair
	c.log.Info("certificate", "good_until", pair.Leaf.NotAfter)
}

func (c *Certificate) stat() (stamps [2]stamp, err error) {
	for k, path := range c.files {
		info, err := os.Stat(path)
		if err != nil {
			return stamps, err
		}
		stamps[k] = stamp{info.Size(), info.ModTime()}
	}
	return stamps, nil
}

func (c *Certificate) read(now time.Time) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err != nil {
		return nil, diag.Wrap("the certificate %s with the key %s: %w", c.files[0], c.files[1], err).
			Cure("both must be PEM files, of a certificate with its chain and of its own private key")
	}
	if end := pair.Leaf.NotAfter; now.After(end) {
		return nil, diag.In(c.files[0], "good until %s only", end.Format(time.RFC3339)).Cure("renew the certificate; or check this machine's clock")
	}
	return &pair, nil
}
