package session

import (
	"context"
	"fmt"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// identify finds out whom a set is for where no ID Token told, for a login that says as whom. It is a courtesy: where
// it fails, the login stands.
func (s *Session) identify(ctx context.Context, client *flow.Client, set token.Set) token.Set {
	if set.Subject != "" || client.Server.UserinfoEndpoint == "" {
		return set
	}
	known, err := client.Userinfo(ctx, set)
	if err != nil {
		s.console.Step("userinfo does not tell who that is: %v", err)
	}
	return known
}

// checkAccount refuses a login as somebody other than the one whose tokens are stored: a browser remembers whom it was
// last, and a script would go on under another name.
func (s *Session) checkAccount(ctx context.Context, set token.Set) error {
	stored, err := s.Store.Load(ctx, s.Key)
	if err != nil || s.AsOther || stored.Subject == "" || set.Subject == "" || stored.Subject == set.Subject {
		return nil
	}
	return hint.With(
		fmt.Errorf("log in: the browser came back as %s, and the tokens of %s are stored", who(set), who(stored)),
		"sign out of the server in the browser and try again, or accept: oauthget login "+s.Profile.Name+" --as-other",
		"keep the tokens of both: oauthget login "+s.Profile.Name+" --account NAME",
	)
}

// who names the person a set is for: empty where nothing told.
func who(set token.Set) string {
	if set.Username != "" {
		return untrusted.Text(set.Username)
	}
	return untrusted.Text(set.Subject)
}
