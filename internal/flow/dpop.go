package flow

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrBearer says that a server sent a Bearer token where one that is bound to a key was asked for.
var ErrBearer = errors.New("the token is of the type Bearer, and DPoP was asked for: whoever has it can use it (RFC 9449 §5)")

// dpopKey makes the key that a grant's tokens will be bound to; nil where the profile does not ask for that. A login has
// a key of its own: RFC 9449 §10 protects the code only "when a unique DPoP key is used for each authorization request".
func (c *Client) dpopKey() (*signing.Key, error) {
	if !c.Profile.DPoP {
		return nil, nil
	}
	key, err := signing.Generate(c.Server.DPoPSigningAlgValuesSupported...)
	if err != nil {
		return nil, &config.Error{Key: "dpop", Err: fmt.Errorf("prepare DPoP: %w", err)}
	}
	return key, nil
}

// keyOf returns the key that set's tokens are bound to; nil where they are not.
//
// RFC 9449 §5: "such a client MUST present a DPoP proof for the same key that was used to obtain the refresh token each
// time that refresh token is used". That is about public clients. Others send the same one: their new access token is then
// bound to the key that is stored already.
func (c *Client) keyOf(set token.Set) (*signing.Key, error) {
	if set.DPoPKey.Empty() && !c.Profile.DPoP && !dpop.Bound(set) {
		return nil, nil
	}
	return dpop.KeyOf(set)
}

// tokenProof is the proof for a token request, with the nonce that the server provided last; empty without a key.
func (c *Client) tokenProof(key *signing.Key) (token.Secret, error) {
	if key == nil {
		return token.Secret{}, nil
	}
	u, err := url.Parse(c.Server.TokenEndpoint)
	if err != nil {
		return token.Secret{}, fmt.Errorf("token_endpoint %w", err) // not reached: checkQuery has parsed it
	}
	return dpop.Proof(key, dpop.Request{Method: http.MethodPost, URL: u, Nonce: c.heard().server.For(u), Time: c.Now()})
}

// nonces are those that servers have provided in the run of one Client. RFC 9449 §9: "the nonces provided by an
// authorization server and a resource server are different and should not be confused with one another".
type nonces struct{ server, api dpop.Nonces }

// heard returns the nonces of this run.
func (c *Client) heard() *nonces {
	if c.nonces == nil {
		c.nonces = new(nonces)
	}
	return c.nonces
}

// nonceKeeper keeps the nonces of all answers of the token endpoint: of those that succeed, too.
type nonceKeeper struct {
	base   http.RoundTripper
	nonces *dpop.Nonces
}

// RoundTrip implements [http.RoundTripper].
func (k nonceKeeper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.base.RoundTrip(req)
	if err == nil {
		k.nonces.Keep(req.URL, resp.Header)
	}
	return resp, err
}

// errUseNonce says that the server wants the nonce that it sent with this, and that has been kept.
var errUseNonce = errors.New("the server wants a DPoP nonce")

// nonceError tells what an error answer to a request with a proof comes to where it asks for a nonce; nil where it does
// not.
func (c *Client) nonceError(err error) error {
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || e.ErrorCode != dpop.UseNonce {
		return nil
	}
	u, err := url.Parse(c.Server.TokenEndpoint)
	if err != nil || c.heard().server.Keep(u, e.Response.Header) == "" {
		// RFC 9449 §8: "The authorization server includes a DPoP-Nonce HTTP header in the response".
		return errors.New("the server wants a DPoP nonce and sends none that is in form (RFC 9449 §8)")
	}
	return errUseNonce
}

// withNonce calls send, and where the server wants a nonce, once more: "Upon receiving the nonce, the client is expected
// to retry its token request using a DPoP proof including the supplied nonce value" (RFC 9449 §8). The code or refresh
// token has not been looked at then, so that it can be sent again.
func withNonce(op string, send func() (*tokenReply, error)) (*tokenReply, error) {
	answer, err := send()
	if !errors.Is(err, errUseNonce) {
		return answer, err
	}
	answer, err = send()
	if errors.Is(err, errUseNonce) {
		return nil, &untrusted.Error{Op: op, Err: errors.New("the server wants another DPoP nonce than the one it has just sent, again and again")}
	}
	return answer, err
}

// checkType sees that the token is of the type that was asked for.
func (c *Client) checkType(t *tokenReply, key *signing.Key) error {
	switch {
	case strings.EqualFold(t.TokenType, dpop.Scheme) && key != nil:
		return nil
	case c.issuedOtherwise(t):
		return nil
	case t.TokenType != "" && !strings.EqualFold(t.TokenType, "Bearer"):
		// RFC 6749 §7.1: "The client MUST NOT use an access token if it does not understand the token type."
		return fmt.Errorf("the token is of the type %s, which was not asked for", untrusted.Quote(t.TokenType, t.secrets...))
	case (c.Profile.DPoP || key != nil) && !c.Profile.DPoPAllowBearer:
		// RFC 9449 §5: "The client MUST discard the response in this case if this protection is deemed important for the
		// security of the application".
		return ErrBearer
	}
	return nil
}

// warnOfBearer tells the person what they have allowed. A refresh, which brings what the login brought, is silent.
func (c *Client) warnOfBearer(t *tokenReply, grant string) {
	if c.Profile.DPoP && !strings.EqualFold(t.TokenType, dpop.Scheme) && grant != "refresh_token" && !c.issuedOtherwise(t) {
		c.warn("the server sent a Bearer token although DPoP was asked for: whoever has it can use it")
	}
}

// authorized puts set's access token into a request to a resource server, and returns the client that signs it where the
// token is bound to a key.
func (c *Client) authorized(set token.Set, req *http.Request) (*Client, error) {
	req.Header.Set("Authorization", set.Type()+" "+set.AccessToken.Reveal())
	if !dpop.Bound(set) {
		return c, nil
	}
	key, err := dpop.KeyOf(set)
	if err != nil {
		return nil, err
	}
	signed := *c.HTTP
	signed.Transport = dpop.Transport{Base: c.HTTP.Transport, Key: key, Nonces: &c.heard().api, Now: c.Now}
	with := *c
	with.HTTP = &signed
	return &with, nil
}
