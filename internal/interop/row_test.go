//go:build interop && linux

package interop

import "testing"

// row is one way of using the provider: a client that it knows, the client's profile, and what the provider must have
// seen of it. The tables of rows stand in rows_*_test.go, and docs/internals/interop.md has a line for each.
type row struct {
	name   string // of the subtest, of the profile and of the client at the provider
	secure bool   // at the issuer with TLS, which wants requests pushed and knows endpoints for mutual TLS
	method string // client authentication; none where it is empty
	alg    string // what the client's key signs with, where it has one

	client  map[string]any // metadata of the client beside its name and method
	profile []string       // lines of TOML beside those that its name and method make

	grant    string // authorization_code where it is empty
	chromium bool   // the person sits at a real browser

	asked []string       // marks of the authorization request, or of the token request where there is none
	proof string         // mark of each token request
	token map[string]any // what introspection must say of each token

	warned  string   // in the warning that comes with each token; nothing is said where it is empty
	refused *refusal // where there is to be no token
}

// refusal is how a row ends that is wrong.
type refusal struct {
	spoil  func(t *testing.T, v *walk) // what is wrong, where the profile alone does not tell
	status int
	says   string // in the line of the error
	last   string // evidence of the last request, which is the refused one
}
