package setup

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// examine finds out whether a URL is an API's or an issuer's, and what is known there. What says of itself that it is an API
// is one, even if it is its own authorization server: an API's metadata leads to its issuer, and not the other way round.
func (s *setup) examine(ctx context.Context, address string) error {
	address = issuerOf(address)
	u, err := session.ParseAPI(address)
	if e, ok := errors.AsType[*config.Error](err); ok {
		e.Err = errors.Unwrap(e.Err) // it may be an issuer's
	}
	if err != nil {
		return err
	}
	client, err := s.client(ctx, address)
	if err != nil {
		return err
	}
	docs := s.Session.Documents(client)
	api, apiErr := resource.Look(ctx, client, u, false)
	switch {
	case errors.As(apiErr, new(*untrusted.NetworkError)):
		return apiErr
	case apiErr == nil && api.Metadata != nil && s.text("issuer") == "":
		return s.useAPI(ctx, docs, address, api)
	}
	m, err := docs.Fetch(ctx, address, true)
	switch {
	case err == nil:
		s.about = about{title: hostOf(m.Issuer), metadata: m}
		s.set("issuer", m.Issuer)
		delete(s.keys, "url")
		return nil
	case apiErr == nil && api.Status == http.StatusUnauthorized:
		return s.useAPI(ctx, docs, address, api)
	case errors.As(err, new(*discovery.NotFoundError)):
		return hint.With(err, "give the URL that the provider calls issuer, or the endpoints: --authorization-endpoint and --token-endpoint")
	}
	return err
}

// useAPI has the profile be for an API.
func (s *setup) useAPI(ctx context.Context, docs discovery.Client, address string, api resource.Found) error {
	server := address
	if api.Metadata != nil && len(api.Metadata.AuthorizationServers) > 0 {
		server = api.Metadata.AuthorizationServers[0]
	} else if u, err := url.Parse(address); err == nil {
		server = origin.Of(u)
	}
	docs.NamedByAPI = true
	m, err := docs.Fetch(ctx, server, true)
	if _, none := errors.AsType[*discovery.NotFoundError](err); err != nil && !(none && api.Metadata == nil) {
		return err
	}
	s.about = about{title: hostOf(server), metadata: m}
	s.set("url", address)
	return nil
}

// client sends requests as the profile would.
func (s *setup) client(ctx context.Context, address string) (*http.Client, error) {
	flags := maps.Clone(s.keys)
	flags["url"] = []string{address} // enough for a session, whatever else is known
	for _, key := range []string{"preset", "preset_variables"} {
		delete(flags, key)
	}
	probe, err := session.Open(s.Session, nil, "", flags)
	if err != nil {
		return nil, err
	}
	authorities, err := probe.Authorities(ctx)
	if err != nil {
		return nil, err
	}
	return s.Session.HTTPClient(probe.HTTPOptions(authorities, nil)), nil
}

// issuerOf turns the URL of a metadata document into the issuer's.
func issuerOf(address string) string {
	const between = "/.well-known/"
	before, after, found := strings.Cut(address, between)
	if !found {
		return address
	}
	_, path, _ := strings.Cut(after, "/") // RFC 8414 §3.1 inserts the name before the path
	if path != "" {
		return before + "/" + path
	}
	return before
}
