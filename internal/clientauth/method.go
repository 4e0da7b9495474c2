// Package clientauth authenticates the client to the authorization server: by a shared secret (RFC 6749 §2.3, OpenID
// Connect Core §9), by its private key (RFC 7523 §2.2), by its certificate (RFC 8705 §2), or not at all.
//
// It chooses among the methods of the registry "OAuth Token Endpoint Authentication Methods" and applies the choice. It
// fetches neither metadata nor secrets, and opens no connection: package endpoint presents the certificate.
package clientauth

import (
	"fmt"
	"slices"
	"strings"
)

// Method is a client authentication method by its registered name (RFC 7591 §2).
type Method string

// The supported methods.
const (
	None          Method = "none"                        // a public client, identified by client_id alone
	Basic         Method = "client_secret_basic"         // HTTP Basic, with both parts form-encoded (RFC 6749 §2.3.1)
	Post          Method = "client_secret_post"          // in the request body
	SecretJWT     Method = "client_secret_jwt"           // a JWT with a MAC under the secret (OpenID Connect Core §9)
	PrivateKeyJWT Method = "private_key_jwt"             // a JWT signed with the client's key (RFC 7523 §2.2)
	TLS           Method = "tls_client_auth"             // a certificate from an authority that the server trusts (RFC 8705 §2.1)
	SelfSignedTLS Method = "self_signed_tls_client_auth" // a certificate that is registered with the server (RFC 8705 §2.2)
)

// Methods returns the names of the supported methods.
func Methods() []string {
	var names []string
	for _, m := range []Method{None, Basic, Post, SecretJWT, PrivateKeyJWT, TLS, SelfSignedTLS} {
		names = append(names, string(m))
	}
	return names
}

// Credentials tells which credentials the client has.
type Credentials struct {
	Secret, Key, Certificate bool
	SelfSigned               bool // the certificate is self-signed
}

// methods returns the methods that the credentials can serve, the most likely first. A secret has no other use, while a
// key may only sign requests, and a certificate may only bind tokens.
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

// names lists the credentials for display.
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

// Choice is a method and the reason for it, which -v shows.
type Choice struct {
	Method Method
	Why    string
}

// MethodError reports that the server supports no method that the credentials can serve.
type MethodError struct {
	Have      string   // for display: "client secret"
	Supported []string // the server's token_endpoint_auth_methods_supported, only registered names
}

func (e *MethodError) Error() string {
	wanted := "only methods that oauthget does not know"
	if len(e.Supported) > 0 {
		wanted = strings.Join(e.Supported, ", ")
	}
	return fmt.Sprintf("choose client authentication: the server supports %s, and the profile has a %s", wanted, e.Have)
}

// Choose chooses by the profile, then by the credentials, then by the metadata's token_endpoint_auth_methods_supported.
// The profile's validation has made sure that the first two agree. An error is a *MethodError.
func Choose(configured Method, have Credentials, supported []string) (Choice, error) {
	lists := func(m Method) bool { return slices.Contains(supported, string(m)) }
	methods := have.methods()
	switch {
	case configured != "" && len(supported) > 0 && !lists(configured):
		// Metadata is often incomplete: many servers support public clients and do not list none.
		return Choice{configured, "set in the profile; the metadata does not list it"}, nil
	case configured != "":
		return Choice{configured, "set in the profile"}, nil
	case len(methods) == 0:
		return Choice{None, "no client secret, key or certificate is configured"}, nil
	case len(supported) == 0 && have.Secret:
		// RFC 8414 §2: "If omitted, the default is "client_secret_basic""
		return Choice{Basic, "the default if the metadata lists no method"}, nil
	case len(supported) == 0:
		return Choice{methods[0], "the method for the " + have.names() + "; the metadata lists none"}, nil
	}
	for i, m := range methods {
		switch {
		case lists(m) && i == 0:
			return Choice{m, "the metadata lists it"}, nil
		case lists(m):
			return Choice{m, "the metadata lists it, but not " + string(methods[0])}, nil
		}
	}
	// A key or a certificate may have another purpose: signed requests, bound tokens (RFC 8705 §4).
	if lists(None) && !have.Secret {
		return Choice{None, "the metadata lists it, but no method for the " + have.names()}, nil
	}
	return Choice{}, &MethodError{have.names(), known(supported)}
}

// known returns the names in supported that this package knows. The others are a server's text.
func known(supported []string) []string {
	var list []string
	for _, m := range []Method{None, Basic, Post, SecretJWT, PrivateKeyJWT, TLS, SelfSignedTLS} {
		if slices.Contains(supported, string(m)) {
			list = append(list, string(m))
		}
	}
	return list
}
