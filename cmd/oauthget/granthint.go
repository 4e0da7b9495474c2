package main

import (
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
)

// grantOf names the grant that the server would not let the client have.
func grantOf(e *flow.ServerError) string {
	if e.Grant == "" || e.Grant == config.GrantAuthorizationCode {
		return "the authorization code grant"
	}
	return "the grant " + e.Grant
}

// invalidGrantHint is what to look at where the server takes nothing of what was presented: "invalid, expired, revoked,
// does not match the redirection URI used in the authorization request, or was issued to another client" (RFC 6749 §5.2).
func invalidGrantHint(e *flow.ServerError) string {
	switch e.Grant {
	case config.GrantDeviceCode:
		return "run the command again for another code"
	case config.GrantJWTBearer:
		return "check assertion_subject, assertion_audience, that the server knows who signed the assertion, and the clock"
	case config.GrantTokenExchange:
		return "check that the subject token is alive, of the type that subject_token_type says, and of a server that this one trusts"
	}
	return "log in again; if it stays, the redirect URI or the client differs between the two requests"
}
