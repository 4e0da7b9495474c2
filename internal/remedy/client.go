package remedy

import (
	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/flow"
)

const (
	setSecret   = "set client_secret_command, client_secret_file or client_secret_env"
	usePost     = `set token_endpoint_auth_method = "client_secret_post"`
	useBasic    = `set token_endpoint_auth_method = "client_secret_basic"`
	noSecret    = "the server wants a client secret, and the profile has no client secret: " + setSecret
	wrongSecret = "the client secret is not the one that the server has for {client_id}: compare it, or make a new one there"
)

// clientKeys are what a refused client may be about, the likeliest first.
var clientKeys = []string{"client_secret", "client_key_file", "tls_certificate_file", "client_id"}

// secretText is about a client secret that the server names as wrong or missing.
func (f failure) secretText() string {
	if f.profile.ClientSecret.Empty() {
		return noSecret
	}
	return wrongSecret
}

// missingText is about a client secret that the server did not find.
func (f failure) missingText(e *flow.ServerError) string {
	if f.profile.ClientSecret.Empty() {
		return noSecret
	}
	return f.unreadText(e)
}

// unreadText is about client_id or client_secret, which the server did not find: some do not read the Authorization header.
func (f failure) unreadText(e *flow.ServerError) string {
	switch {
	case e != nil && e.Auth == clientauth.Basic:
		return "the server does not read the client from the Authorization header: " + usePost
	case e != nil && e.Endpoint == "":
		return "compare client_id {client_id} with the registration"
	}
	return f.clientText(e)
}

// clientText is about a client that the server did not accept, without saying why.
func (f failure) clientText(e *flow.ServerError) string {
	var method clientauth.Method
	if e != nil {
		method = e.Auth
	}
	switch method {
	case clientauth.None:
		return "compare client_id {client_id} with the registration; if the client has a secret: " + setSecret
	case clientauth.Basic:
		return "compare client_id {client_id} and the client secret with the registration; if they are right, " + usePost
	case clientauth.Post:
		return "compare client_id {client_id} and the client secret with the registration; if they are right, " + useBasic
	case clientauth.SecretJWT, clientauth.PrivateKeyJWT:
		return "compare the client's key, its kid and client_assertion_audience with the registration, and this computer's clock"
	case clientauth.TLS, clientauth.SelfSignedTLS:
		return "compare client_id {client_id} and the client's certificate with the registration"
	}
	if e != nil && e.Endpoint != "" {
		return "compare client_id, the client secret or key, and token_endpoint_auth_method with the registration"
	}
	return "compare client_id {client_id} with the registration"
}

// pkceText is about a request that was refused for PKCE.
func (f failure) pkceText() string {
	if !f.profile.PKCE {
		return "the server requires PKCE: remove pkce = false from the profile"
	}
	return "if the server does not support PKCE, set pkce = false in the profile"
}
