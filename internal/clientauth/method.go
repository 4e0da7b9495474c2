// Package clientauth is how the client proves to the authorization server who it is: by a shared secret (RFC 6749 §2.3,
// OpenID Connect Core §9), by its private key (RFC 7523 §2.2), by its certificate (RFC 8705 §2), or not at all.
//
// It chooses among the methods of the registry "OAuth Token Endpoint Authentication Methods" and carries the choice
// out. It deliberately fetches neither metadata nor secrets, and opens no connection: that the certificate is presented
// is the business of package endpoint.
package clientauth

import (
	"fmt"
	"slices"
	"strings"
)

// Method is a client authentication method by its registered name (RFC 7591 §2).
type Method string

// The methods this package carries out.
const (
	None          Method = "none"                        // a public client names itself by client_id alone
	Basic         Method = "client_secret_basic"         // HTTP Basic, both parts form-encoded first (RFC 6749 §2.3.1)
	Post          Method = "client_secret_post"          // in the request body
	SecretJWT     Method = "client_secret_jwt"           // a JWT with a MAC under the secret (OpenID Connect Core §9)
	PrivateKeyJWT Method = "private_key_jwt"             // a JWT signed with the client's key (RFC 7523 §2.2)
	TLS           Method = "tls_client_auth"             // a certificate of an authority that the server trusts (RFC 8705 §2.1)
	SelfSignedTLS Method = "self_signed_tls_client_auth" // a certificate that the server knows itself (RFC 8705 §2.2)
)

// Credentials tell what the client has to prove itself with.
type Credentials struct {
	Secret, Key, Certificate bool
	SelfSigned               bool // the certificate is nobody's but its own
}

// methods are those that the credentials are good for, the most likely first. A secret is for nothing else, while a key
// may be for signing requests alone, and a certificate for binding tokens alone.
func (c Credentials) methods() []Method {
	var list []Method
	if c.Secret {
		list = append(list, Basic, Post, SecretJWT)
	}
	if c.Key {
		list = append(list, PrivateKeyJWT)
	}
	switch {
	case c.SelfSigned:
		list = append(list, SelfSignedTLS, TLS)
	case c.Certificate:
		list = append(list, TLS, SelfSignedTLS)
	}
	return list
}

// names lists what the client has, for a person.
func (c Credentials) names() string {
	var list []string
	for _, credential := range []struct {
		has  bool
		name string
	}{{c.Secret, "client secret"}, {c.Key, "private key"}, {c.Certificate, "certificate"}} {
		if credential.has {
			list = append(list, credential.name)
		}
	}
	return strings.Join(list, " and ")
}

// Choice is a method and, for a person who asks with -v, the reason.
type Choice struct {
	Method Method
	Why    string
}

// MethodError says that the server takes nothing that the client has.
type MethodError struct {
	Have      string   // in words: "client secret"
	Supported []string // the server's token_endpoint_auth_methods_supported, of which only registered names are here
}

func (e *MethodError) Error() string {
	wanted := "only methods that are not known here"
	if len(e.Supported) > 0 {
		wanted = strings.Join(e.Supported, ", ")
	}
	return fmt.Sprintf("choose client authentication: the server supports %s, and the profile has a %s", wanted, e.Have)
}

// Choose decides by what the profile says, by what the client has, and by the metadata's
// token_endpoint_auth_methods_supported, in this order. That the first two agree has been checked with the profile. An
// error is a *MethodError.
func Choose(configured Method, have Credentials, supported []string) (Choice, error) {
	lists := func(m Method) bool { return slices.Contains(supported, string(m)) }
	methods := have.methods()
	switch {
	case configured != "" && len(supported) > 0 && !lists(configured):
		// Metadata is often incomplete: many servers take public clients and do not list none.
		return Choice{configured, "the profile says so, although the metadata does not list it"}, nil
	case configured != "":
		return Choice{configured, "the profile says so"}, nil
	case len(methods) == 0:
		return Choice{None, "no client secret, key or certificate is configured"}, nil
	case len(supported) == 0 && have.Secret:
		// RFC 8414 §2: "If omitted, the default is "client_secret_basic""
		return Choice{Basic, "the default where metadata names no method"}, nil
	case len(supported) == 0:
		return Choice{methods[0], "it is what the " + have.names() + " is for, and the metadata names no method"}, nil
	}
	for i, m := range methods {
		switch {
		case lists(m) && i == 0:
			return Choice{m, "the metadata lists it"}, nil
		case lists(m):
			return Choice{m, "the metadata lists it and not " + string(methods[0])}, nil
		}
	}
	// A key or a certificate can be for something else: signed requests, bound tokens (RFC 8705 §4).
	if lists(None) && !have.Secret {
		return Choice{None, "the metadata lists it, and no method for the " + have.names()}, nil
	}
	return Choice{}, &MethodError{have.names(), known(supported)}
}

// known keeps the names that this package knows: the rest is a server's text.
func known(supported []string) []string {
	var list []string
	for _, m := range []Method{None, Basic, Post, SecretJWT, PrivateKeyJWT, TLS, SelfSignedTLS} {
		if slices.Contains(supported, string(m)) {
			list = append(list, string(m))
		}
	}
	return list
}
