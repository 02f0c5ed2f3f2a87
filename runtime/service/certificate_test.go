package service

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeCertificate writes one that is good until then, and its key unless that is "".
func writeCertificate(t *testing.T, cert, key string, serial int64, until time.Time) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &own.PublicKey, own)
	check(t, err)
	check(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	if key == "" {
		return
	}
	secret, err := x509.MarshalPKCS8PrivateKey(own)
	check(t, err)
	check(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

// TestCertificate: a changed pair of files is taken within a second if it is good; else the log says why, once.
func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	var log bytes.Buffer
	now := time.Now()
	later := now.Add(time.Hour)
	writeCertificate(t, cert, key, 1, later)
	c, err := ReadCertificate(cert, key, slog.New(slog.NewTextHandler(&log, nil)))
	check(t, err)
	stage := func(what string, serial int64, said string) {
		t.Helper()
		log.Reset()
		for range 3 {
			now = now.Add(refreshFiles)
			if got := c.at(now).Leaf.SerialNumber.Int64(); got != serial {
				t.Errorf("%s: certificate %d is used, expected %d", what, got, serial)
			}
		}
		if n := strings.Count(log.String(), "\n"); said == "" && n > 0 || said != "" && (n != 1 || !strings.Contains(log.String(), said)) {
			t.Errorf("%s: the log says %s", what, log.String())
		}
	}
	stage("unchanged", 1, "")
	writeCertificate(t, cert, key, 2, later)
	stage("renewed", 2, "msg=certificate")
	writeCertificate(t, cert, "", 3, later)
	stage("without its key", 2, "private key does not match public key")
	writeCertificate(t, cert, key, 4, later)
	stage("with its key", 4, "msg=certificate")
	writeCertificate(t, cert, key, 5, now.Add(-time.Minute))
	stage("expired", 4, "good until")
	check(t, os.WriteFile(cert, []byte("half"), 0o600))
	stage("half written", 4, "failed to find any PEM data")
	check(t, os.Remove(cert))
	c.Reload()
	if !strings.Contains(log.String(), "no such file") {
		t.Errorf("without a file the log says %s", log.String())
	}
	writeCertificate(t, cert, key, 6, later)
	stage("back", 6, "msg=certificate")
	if _, err := ReadCertificate(key, key, nil); err == nil || !strings.Contains(err.Error(), key) {
		t.Errorf("a key for a certificate: %v", err)
	}
}
