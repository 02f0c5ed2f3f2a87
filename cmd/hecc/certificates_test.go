package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// makeCertificates writes NAME.pem and NAME.key for each name, and the authority that signed them:
// certificates AUTHORITY.pem NAME…
func makeCertificates(ts *testscript.TestScript, _ bool, args []string) {
	writeCertificates(ts, ts.MkAbs, args[0], args[1:]...)
}

// checker fails a test or a script if there is an error.
type checker interface{ Check(error) }

func writeCertificates(ts checker, at func(string) string, ca string, names ...string) {
	authority, signer := certificate(ts, "authority", nil, nil)
	writePEM(ts, at(ca), "CERTIFICATE", authority.Raw)
	for _, name := range names {
		cert, key := certificate(ts, name, authority, signer)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		ts.Check(err)
		writePEM(ts, at(name+".pem"), "CERTIFICATE", cert.Raw)
		writePEM(ts, at(name+".key"), "PRIVATE KEY", der)
	}
}

func writePEM(ts checker, path, kind string, der []byte) {
	ts.Check(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

// certificate makes one of localhost and of a client of that name; it signs itself if there is no parent.
func certificate(ts checker, name string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: parent == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, DNSNames: []string{"localhost"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	ts.Check(err)
	cert, err := x509.ParseCertificate(der)
	ts.Check(err)
	return cert, key
}
