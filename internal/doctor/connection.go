package doctor

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"time"

	"github.com/oauthget/oauthget/internal/idtoken"
)

// soon is when the end of a certificate is worth a word.
const soon = 14 * 24 * time.Hour

// Clock compares this computer's clock with the Date of the server's answer (RFC 9110 §6.6.1), which counts in seconds.
func Clock(server, now time.Time) Finding {
	const check = "clock"
	if server.IsZero() {
		return warn(check, "the server sends no Date", "compare this computer's clock with another one")
	}
	ahead := now.Truncate(time.Second).Sub(server)
	switch {
	case ahead > idtoken.DefaultLeeway:
		return fail(check, fmt.Sprintf("this computer is %s ahead of the server", ahead), "set the clock: ID Tokens, client assertions and DPoP proofs depend on it")
	case ahead < -idtoken.DefaultLeeway:
		return fail(check, fmt.Sprintf("this computer is %s behind the server", -ahead), "set the clock: ID Tokens, client assertions and DPoP proofs depend on it")
	}
	if ahead.Abs() <= time.Second { // the answer was under way
		return ok(check, "the same as the server's")
	}
	return ok(check, fmt.Sprintf("%s from the server's", ahead.Abs()))
}

// Connection judges the TLS of an exchange whose certificate has been verified. nil is plain http, which is on loopback.
func Connection(state *tls.ConnectionState, now time.Time) Finding {
	const check = "tls"
	if state == nil || len(state.PeerCertificates) == 0 {
		return ok(check, "none; the server is on this machine")
	}
	leaf := state.PeerCertificates[0]
	detail := fmt.Sprintf("%s, certificate until %s", tls.VersionName(state.Version), leaf.NotAfter.UTC().Format(time.DateOnly))
	switch left := leaf.NotAfter.Sub(now); {
	case left < soon:
		return warn(check, detail, "tell whoever runs the server that its certificate ends soon")
	case state.Version < tls.VersionTLS12:
		return warn(check, detail, "tell whoever runs the server that RFC 8996 deprecates this TLS version")
	}
	return ok(check, detail)
}

const checkProxy = "proxy"

// Proxy says which proxy stands before the server; proxy is what the environment gives for it, as
// confidential.Proxy reads it.
func Proxy(proxy *url.URL) Finding {
	if proxy == nil {
		return ok(checkProxy, "none for this server")
	}
	return ok(checkProxy, "through "+proxy.Scheme+"://"+proxy.Host+", from the environment")
}
