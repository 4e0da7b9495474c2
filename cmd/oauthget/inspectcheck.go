package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const opInspect = "inspect token"

// inspect takes the token, and finds out what there is to know of it.
func (i *inspector) inspect(ctx context.Context) (inspection, error) {
	if err := i.take(ctx); err != nil {
		return inspection{}, err
	}
	r := i.describe()
	decoded, err := idtoken.Decode(i.raw)
	switch {
	case errors.Is(err, idtoken.ErrOpaque):
		r.Format, r.NotVerified = formatOpaque, "it is no JWT: there is no signature in it"
		err = i.introspect(ctx, &r)
	case err != nil:
		return inspection{}, &untrusted.Error{Op: opInspect, Err: err}
	case decoded.Encrypted:
		r.Format, r.Header = formatEncrypted, i.members(decoded.Header)
		r.NotVerified = "it is encrypted: only whom it is for can see a signature"
		err = i.introspect(ctx, &r)
	default:
		r.Format, r.Header, r.Claims = formatJWT, i.members(decoded.Header), i.members(decoded.Claims)
		err = i.verify(ctx, decoded, &r)
	}
	if err == nil {
		err = i.userinfo(ctx, &r)
	}
	if err != nil {
		return inspection{}, err
	}
	r.tell(i.now())
	return r, nil
}

// verify checks who signed a JWT. A signature that is wrong is an error; one that cannot be checked is told.
func (i *inspector) verify(ctx context.Context, d idtoken.Decoded, r *inspection) error {
	alg := d.Text("alg")
	symmetric := strings.HasPrefix(alg, "HS")
	switch {
	case i.flags.offline:
		r.NotVerified = "--offline is given"
		return nil
	case strings.EqualFold(alg, "none"):
		return i.bad(&untrusted.Error{Op: opInspect, Err: errors.New("it is signed by nobody: alg is " + untrusted.Quote(alg))})
	case i.session == nil:
		r.NotVerified = "give --issuer to have it checked with that issuer's keys"
		return nil
	case i.flags.idToken && !i.piped && symmetric:
		r.NotVerified = "it is keyed by the client secret; it was checked when it came"
		return nil
	}
	server, keys, err := i.session.Published(ctx)
	if err != nil {
		return err
	}
	if server.JWKSURI == "" {
		r.NotVerified = "no jwks_uri is known: neither the metadata nor the profile names one"
		return nil
	}
	v := idtoken.Verifier{Issuer: server.Issuer, Keys: keys, Now: i.now}
	if i.flags.idToken {
		v.ClientID = i.session.Profile.ClientID
	}
	if _, err := v.Signed(ctx, opInspect, i.raw); err != nil {
		return i.bad(err)
	}
	r.Verified = true
	r.Signature = &signatureReport{Algorithm: alg, KeyID: d.Text("kid"), Issuer: server.Issuer, JWKSURI: server.JWKSURI}
	return nil
}

// bad adds how to see what a token says that is not to be believed.
func (i *inspector) bad(err error) error {
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		return err
	}
	return hint.With(err, "to see what it says all the same, add --offline")
}

// introspect asks the server what a token means that cannot be read. That a server does not let this client ask is told,
// and no error.
func (i *inspector) introspect(ctx context.Context, r *inspection) error {
	switch {
	case i.flags.offline:
		r.NotIntrospected = "--offline is given"
		return nil
	case i.session == nil:
		r.NotIntrospected = "give --issuer and --client-id to ask the server"
		return nil
	case i.anonymous:
		r.NotIntrospected = "give --client-id, and what proves it, to ask the server"
		return nil
	}
	client, err := i.session.Client(ctx, false)
	if err != nil {
		return err
	}
	got, err := client.Introspect(ctx, i.raw, i.hint())
	refusal, refused := errors.AsType[*flow.ServerError](err)
	switch {
	case errors.Is(err, flow.ErrNoIntrospection):
		r.NotIntrospected = err.Error()
	case refused:
		r.NotIntrospected = refusal.Error()
		if client.Auth.Method == clientauth.None {
			r.NotIntrospected += "; few servers let a client ask that has no secret"
		}
	case err != nil:
		return err
	default:
		r.Introspection = i.members(got.Members)
		r.Introspection["active"], _ = json.Marshal(got.Active)
	}
	return nil
}

// hint is the token_type_hint; empty where nobody knows.
func (i *inspector) hint() string {
	if i.piped || i.flags.idToken {
		return ""
	}
	return "access_token"
}

// userinfo asks whom a profile's access token is for, where it is for that.
func (i *inspector) userinfo(ctx context.Context, r *inspection) error {
	if i.piped || i.flags.offline || i.flags.idToken || !slices.Contains(i.set.Scopes, "openid") {
		return nil
	}
	client, err := i.session.Client(ctx, false)
	if err != nil || client.Server.UserinfoEndpoint == "" {
		return err
	}
	claims, err := client.UserinfoClaims(ctx, i.set)
	if refusal, refused := errors.AsType[*flow.ServerError](err); refused {
		r.NoUserinfo = refusal.Error()
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", opInspect, err)
	}
	r.Userinfo = i.members(claims)
	return nil
}
