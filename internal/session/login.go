package session

import (
	"context"
	"fmt"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
)

// login runs the profile's grant. It fetches the metadata anew: people try a login when something at the server has
// changed. idTokenAlone accepts an answer without an access token.
func (s *Session) login(ctx context.Context, idTokenAlone bool) (token.Set, error) {
	if s.api != nil { // an assertion may be for its server
		if err := s.prepareAPI(ctx); err != nil {
			return token.Set{}, err
		}
	}
	inputs, err := s.grantInputs(ctx)
	if err != nil {
		return token.Set{}, err
	}
	set, err := s.runGrant(ctx, inputs, idTokenAlone)
	if s.unknownClient(err) {
		s.console.Step("%v; registering the client again", err)
		if err := s.registerAgain(ctx); err != nil {
			return token.Set{}, err
		}
		return s.runGrant(ctx, inputs, idTokenAlone)
	}
	return set, err
}

func (s *Session) runGrant(ctx context.Context, inputs grantInputs, idTokenAlone bool) (token.Set, error) {
	client, err := s.client(ctx, true)
	if err != nil {
		return token.Set{}, err
	}
	client.IDTokenAlone = idTokenAlone
	if s.Profile.NeedsPerson() {
		client.Identify = s.Identify && s.api == nil // an API's token is sent to it alone
		client.Stored = s.replaced(ctx)
	}
	switch s.Profile.Grant {
	case config.GrantDeviceCode:
		return s.deviceCode(ctx, client)
	case config.GrantClientCredentials:
		return client.ClientCredentials(ctx)
	case config.GrantJWTBearer:
		return client.JWTBearer(ctx, inputs.assertion)
	case config.GrantTokenExchange:
		return client.TokenExchange(ctx, inputs.subject, inputs.actor)
	}
	if s.offersDevice(client) {
		return s.codeOrDevice(ctx, client)
	}
	return s.authorizationCode(ctx, client)
}

// replaced is the stored set, which a login as another user must not replace; empty if that is accepted.
func (s *Session) replaced(ctx context.Context) token.Set {
	if s.AsOther {
		return token.Set{}
	}
	set, _ := s.Store.Load(ctx, s.Key) // any user may log in if there is none, or none that can be read
	return set
}

func (s *Session) authorizationCode(ctx context.Context, client *flow.Client) (token.Set, error) {
	if why, do := s.MixUp(client.Server); why != "" && s.WarnOfMixUp {
		s.console.Warn("%s; %s", why, do)
	}
	var err error
	if client.RedirectCertificate, err = s.RedirectCertificate(ctx); err != nil {
		return token.Set{}, err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	client.Open = func(ctx context.Context, r flow.AuthorizationRequest) {
		if s.StopBeforeBrowser {
			giveUp(ErrStopped)
			return
		}
		if err := s.options.ShowAuthorization(ctx, s.Browser(), r, s.withoutBrowser(giveUp)); err != nil {
			giveUp(err)
		}
	}
	client.Unanswered = func(r flow.AuthorizationRequest) { s.console.Unanswered(s.Profile, r.RedirectURI) }
	client.Paste = s.paste
	return client.AuthorizationCode(ctx)
}

// checkEndpoints fails, before the browser opens, if the metadata lacks an endpoint that the grant needs. The session of a
// record has no grant, and only refreshes and revokes.
func checkEndpoints(m discovery.Metadata, p config.Profile) error {
	type endpoint struct{ key, url string }
	needed := []endpoint{{"token_endpoint", m.TokenEndpoint}}
	switch p.Grant {
	case config.GrantAuthorizationCode:
		needed = append(needed, endpoint{"authorization_endpoint", m.AuthorizationEndpoint})
	case config.GrantDeviceCode:
		needed = append(needed, endpoint{"device_authorization_endpoint", m.DeviceAuthorizationEndpoint})
	}
	used := slices.Clone(needed)
	if slices.Contains(p.Scopes, "openid") {
		used = append(used, endpoint{"jwks_uri", m.JWKSURI})
	}
	for _, e := range used {
		if err := m.Unusable(e.key); e.url == "" && err != nil {
			return err
		}
	}
	for _, e := range needed {
		if e.url == "" {
			return &config.Error{
				Key: e.key, Err: fmt.Errorf("the metadata of %s names no %s", m.Issuer, e.key),
				Advice: "if the server has one, set " + e.key + " in the profile",
			}
		}
	}
	return nil
}
