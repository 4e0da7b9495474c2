package remedy

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// networkHint is the thing to do about a server that has not been reached, or not by a connection to be trusted.
func networkHint(err error) string {
	if hint := tlsHint(err); hint != "" {
		return hint
	}
	if hint := proxyHint(err); hint != "" {
		return hint
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return "check the host name " + untrusted.Quote(e.Name) + " in the profile, and the connection"
	}
	return "check the connection, a proxy in HTTPS_PROXY, and the address in the profile"
}

// proxyHint is about a proxy that was not reached, or refused; empty for others. Its address may contain a password.
func proxyHint(err error) string {
	variable := cmp.Or(confidential.ProxyVariable("https"), "HTTPS_PROXY")
	if errors.Is(err, untrusted.ErrProxy) {
		return "see whether the proxy in " + variable + " wants a user and a password, as in http://USER:PASSWORD@HOST:PORT"
	}
	// Package net/http tells the two kinds of proxy like this.
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "proxyconnect" && !strings.HasPrefix(op.Op, "socks") {
		return ""
	}
	return "check the proxy in " + variable + ", or have NO_PROXY name the hosts that need none"
}

// tlsHint is about connections that were made but are not secure; empty for others.
func tlsHint(err error) string {
	if untrusted.ClientCertificateRefused(err) {
		return "check tls_certificate_file and tls_key_file in the profile against the certificate that the server knows"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "if that is your organisation's own authority, set tls_ca_file to its certificate, in PEM"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "check the host in the address: the certificate is for another one"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "check this computer's clock; if it is right, the server's certificate has to be renewed"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "check the port in the address: the server does not use https there; http:// is for this machine only"
	}
	return ""
}
