package untrusted

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"

	"github.com/oauthget/oauthget/internal/confidential"
)

// Error reports an answer that cannot be trusted or used: another issuer's name, a bad signature, an oversized body. A
// server that could not be reached is a [NetworkError]; an error that the server chose to send is neither.
type Error struct {
	Op  string // what was being done, as in "read metadata"
	Err error  // what was wrong, in our words; a server's text in it has gone through Quote
}

func (e *Error) Error() string { return e.Op + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// ErrProxy is returned when a proxy refuses a request.
var ErrProxy = errors.New("the proxy refused")

// CheckProxyAnswer keeps net/http from quoting the proxy's reason phrase in an error. It is for
// [http.Transport.OnProxyConnectResponse].
func CheckProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w with status %d", ErrProxy, answer.StatusCode)
	}
	return nil
}

// NetworkError reports a request without a usable answer: the server was not reached, or its answer is not HTTP.
//
// Package net/http quotes what it cannot read, and a server may have echoed a code or client secret there. So the text
// names only the host and the class of the failure. Err is for [errors.As] and must not be printed.
type NetworkError struct {
	Host  string // with the port, if the address has one; empty if unknown
	Class string // such as "timed out"; our words, or the operating system's
	Err   error
}

func (e *NetworkError) Error() string {
	if e.Host == "" {
		return e.Class
	}
	return Quote(e.Host) + ": " + e.Class
}

func (e *NetworkError) Unwrap() error { return e.Err }

// Network turns the error of a request sent under ctx into one that can be shown: a *NetworkError, or the *Error or
// *confidential.ProxyError inside err.
func Network(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*NetworkError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*confidential.ProxyError](err); ok {
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
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "proxyconnect" || strings.HasPrefix(op.Op, "socks")) {
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
		return "name lookup failed"
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

// classTLS names why no TLS connection was made; it is empty if err has another reason. The names in a certificate are
// the server's text and are left out.
func classTLS(err error) string {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "TLS: the server speaks plain HTTP"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "TLS: the server does not speak TLS"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "TLS: the certificate's authority is not trusted"
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
		return "TLS: the server refused the client's certificate, or requires one"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == remoteError {
		return "TLS: the server refused the connection"
	}
	return ""
}

// ClientCertificateRefused reports whether a server refused the connection because of the client's certificate, or the
// lack of one: by one of the alerts of RFC 8446 §6.2 about certificates.
//
// Over TCP, crypto/tls gives these alerts an unexported type with fixed text.
func ClientCertificateRefused(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == remoteError && strings.Contains(op.Err.Error(), "certificate")
}

// remoteError is the Op that crypto/tls gives to an alert from the other side.
const remoteError = "remote error"
