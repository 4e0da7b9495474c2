package untrusted

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"
)

// ErrProxy says that a proxy would not let a request through.
var ErrProxy = errors.New("the proxy refused")

// NetworkError says that a request had no usable answer: the server was not reached, or what it sent is not HTTP.
//
// Package net/http quotes what it could not read, and a server may have written there what it was sent: the code, the
// client secret. So the text says where and of what class the failure is, and nothing else; the error itself can be
// told by [errors.As] and must not be printed.
type NetworkError struct {
	Host  string // with the port, where the address has one; empty where it is not known
	Class string // such as "timed out"; ours, but for the operating system's words
	Err   error
}

func (e *NetworkError) Error() string {
	if e.Host == "" {
		return e.Class
	}
	return Quote(e.Host) + ": " + e.Class
}

func (e *NetworkError) Unwrap() error { return e.Err }

// Network makes what a request sent under ctx failed with fit for a person. It returns a *NetworkError, or the *Error
// inside err, which is fit already.
func Network(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*NetworkError](err); ok {
		return e
	}
	e := &NetworkError{Class: class(ctx, err), Err: err}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		if u, err := url.Parse(outer.URL); err == nil {
			e.Host = u.Host
		}
	}
	return e
}

func class(ctx context.Context, err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return "the proxy: " + class(ctx, op.Err)
	}
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "cancelled"
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "timed out"
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return "no such host"
		}
		return "the name service failed"
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	if text := classTLS(err); text != "" {
		return text
	}
	_, isProtocol := errors.AsType[textproto.ProtocolError](err)
	switch {
	case errors.Is(err, ErrProxy):
		return ErrProxy.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return "connection closed"
	case isProtocol:
		return "malformed answer"
	}
	return "no usable answer"
}

// classTLS names why no secure connection came about; it is empty where that is not why. A certificate's own names are
// the server's text.
func classTLS(err error) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "TLS: the server speaks plain HTTP"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "TLS: the server does not speak it"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "TLS: the certificate is of an authority that is not trusted here"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "TLS: the certificate is for another host"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "TLS: the certificate has expired or is not valid yet"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "TLS: the certificate is not valid"
	}
	if ClientCertificateRefused(err) {
		return "TLS: the server refused the client's certificate, or the lack of one"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == remoteError {
		return "TLS: the server refused the connection"
	}
	return ""
}

// ClientCertificateRefused reports whether a server refused a connection for the certificate that the client presented,
// or for presenting none: with one of the alerts of RFC 8446 §6.2 that are about it.
//
// Over TCP crypto/tls has them in a type of its own, whose words are that package's and not the server's.
func ClientCertificateRefused(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == remoteError && strings.Contains(op.Err.Error(), "certificate")
}

// remoteError is what crypto/tls calls an alert that the other side sent.
const remoteError = "remote error"
