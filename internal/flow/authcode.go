package flow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const opCheckResponse = "check authorization response"

// ignoredResponse begins a warning about a response that did not end the login.
const ignoredResponse = "a response was ignored, and the login continues: "

// login is the state of one run of the authorization code grant.
type login struct {
	state    string
	nonce    token.Secret // empty without OpenID Connect
	verifier string       // empty without PKCE
	jarm     *jarm        // nil unless the response is a JWT
	key      *signing.Key // nil without DPoP

	redirectURI string
}

// AuthorizationCode runs the authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636) and a redirect to loopback
// (RFC 8252 §7.3).
//
// It listens before it opens the browser, and the page in the browser reports success only once the tokens are there.
// It ends with ctx, returning context.Cause(ctx), or with [ErrPatience], either in an [*UnansweredError] if it has asked.
func (c *Client) AuthorizationCode(ctx context.Context) (token.Set, error) {
	if err := c.begin(config.GrantAuthorizationCode); err != nil {
		return token.Set{}, err
	}
	l := newLogin(c.Profile.OpenID.Nonce && slices.Contains(c.Profile.Scopes, "openid"), c.Profile.PKCE)
	var err error
	if l.key, err = c.dpopKey(); err != nil {
		return token.Set{}, err
	}
	if c.signedResponse() {
		l.jarm = c.newJARM(ctx, l.state)
	}
	listener, err := c.listen(ctx, l)
	if err != nil {
		return token.Set{}, err
	}
	defer listener.Close()
	l.redirectURI = listener.RedirectURI()

	request, err := c.authorizationRequest(ctx, l)
	if err != nil {
		return token.Set{}, err
	}
	c.observe(request)
	c.Open(ctx, request)
	prepared, done := c.prepare(ctx)
	defer done()
	response, err := prepared.wait(ctx, listener, l, request)
	if malformed, ok := errors.AsType[*loopback.MalformedError](err); ok {
		c.observe(AuthorizationResponse{RedirectURI: l.redirectURI, Parameters: malformed.Response, Signed: l.jarm != nil})
		err = &untrusted.Error{Op: opCheckResponse, Err: malformed}
		listener.Finish(c.page(token.Set{}, err))
	}
	if err != nil {
		return token.Set{}, l.jarm.explain(err)
	}
	set, err := prepared.finish(ctx, l, response)
	listener.Finish(c.page(set, err))
	return set, err
}

// listen listens at the redirect URI. A server that ignores response_mode=form_post and answers in the query is
// accepted: state and code verifier protect that answer too.
func (c *Client) listen(ctx context.Context, l login) (*loopback.Listener, error) {
	redirect, err := url.Parse(c.Profile.RedirectURI)
	if err != nil {
		return nil, fmt.Errorf("read redirect_uri: %w", err)
	}
	options := loopback.Options{
		RedirectURI: redirect, Ports: c.Profile.RedirectPorts, ListenAddress: c.Profile.ListenAddress, State: l.state,
		Certificate: c.RedirectCertificate, FormPost: c.postedResponse(), WholeAddress: l.jarm != nil || c.expectsIssuer(),
		Ignored: func(reason string) { c.warn(ignoredResponse + reason) },
	}
	if l.jarm != nil {
		options.Unwrap = l.jarm.unwrap
	}
	return loopback.Listen(ctx, options)
}

// newLogin generates the unguessable values. RFC 6749 §10.10: "The probability of an attacker guessing generated tokens
// … MUST be less than or equal to 2^(-128)". rand.Text has 130 bits, GenerateVerifier 256.
func newLogin(nonce, pkce bool) login {
	l := login{state: rand.Text()}
	if nonce {
		l.nonce = token.NewSecret(rand.Text())
	}
	if pkce {
		l.verifier = oauth2.GenerateVerifier()
	}
	return l
}

// finish checks the authorization response and redeems its code. The user waits for the page in the browser, so all of its
// requests together are bounded as one.
func (c *Client) finish(ctx context.Context, l login, response url.Values) (token.Set, error) {
	ctx, cancel := context.WithTimeout(ctx, endpoint.Timeout)
	defer cancel()
	if err := l.jarm.verdict(response); err != nil {
		return token.Set{}, err
	}
	err := c.checkIssuer(response)
	c.observe(AuthorizationResponse{
		RedirectURI: l.redirectURI, Parameters: response, Signed: l.jarm != nil,
		FromIssuer: err == nil && c.Server.Issuer != "" && response.Has("iss"),
	})
	if err != nil {
		return token.Set{}, &untrusted.Error{Op: opCheckResponse, Err: err}
	}
	if code := response.Get("error"); code != "" {
		return token.Set{}, newServerError(ServerError{
			Op: "log in", Code: code, Description: response.Get("error_description"), URI: response.Get("error_uri"),
		}, append(c.Auth.Secrets(), inResponse(response)...)...)
	}
	return c.redeem(ctx, l, response)
}

// inResponse returns the secrets that an authorization response carries, and may echo.
func inResponse(response url.Values) []token.Secret {
	return []token.Secret{token.NewSecret(response.Get("state")), token.NewSecret(response.Get("code"))}
}

