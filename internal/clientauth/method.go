// Package clientauth is how the client proves to the authorization server who it is (RFC 6749 §2.3).
//
// It chooses among the methods of the registry "OAuth Token Endpoint Authentication Methods" and carries the choice
// out. It deliberately fetches neither metadata nor secrets.
package clientauth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Method is a client authentication method by its registered name (RFC 7591 §2).
type Method string

// The methods this package carries out.
const (
	None  Method = "none"                // a public client names itself by client_id alone
	Basic Method = "client_secret_basic" // HTTP Basic, both parts form-encoded first (RFC 6749 §2.3.1)
	Post  Method = "client_secret_post"  // in the request body
)

// Choice is a method and, for a person who asks with -v, the reason.
type Choice struct {
	Method Method
	Why    string
}

// Choose decides by what the profile says, by whether there is a client secret, and by the metadata's
// token_endpoint_auth_methods_supported, in this order. That the first two agree has been checked with the profile.
func Choose(configured Method, haveSecret bool, supported []string) (Choice, error) {
	switch {
	case configured != "":
		return Choice{configured, "the profile says so"}, nil
	case !haveSecret:
		return Choice{None, "no client secret is configured"}, nil
	case len(supported) == 0:
		// RFC 8414 §2: "If omitted, the default is "client_secret_basic""
		return Choice{Basic, "the default where metadata names no method"}, nil
	case slices.Contains(supported, string(Basic)):
		return Choice{Basic, "the metadata lists it"}, nil
	case slices.Contains(supported, string(Post)):
		return Choice{Post, "the metadata lists it and not client_secret_basic"}, nil
	}
	return Choice{}, &untrusted.Error{Op: "choose client authentication", Err: fmt.Errorf(
		"the server supports %s, and none of these takes a client secret as it is", untrusted.Quote(strings.Join(supported, " ")))}
}
