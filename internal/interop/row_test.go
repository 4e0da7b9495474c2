//go:build interop && linux

package interop

import "testing"

// row is a way of using the provider: a client, its profile, and what the provider must have seen of it. The tables are in
// rows_*_test.go, and docs/internals/interop.md has a line for each row.
type row struct {
	name   string // of the subtest, of the profile and of the client at the provider
	secure bool   // at the issuer with TLS, which requires pushed requests and has endpoints for mutual TLS
	method string // client authentication; none by default
	alg    string // algorithm of the client's key, if it has one

	client  map[string]any // metadata of the client besides its name and method
	profile []string       // lines of TOML besides those for its name and method

	grant    string // authorization_code by default
	chromium bool   // the person uses a real browser

	asked []string       // marks of the authorization request, or of the token request without one
	proof string         // mark of each token request
	token map[string]any // what introspection must say of each token

	warned  string   // text of the warning with each token; empty for none
	refused *refusal // if no token is expected
}

// refusal is the expected failure of a row.
type refusal struct {
	spoil  func(t *testing.T, v *walk) // makes something wrong, unless the profile does
	status int
	says   string // in the line of the error
	last   string // evidence of the last request, which is refused
}
