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

// ErrBearer is returned if a server sent a Bearer token where a bound one was requested.
var ErrBearer = errors.New("the token's type is Bearer, but DPoP was requested: anyone who has the token can use it (RFC 9449 §5)")

// dpopKey makes the key that a grant's tokens are bound to; nil if DPoP is not asked for. Every login has
// its own: RFC 9449 §10 protects the code only "when a unique DPoP key is used for each authorization request".
func (c *Client) dpopKey() (*signing.Key, error) {
	if !c.asksForDPoP() {
		return nil, nil
	}
	key, err := signing.Generate(c.Server.DPoPSigningAlgValuesSupported...)
	if err != nil {
		return nil, &config.Error{Key: "dpop", Err: fmt.Errorf("prepare DPoP: %w", err)}
	}
	return key, nil
}

// keyOf returns the key that set's tokens are bound to; nil if they are not.
//
// RFC 9449 §5: "such a client MUST present a DPoP proof for the same key that was used to obtain the refresh token each
// time that refresh token is used". That is about public clients. Others do the same here: their new access token is
// then bound to the stored key.
func (c *Client) keyOf(set token.Set) (*signing.Key, error) {
	if set.DPoPKey.Empty() && !c.asksForDPoP() && !dpop.Bound(set) {
		return nil, nil
	}
	return dpop.KeyOf(set)
}

// tokenProof returns the proof for a token request, with the server's latest nonce; empty without a key.
func (c *Client) tokenProof(key *signing.Key, endpoint string) (token.Secret, error) {
	if key == nil {
		return token.Secret{}, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return token.Secret{}, fmt.Errorf("token_endpoint %w", err) // not reached: checkQuery parsed it
	}
	return dpop.Proof(key, dpop.Request{Method: http.MethodPost, URL: u, Nonce: c.dpopNonces().server.For(u), Time: c.Now()})
}

// nonces are those that servers provided in one run of a Client. RFC 9449 §9: "the nonces provided by an authorization
// server and a resource server are different and should not be confused with one another".
type nonces struct{ server, api dpop.Nonces }

// dpopNonces returns the nonces of this run.
func (c *Client) dpopNonces() *nonces {
	if c.nonces == nil {
		c.nonces = new(nonces)
	}
	return c.nonces
}

// nonceKeeper keeps the nonce of every answer of the token endpoint.
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

// errUseNonce is returned if the server requires the nonce that it sent, which has been kept.
var errUseNonce = errors.New("the server requires a DPoP nonce")

// nonceError returns the error for an answer that asks for a nonce; nil for any other.
func (c *Client) nonceError(err error, endpoint string) error {
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || e.ErrorCode != dpop.UseNonce {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || c.dpopNonces().server.Keep(u, e.Response.Header) == "" {
		// RFC 9449 §8: "The authorization server includes a DPoP-Nonce HTTP header in the response".
		return errors.New("the server requires a DPoP nonce, but sends no valid one (RFC 9449 §8)")
	}
	return errUseNonce
}

// withNonce calls send, and once more if the server requires a nonce: "Upon receiving the nonce, the client is expected
// to retry its token request using a DPoP proof including the supplied nonce value" (RFC 9449 §8). The server has not
// used the code or refresh token then.
func withNonce(op string, send func() (*tokenReply, error)) (*tokenReply, error) {
	answer, err := send()
	if !errors.Is(err, errUseNonce) {
		return answer, err
	}
	answer, err = send()
	if errors.Is(err, errUseNonce) {
		return nil, &untrusted.Error{Op: op, Err: errors.New("the server refuses the DPoP nonce that it has just sent")}
	}
	return answer, err
}

// TokenTypeError is returned for a token of another type than the requested one. Its text is safe to show.
type TokenTypeError struct{ Type string }

func (e *TokenTypeError) Error() string {
	return "the token's type is " + untrusted.Quote(e.Type) + ", which was not requested"
}

// checkType checks that the token has the requested type.
func (c *Client) checkType(t *tokenReply, key *signing.Key) error {
	switch {
	case t.AccessToken == "": // there is an ID Token alone
		return nil
	case strings.EqualFold(t.TokenType, dpop.Scheme) && key != nil:
		return nil
	case c.issuedOtherwise(t):
		return nil
	case t.TokenType != "" && !strings.EqualFold(t.TokenType, "Bearer"):
		// RFC 6749 §7.1: "The client MUST NOT use an access token if it does not understand the token type."
		return &TokenTypeError{untrusted.Text(t.TokenType, t.secrets...)}
	case (c.asksForDPoP() || key != nil) && !c.Profile.DPoPAllowBearer:
		// RFC 9449 §5: "The client MUST discard the response in this case if this protection is deemed important for the
		// security of the application".
		return ErrBearer
	}
	return nil
}

// warnOfBearer warns of what dpop_allow_bearer allows. A refresh brings what the login brought, and does not warn.
func (c *Client) warnOfBearer(t *tokenReply, grant string) {
	if c.asksForDPoP() && t.AccessToken != "" && !strings.EqualFold(t.TokenType, dpop.Scheme) && grant != "refresh_token" && !c.issuedOtherwise(t) {
		c.warn("the server sent a Bearer token although DPoP was requested: anyone who has the token can use it")
	}
}

// authorized adds set's access token to a request, and returns the client to send it with: one that signs if the token
// is bound to a key.
func (c *Client) authorized(set token.Set, req *http.Request) (*Client, error) {
	req.Header.Set("Authorization", set.Type()+" "+set.AccessToken.Reveal())
	if !dpop.Bound(set) {
		return c, nil
	}
	prove, err := dpop.Provers(nil).Of(set)
	if err != nil {
		return nil, err
	}
	signed := *c.HTTP
	signed.Transport = dpop.Transport{Base: c.HTTP.Transport, Prove: prove, Nonces: &c.dpopNonces().api, Now: c.Now}
	with := *c
	with.HTTP = &signed
	return &with, nil
}
