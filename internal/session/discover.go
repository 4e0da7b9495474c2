package session

import (
	"context"
	"errors"
	"net/url"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/resource"
)

// Discover fetches the metadata of the issuer at address. If there is none, address is taken for an API's, and the metadata is
// that of the first server that the API names; found is then what the API says of itself, and else empty.
func (o Options) Discover(ctx context.Context, address string) (found resource.Found, m discovery.Metadata, err error) {
	docs := o.Documents(o.HTTPClient(endpoint.Options{}))
	m, err = docs.Fetch(ctx, address, true)
	api, invalid := url.Parse(address)
	if !errors.As(err, new(*discovery.NotFoundError)) || invalid != nil {
		return found, m, err
	}
	found, wrong := resource.Look(ctx, docs.HTTP, api, false)
	switch {
	case wrong != nil:
		return found, m, wrong
	case found.Metadata == nil || len(found.Metadata.AuthorizationServers) == 0:
		return found, m, err
	}
	docs.NamedByAPI = true
	m, err = docs.Fetch(ctx, found.Metadata.AuthorizationServers[0], true)
	return found, m, err
}
