// Package credential implements the protocols by which programs ask a helper for a credential: git-credential(1) with
// gitcredentials(7), ExecCredential of client.authentication.k8s.io, docker's credential helpers, GOAUTH of go, cargo's
// credential providers, and helpers for headers.
//
// Each is a [Protocol]: it reads a [Question], which renders the answer. The package obtains no token, and does not decide
// whether a server may have one.
package credential

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Reason says why a server must not have the token.
type Reason int

// The reasons.
const (
	Plain      Reason = iota // it is reached neither over TLS nor on this machine
	Unverified               // its certificate is not verified
	Unknown                  // it is none of the profile's, and the profile has no api_hosts
	NotListed                // it is not in the profile's api_hosts
)

// RefusedError is returned if a program asks for a token for a server that must not have it.
type RefusedError struct {
	Server *url.URL
	Reason Reason
}

func (e *RefusedError) Error() string {
	server := e.Server.Scheme + "://" + e.Server.Host
	switch e.Reason {
	case Plain:
		return untrusted.Line(server) + " is neither https nor this machine"
	case Unverified:
		return "the certificate of " + untrusted.Line(server) + " is not checked: insecure-skip-tls-verify is set"
	case NotListed:
		return untrusted.Line(e.Server.Host) + " is not in the profile's api_hosts"
	}
	return untrusted.Line(e.Server.Host) + " is not one of the profile's own servers, and the profile has no api_hosts"
}

// CheckUsername refuses a user name that would be more than one line of a protocol.
func CheckUsername(name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("--username contains a control character")
	}
	return nil
}
