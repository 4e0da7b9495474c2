package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/signing"
)

// fromCredentials is about credentials that do not fit what the server wants: the profile has to change.
func fromCredentials(err error) (failure, bool) {
	of := func(hint string) (failure, bool) { return failure{statusConfig, []string{hint}}, true }
	if _, ok := errors.AsType[*clientauth.MethodError](err); ok {
		return of("configure what the server supports, or set token_endpoint_auth_method to a method that it does not list but takes")
	}
	if e, ok := errors.AsType[*clientauth.SecretError](err); ok {
		if e.Algorithm == "" {
			return of("set token_endpoint_auth_method to another method in the profile")
		}
		return of("have the server issue a longer client secret, or set token_endpoint_auth_method to another method")
	}
	if _, ok := errors.AsType[*signing.AlgorithmError](err); ok {
		return of("set client_key_file to a key of another type, and register it at the server")
	}
	if e, ok := errors.AsType[*signing.KeyError](err); ok {
		if e.Advice == "" {
			return of("see that client_key_file names the private key, PEM or JWK")
		}
		return of(e.Advice)
	}
	return failure{}, false
}

// clockSkew is by how much two clocks may differ before the server is likely to refuse what bears a time of ours: a client
// assertion lives for a minute.
const clockSkew = time.Minute

// aboutClock adds a hint to a refusal that a wrong clock explains: the server says what time it is in each answer.
func (a *app) aboutClock(err error) error {
	e, ok := errors.AsType[*flow.ServerError](err)
	if !ok || e.Date.IsZero() {
		return err
	}
	switch e.Code {
	case "invalid_client", "invalid_grant", "invalid_request_object", "invalid_dpop_proof":
	default:
		return err
	}
	off, way := a.now().Sub(e.Date), "ahead of"
	if off < 0 {
		off, way = -off, "behind"
	}
	if off <= clockSkew {
		return err
	}
	return hint.With(err, fmt.Sprintf("set this computer's clock: it is %s %s the server's", off.Round(time.Second), way))
}
