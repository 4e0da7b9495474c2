package flow

import (
	"context"
	"fmt"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// OtherUserError is returned if the user who logged in is not the one whose tokens are stored. Its texts are safe to show.
type OtherUserError struct{ Got, Stored string }

func (e *OtherUserError) Error() string {
	return fmt.Sprintf("log in: you signed in as %s, but the stored tokens belong to %s", e.Got, e.Stored)
}

// identify adds to set the user's subject and name from the UserInfo endpoint, if no ID Token has a name: a subject is often a
// number. A failure does not fail the login.
func (c *Client) identify(ctx context.Context, set token.Set, answer *tokenReply) token.Set {
	if !c.Identify || set.Username != "" || c.Server.UserinfoEndpoint == "" {
		return set
	}
	known, err := c.Userinfo(ctx, set)
	if err != nil {
		c.observe(UserUnknown{err})
		return set
	}
	answer.secrets.name(&known, known.Subject, known.Username) // the request had more secrets than the set has
	return known
}

// checkUser refuses a login as another user than the stored one: a browser stays signed in as whoever used it last, and
// a script would go on as somebody else.
func (c *Client) checkUser(set token.Set) error {
	if c.Stored.Subject == "" || set.Subject == "" || c.Stored.Subject == set.Subject {
		return nil
	}
	return &OtherUserError{Got: untrusted.Text(set.User()), Stored: untrusted.Text(c.Stored.User())}
}
