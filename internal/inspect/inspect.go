// Package inspect says what a token says, who signed it, and what the server knows of it. It never shows the token.
package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const operation = "inspect token"

// Inspector looks at one token: the one that was given, or the session's.
type Inspector struct {
	// Session says which issuer and client the token is judged for; nil if nothing does.
	Session *session.Session
	// Anonymous says that the session names no client, so that the server cannot be asked.
	Anonymous bool
	// Given is a token from elsewhere; empty for the session's.
	Given token.Secret
	// IDToken inspects the session's ID Token, or takes the given token for an ID Token of the client.
	IDToken bool
	// Offline decodes and asks nobody.
	Offline bool
	Now     func() time.Time

	raw token.Secret // the token that is looked at
	set token.Set    // the session's; zero for a given token
}

// Inspect obtains the token and reports what there is to know of it. A signature that is wrong is an error.
func (i *Inspector) Inspect(ctx context.Context) (Report, error) {
	report, err := i.inspect(ctx)
	if i.Session != nil {
		err = i.Session.Failed(err)
	}
	return report, err
}

func (i *Inspector) inspect(ctx context.Context) (Report, error) {
	if err := i.take(ctx); err != nil {
		return Report{}, err
	}
	r := i.describe()
	decoded, err := idtoken.Decode(i.raw)
	switch {
	case errors.Is(err, idtoken.ErrOpaque):
		r.Format, r.NotVerified = formatOpaque, "it is not a JWT, so there is no signature"
		err = i.introspect(ctx, &r)
	case err != nil:
		return Report{}, &untrusted.Error{Op: operation, Err: err}
	case decoded.Encrypted:
		r.Format, r.Header = formatEncrypted, i.members(decoded.Header)
		r.NotVerified = "it is encrypted: only its recipient can see a signature"
		err = i.introspect(ctx, &r)
	default:
		r.Format, r.Header, r.Claims = formatJWT, i.members(decoded.Header), i.members(decoded.Claims)
		err = i.verify(ctx, decoded, &r)
	}
	if err == nil {
		err = i.userinfo(ctx, &r)
	}
	if err != nil {
		return Report{}, err
	}
	r.readTimes(i.Now())
	return r, nil
}

// take obtains the token that is looked at.
func (i *Inspector) take(ctx context.Context) (err error) {
	if i.given() {
		i.raw = i.Given
		return nil
	}
	if i.Offline {
		i.set, err = i.Session.Store.Load(ctx, i.Session.Key)
		if errors.Is(err, store.ErrNotFound) {
			err = fmt.Errorf("nothing is stored: %w", tokensource.ErrInteractionRequired)
		}
	} else {
		i.set, _, err = i.Session.Token(ctx, tokensource.Request{})
	}
	if err != nil {
		return err
	}
	i.raw = i.set.AccessToken
	if !i.IDToken {
		return nil
	}
	if i.raw = i.set.IDToken; i.raw.Empty() {
		return fmt.Errorf("%s: %w", operation, token.ErrNoIDToken)
	}
	return nil
}

func (i *Inspector) given() bool { return !i.Given.Empty() }

// verify checks who signed a JWT. A wrong signature is an error; one that cannot be checked is reported.
func (i *Inspector) verify(ctx context.Context, d idtoken.Decoded, r *Report) error {
	alg := d.Text("alg")
	symmetric := signing.IsSymmetric(alg)
	switch {
	case i.Offline:
		r.NotVerified = "--offline is given"
		return nil
	case strings.EqualFold(alg, "none"):
		return refuse(&untrusted.Error{Op: operation, Err: errors.New("it is not signed: alg is " + untrusted.Quote(alg))})
	case i.Session == nil:
		r.NotVerified = "give --issuer to check it with that issuer's keys"
		return nil
	case i.IDToken && !i.given() && symmetric:
		r.NotVerified = "it is signed with the client secret; it was checked when it was received"
		return nil
	}
	server, keys, err := i.Session.Published(ctx)
	if err != nil {
		return err
	}
	if server.JWKSURI == "" {
		r.NotVerified = "no jwks_uri is known: neither the metadata nor the profile names one"
		return nil
	}
	v := idtoken.Verifier{Issuer: server.Issuer, Keys: keys, Now: i.Now}
	if i.IDToken {
		v.ClientID = i.Session.Profile.ClientID
	}
	if _, err := v.Signed(ctx, operation, i.raw); err != nil {
		return refuse(err)
	}
	r.Verified = true
	r.Signature = &Signature{Algorithm: alg, KeyID: d.Text("kid"), Issuer: server.Issuer, JWKSURI: server.JWKSURI}
	return nil
}

// refuse adds how to see what a token says that cannot be believed.
func refuse(err error) error {
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		return err
	}
	return hint.With(err, "add --offline to see what it says without any check")
}

// introspect asks the server about a token that cannot be read. Where that brings nothing, the report has the reason.
func (i *Inspector) introspect(ctx context.Context, r *Report) error {
	switch {
	case i.Offline:
		r.NotIntrospected = "--offline is given"
		return nil
	case i.Session == nil:
		r.NotIntrospected = "give --issuer and --client-id to ask the server"
		return nil
	case i.Anonymous:
		r.NotIntrospected = "give --client-id and its credentials to ask the server"
		return nil
	}
	client, err := i.Session.Client(ctx, false)
	if err == nil {
		var got flow.Introspection
		if got, err = client.Introspect(ctx, i.raw, i.hint()); err == nil {
			r.Introspection = i.members(got.Members)
			r.Introspection["active"], _ = json.Marshal(got.Active)
			return nil
		}
	}
	r.NotIntrospected = err.Error()
	if _, refused := errors.AsType[*flow.ServerError](err); refused && client.AuthAt("introspection_endpoint").Method == clientauth.None {
		r.NotIntrospected += "; few servers answer a client without a secret"
	}
	return ctx.Err()
}

// hint is the token_type_hint; empty where the type is not known.
func (i *Inspector) hint() string {
	if i.given() || i.IDToken {
		return ""
	}
	return "access_token"
}

// userinfo asks for the claims of the person whom a session's access token is for, where its scope is openid. Where that brings
// nothing, the report has the reason.
func (i *Inspector) userinfo(ctx context.Context, r *Report) error {
	if i.given() || i.Offline || i.IDToken || !slices.Contains(i.set.Scopes, "openid") {
		return nil
	}
	client, err := i.Session.Client(ctx, false)
	if err == nil && client.Server.UserinfoEndpoint == "" {
		return nil
	}
	if err == nil {
		var claims map[string]json.RawMessage
		if claims, err = client.UserinfoClaims(ctx, i.set); err == nil {
			r.Userinfo = i.members(claims)
			return nil
		}
	}
	r.NoUserinfo = err.Error()
	return ctx.Err()
}
