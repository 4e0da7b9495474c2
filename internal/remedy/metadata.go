package remedy

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// noMetadataHints says what to do where no metadata was found.
func (f failure) noMetadataHints(e *discovery.NotFoundError) []string {
	without := listed(config.EndpointKeys(f.profile.Grant)) + " instead of issuer"
	if slices.Contains(f.profile.Scopes, "openid") {
		without = listed(append(config.EndpointKeys(f.profile.Grant), "jwks_uri"))
	}
	if f.profile.MetadataURL != "" {
		return []string{"check metadata_url: " + f.profile.MetadataURL, "if the server publishes no metadata, remove it and set " + without}
	}
	return []string{"check the issuer: " + e.Issuer, "if its metadata is elsewhere, set metadata_url; if there is none, set " + without}
}

// mismatchHint says how to take the metadata of another issuer than the profile's.
func mismatchHint(e *discovery.IssuerMismatchError) string {
	switch set := "if that is the right server, set issuer = " + untrusted.Quote(e.Got); {
	case !config.ValidIssuer(e.Got):
		return "no issuer can be set to that: set authorization_endpoint and token_endpoint instead of issuer"
	case strings.TrimSuffix(e.Got, "/") == strings.TrimSuffix(e.Want, "/"): // the metadata is at the same place
		return set
	default:
		return set + " and metadata_url = " + untrusted.Quote(e.Source)
	}
}

func listed(keys []string) string {
	last := len(keys) - 1
	if last == 0 {
		return keys[0]
	}
	return strings.Join(keys[:last], ", ") + " and " + keys[last]
}
