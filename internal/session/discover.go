package session

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/resource"
)

// Discover finds out what is published at address: the metadata of an issuer, and what an API says of itself; found is empty if
// it says nothing. An API's metadata lead to its server, also where the API is an issuer too. Where an API asks for a token and names
// no server, its origin is taken for the issuer.
func (o Options) Discover(ctx context.Context, address string) (found resource.Found, m discovery.Metadata, err error) {
	docs := o.Documents(o.HTTPClient(endpoint.Options{}))
	m, err = docs.Fetch(ctx, address, true)
	api, invalid := url.Parse(address)
	isIssuer := err == nil
	if !isIssuer && !errors.As(err, new(*discovery.NotFoundError)) || invalid != nil {
		return found, m, err
	}
	found, wrong := resource.Look(ctx, docs.HTTP, api, false)
	server := ""
	switch {
	case found.Metadata != nil && len(found.Metadata.AuthorizationServers) > 0:
		server = found.Metadata.AuthorizationServers[0]
	case isIssuer:
		return resource.Found{}, m, nil
	case wrong != nil:
		return found, m, wrong
	case found.Metadata != nil || found.Status == http.StatusUnauthorized:
		server = origin.Of(api)
	default:
		return found, m, err
	}
	docs.NamedByAPI = true
	m, err = docs.Fetch(ctx, server, true)
	return found, m, err
}
