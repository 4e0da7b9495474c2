package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Userinfo asks whom set's access token is for (OpenID Connect Core §5.3) and returns set with the subject and the
// name filled in. Where set has a subject already, from an ID Token, the answer must name the same.
func (c *Client) Userinfo(ctx context.Context, set token.Set) (token.Set, error) {
	const op = "read userinfo"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server.UserinfoEndpoint, nil)
	if err != nil {
		return set, fmt.Errorf("%s: %w", op, err)
	}
	client, err := c.authorized(set, req)
	if err != nil {
		return set, fmt.Errorf("%s: %w", op, err)
	}
	answer, err := client.do(op, req)
	if err != nil {
		return set, err
	}
	if answer.status != http.StatusOK {
		return set, &ServerError{Op: op, Status: answer.status}
	}
	var claims struct {
		Subject           string `json:"sub"`
		PreferredUsername string `json:"preferred_username"`
		Email             string `json:"email"`
		Name              string `json:"name"`
	}
	if json.Unmarshal(answer.body, &claims) != nil || claims.Subject == "" {
		return set, &untrusted.Error{Op: op, Err: errors.New("the answer is not a JSON object with a sub")}
	}
	// OpenID Connect Core §5.3.2: "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim
	// in the ID Token; if they do not match, the UserInfo Response values MUST NOT be used."
	if set.Subject != "" && claims.Subject != set.Subject {
		return set, &untrusted.Error{Op: op, Err: errors.New("it is about somebody other than the ID Token")}
	}
	set.Subject = claims.Subject
	set.Username = cmp.Or(claims.PreferredUsername, claims.Email, claims.Name)
	return set, nil
}
