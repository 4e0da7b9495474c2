package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const opUserinfo = "read userinfo"

// Userinfo asks the UserInfo endpoint (OpenID Connect Core §5.3) whose token set is, and returns set with subject
// and name. If set has a subject already, the answer's must be the same.
func (c *Client) Userinfo(ctx context.Context, set token.Set) (token.Set, error) {
	claims, err := c.userinfo(ctx, set)
	if err != nil {
		return set, err
	}
	text := func(name string) (s string) {
		_ = josejson.Unmarshal(claims[name], &s) // only a string can be a name
		return s
	}
	c.secretsOf(set).name(&set, text("sub"), cmp.Or(text("preferred_username"), text("email"), text("name")))
	return set, nil
}

// secretsOf returns the secrets that an endpoint may know: set's tokens and the client's own.
func (c *Client) secretsOf(set token.Set) secrets { return newSecrets(c.knownSecrets(set)...) }

func (c *Client) knownSecrets(set token.Set) []token.Secret {
	return append(c.Auth.Secrets(), set.AccessToken, set.RefreshToken, set.IDToken)
}

// UserinfoClaims returns the claims of the UserInfo endpoint about the user of set's access token, plain or signed
// (OpenID Connect Core §5.3.2). Secrets in its texts are masked.
func (c *Client) UserinfoClaims(ctx context.Context, set token.Set) (map[string]json.RawMessage, error) {
	claims, err := c.userinfo(ctx, set)
	if err != nil {
		return nil, err
	}
	return c.secretsOf(set).members(claims), nil
}

// userinfo is UserinfoClaims without masks.
func (c *Client) userinfo(ctx context.Context, set token.Set) (map[string]json.RawMessage, error) {
	const op = opUserinfo
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server.UserinfoEndpoint, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("Accept", "application/json, application/jwt")
	client, err := c.authorized(set, req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	answer, err := client.do(op, req)
	if err != nil {
		return nil, err
	}
	if answer.status != http.StatusOK {
		return nil, answer.refusal(op, "userinfo_endpoint", c.knownSecrets(set))
	}
	body := answer.body
	// "If the UserInfo Response is signed and/or encrypted, then the Claims are returned in a JWT and the content-type MUST
	// be application/jwt." OpenID Connect Core §5.3.2
	if media, _, _ := mime.ParseMediaType(answer.header.Get("Content-Type")); media == "application/jwt" {
		if body, err = c.signedUserinfo(ctx, body, c.secretsOf(set)); err != nil {
			return nil, err
		}
	}
	return readUserinfo(body, set.Subject)
}

// signedUserinfo verifies a signed answer and returns its claims. "If signed, the UserInfo Response MUST contain the
// Claims iss (issuer) and aud (audience) as members" (OpenID Connect Core §5.3.2); it was SHOULD until errata set 2,
// and older servers omit them, so they are checked only if present. An encrypted or unsigned JWT is refused.
func (c *Client) signedUserinfo(ctx context.Context, body []byte, known secrets) ([]byte, error) {
	if !c.canVerifyKeys() {
		return nil, &untrusted.Error{Op: opUserinfo, Err: errors.New("the answer is signed, and cannot be verified: set " + c.missingKey() + " in the profile")}
	}
	v := c.verifier()
	v.Algorithms = nil // the metadata's are for ID Tokens
	v.Secrets = known
	claims, err := v.Signed(ctx, opUserinfo, token.NewSecret(strings.TrimSpace(string(body))))
	if err != nil {
		return nil, err
	}
	return claims, v.Expired(opUserinfo, claims)
}

// readUserinfo reads the claims about subject, or about anybody if that is empty.
func readUserinfo(body []byte, subject string) (map[string]json.RawMessage, error) {
	var claims map[string]json.RawMessage
	var sub string
	// "The sub (subject) Claim MUST always be returned in the UserInfo Response." OpenID Connect Core §5.3.2
	if josejson.Unmarshal(body, &claims) != nil || josejson.Unmarshal(claims["sub"], &sub) != nil || sub == "" {
		return nil, &untrusted.Error{Op: opUserinfo, Err: errors.New("the answer is not a JSON object with a sub")}
	}
	// "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token; if they do
	// not match, the UserInfo Response values MUST NOT be used." OpenID Connect Core §5.3.2
	if subject != "" && sub != subject {
		return nil, &untrusted.Error{Op: opUserinfo, Err: errors.New("it is about another user than the ID Token")}
	}
	return claims, nil
}
