package endpoint

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/oauthget/oauthget/internal/signing"
)

// CertificateError says why the client's certificate, or its key, cannot be presented.
type CertificateError struct {
	OfKey  bool // the fault is the key's, or lies between the two
	Err    error
	Advice string // a thing to do; may be empty
}

func (e *CertificateError) Error() string { return e.Err.Error() }

func (e *CertificateError) Unwrap() error { return e.Err }

// Certificate makes what [Options] takes of a chain of certificates, the client's own first, and its private key, both
// PEM. An error is a *CertificateError and holds nothing of the key.
func Certificate(chain, key []byte, now time.Time) (*tls.Certificate, error) {
	leaf, err := firstCertificate(chain)
	if err != nil {
		return nil, &CertificateError{Err: err, Advice: "give the client's certificate in PEM, and after it those of the authorities between"}
	}
	// A server would refuse it in words that say less.
	const renew = "have the certificate renewed, or set the clock"
	switch {
	case now.After(leaf.NotAfter):
		return nil, &CertificateError{Err: fmt.Errorf("the certificate expired at %s", leaf.NotAfter.UTC().Format(time.RFC3339)), Advice: renew}
	case now.Before(leaf.NotBefore):
		return nil, &CertificateError{Err: fmt.Errorf("the certificate is not valid before %s", leaf.NotBefore.UTC().Format(time.RFC3339)), Advice: renew}
	}
	// X509KeyPair tells of a key it cannot read in words that blame the file's form alone.
	if _, err := signing.Parse(key, ""); err != nil {
		e := &CertificateError{OfKey: true, Err: err}
		if of, ok := errors.AsType[*signing.KeyError](err); ok {
			e.Advice = of.Advice
		}
		return nil, e
	}
	if bytes.HasPrefix(bytes.TrimSpace(key), []byte("{")) {
		return nil, &CertificateError{OfKey: true, Err: errors.New("it is a JWK, and PEM is wanted")}
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, &CertificateError{
			OfKey: true, Err: errors.New("the key is not that of the certificate"),
			Advice: "give the key with which the certificate was requested, and the client's own certificate first",
		}
	}
	return &pair, nil
}

func firstCertificate(chain []byte) (*x509.Certificate, error) {
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("the certificate is damaged")
		}
		return certificate, nil
	}
	return nil, errors.New("there is no PEM certificate in it")
}

// SelfSigned reports whether a certificate of [Certificate] is vouched for by nobody but itself.
func SelfSigned(c *tls.Certificate) bool {
	return bytes.Equal(c.Leaf.RawIssuer, c.Leaf.RawSubject) && c.Leaf.CheckSignature(c.Leaf.SignatureAlgorithm, c.Leaf.RawTBSCertificate, c.Leaf.Signature) == nil
}

// Authorities are the system's certificate authorities and those in the PEM data.
func Authorities(data []byte) (*x509.CertPool, error) {
	if _, err := firstCertificate(data); err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("load the system's certificate authorities: %w", err)
	}
	pool.AppendCertsFromPEM(data)
	return pool, nil
}

// tlsConfig is nil where the standard library's own is right.
func (o Options) tlsConfig() *tls.Config {
	if o.Certificate == nil && o.Authorities == nil {
		return nil
	}
	config := &tls.Config{RootCAs: o.Authorities, MinVersion: tls.VersionTLS12}
	if o.Certificate != nil {
		// Not config.Certificates: from those crypto/tls presents none where the server's list of authorities has not the
		// issuer, and the issuer of a self-signed certificate is in no list (RFC 8705 §2.2).
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return o.Certificate, nil }
	}
	return config
}
