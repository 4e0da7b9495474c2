package untrusted

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

func TestNetworkTellsTheClassAndNotTheServersBytes(t *testing.T) {
	const canary = "canary-code \x1b[2J"
	for want, err := range map[string]error{
		"connection refused":        &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"the proxy: connection ref": &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}},
		"the proxy refused":         fmt.Errorf("%w %s", ErrProxy, canary),
		"no such host":              &net.DNSError{Name: canary, Err: canary, IsNotFound: true},
		"name lookup failed":        &net.DNSError{Name: canary, Err: canary},
		"timed out":                 context.DeadlineExceeded,
		"cancelled":                 context.Canceled,
		"connection closed":         io.EOF,
		"malformed answer":          textproto.ProtocolError("malformed MIME header line: " + canary),
		"no usable answer":          errors.New("failed to parse Location header " + canary),
		"authority":                 x509.UnknownAuthorityError{Cert: &x509.Certificate{}},
		"another host":              x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{canary}}, Host: canary},
		"the client's certificate":  &net.OpError{Op: "remote error", Err: tls.AlertError(116)},
		"refused the connection":    &net.OpError{Op: "remote error", Err: tls.AlertError(40)},
		"has expired":               x509.CertificateInvalidError{Reason: x509.Expired, Detail: canary},
	} {
		got := Network(t.Context(), &url.Error{Op: "Post", URL: "https://as.example:8443/" + url.PathEscape(canary), Err: err})
		text := got.Error()
		if !strings.HasPrefix(text, `"as.example:8443": `) || !strings.Contains(text, want) || strings.Contains(text, "canary") {
			t.Errorf("%v is told as %q, want %q", err, text, want)
		}
		if _, ok := errors.AsType[*url.Error](got); !ok {
			t.Errorf("%q hides what it was", text)
		}
	}
}

func TestNetworkKeepsWhatIsFitAlready(t *testing.T) {
	fit := &Error{Op: "follow redirect", Err: errors.New("refused")}
	if got := Network(t.Context(), &url.Error{Op: "Post", URL: "https://x/canary-code", Err: fit}); got != error(fit) {
		t.Errorf("got %v", got)
	}
	once := Network(t.Context(), io.EOF)
	if got := Network(t.Context(), fmt.Errorf("again: %w", once)); got != once {
		t.Errorf("got %v", got)
	}
}

func TestNetworkTellsAnInterruptionApart(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	cancel(cause)
	if got := Network(ctx, cause); got.Error() != "cancelled" || !errors.Is(got, cause) {
		t.Errorf("got %v", got)
	}
}