// expectsIssuer reports whether an authorization response must have an iss.
func (c *Client) expectsIssuer() bool {
	return c.Server.Issuer != "" && c.Server.AuthorizationResponseIssParameterSupported
}

// ErrNoIssuer is returned for an authorization response without the iss that the server's metadata promises.
var ErrNoIssuer = errors.New("it has no iss, although the server's metadata promises it (RFC 9207 §2.4)")

// OtherIssuerError reports an authorization response of another server than the one that was asked.
type OtherIssuerError struct{ got, want string }

func (e *OtherIssuerError) Error() string {
	return fmt.Sprintf("it comes from the issuer %s, not from %s (RFC 9207 §2.4)", e.got, e.want)
}

// checkIssuer detects an answer from another authorization server, as in a mix-up attack.
func (c *Client) checkIssuer(response url.Values) error {
	want, got := c.Server.Issuer, response.Get("iss")
	switch {
	case want == "":
		return nil // a profile without issuer has nothing to compare with
	case got == "" && c.expectsIssuer():
		// RFC 9207 §2.4: "Clients MUST reject authorization responses without the iss parameter from authorization
		// servers that do support the parameter".
		return ErrNoIssuer
	case got == "":
		return nil
	}
	if _, ok := issuer.Match(want, got); !ok {
		// RFC 9207 §2.4: "If the value does not match the expected issuer identifier, clients MUST reject".
		return &OtherIssuerError{untrusted.Quote(got, newSecrets(inResponse(response)...)...), want}
	}
	return nil
}

// redeem exchanges the code for tokens, once: a code "MUST NOT" be used twice (RFC 6749 §4.1.2), and a server that sees
// it twice revokes the tokens. (A server that asks for a DPoP nonce has not used the code yet.)
func (c *Client) redeem(ctx context.Context, l login, response url.Values) (token.Set, error) {
	params := url.Values{"grant_type": {"authorization_code"}, "code": {response.Get("code")}, "redirect_uri": {l.redirectURI}}
	if l.verifier != "" {
		params.Set("code_verifier", l.verifier)
	}
	answer, err := c.requestToken(ctx, "redeem code", params, l.key)
	if err != nil {
		return token.Set{}, err
	}
	set := c.set(answer, c.Profile.Scopes, l.key)
	set.Kept = c.kept(answer, response, token.Secret{})
	expected, err := c.expected(l)
	if err != nil {
		return token.Set{}, err
	}
	if err := c.addIDToken(ctx, &set, answer, expected); err != nil {
		return token.Set{}, err
	}
	return c.accept(ctx, set, answer)
}

// wait returns the authorization response from the browser, or from the user: in a remote session the browser cannot
// reach the redirect URI, and the user pastes its address.
func (c *Client) wait(ctx context.Context, listener *loopback.Listener, l login, request AuthorizationRequest) (url.Values, error) {
	var beside sync.WaitGroup
	defer beside.Wait() // the terminal is restored when this returns
	ctx, cancel := context.WithTimeoutCause(ctx, c.Patience, ErrPatience)
	defer cancel()
	beside.Go(func() { c.renew(ctx, l, request.Lifetime) })
	if c.Unanswered != nil {
		beside.Go(func() {
			if pause(ctx, min(noticeAfter, c.Patience/3)) == nil {
				c.Unanswered(request)
			}
		})
	}
	if c.Paste != nil {
		beside.Go(func() { c.Paste(ctx, listener.Deliver) })
	}
	response, err := listener.Wait(ctx)
	if err != nil {
		return nil, &UnansweredError{l.redirectURI, err}
	}
	return response, nil
}

// UnansweredError reports that the wait for the answer to an authorization request has ended.
type UnansweredError struct {
	RedirectURI string // as it was sent, with its port
	Err         error
}

func (e *UnansweredError) Error() string { return "wait for the browser: " + e.Err.Error() }
func (e *UnansweredError) Unwrap() error { return e.Err }

const (
	// noticeAfter is when Client.Unanswered is called. A server that shows an error of its own, as about a redirect URI that
	// is not registered, does not send the browser back.
	noticeAfter = 20 * time.Second

	// mostRenewals limits how many addresses are shown in one login.
	mostRenewals = 20
	// leastLifetime limits how soon one follows another.
	leastLifetime = time.Second
)

// renew shows another address whenever the last can no longer be opened, until ctx ends. The address belongs to the same
// login: whichever the user has opened, its answer is accepted.
func (c *Client) renew(ctx context.Context, l login, lifetime time.Duration) {
	for range mostRenewals {
		if lifetime <= 0 || pause(ctx, max(lifetime, leastLifetime)) != nil {
			return
		}
		request, err := c.authorizationRequest(ctx, l)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil: // the user may have opened the address in time
			c.warn(fmt.Sprintf("the address above can no longer be opened, and there is no other: %v", err))
			return
		}
		request.Renewed = true
		c.observe(request)
		c.Open(ctx, request)
		lifetime = request.Lifetime
	}
}
