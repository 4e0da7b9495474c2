package main

import (
	"errors"
	"slices"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
)

// aboutIDToken adds to an error what brings an ID Token, where the want of one is what it is about.
func (s *session) aboutIDToken(err error) error {
	switch {
	case !errors.Is(err, output.ErrNoIDToken):
		return err
	case !s.profile.NeedsPerson():
		// OpenID Connect Core §2: "a security token that contains Claims about the Authentication of an End-User".
		return hint.With(err, "an ID Token is about a person who signs in, and the grant "+s.profile.Grant+" has nobody do so: use another profile, or the access token")
	case slices.Contains(s.profile.Scopes, "openid"):
		return hint.With(err, "have the server issue ID Tokens to this client: the scope openid asks for one already")
	}
	return hint.With(err, `add "openid" to the profile's scopes and log in again`)
}
