package flow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// DeviceAuthorization is what the user needs to act (RFC 8628 §3.2). It has been checked: the addresses can be shown
// and opened, and the code is one line.
type DeviceAuthorization struct {
	UserCode                string
	VerificationURI         string
	VerificationURIComplete string    // with the code in it; may be empty
	Expires                 time.Time // zero if unknown
}

// ErrCodeExpired is returned if the code of a device login expired before it was entered.
var ErrCodeExpired = errors.New("the code expired before it was entered")

// device is the state of one run of the device authorization grant.
type device struct {
	DeviceAuthorization
	code     token.Secret
	verifier string       // empty without PKCE
	key      *signing.Key // nil without DPoP
	interval time.Duration
}

// DeviceCode runs the device authorization grant (RFC 8628): it shows the user a code and an address to open in any
// browser, and polls the server until the user has decided.
//
// The DeviceAuth of golang.org/x/oauth2 authenticates no client and ends at the first network error. DeviceCode ends
// with ctx, returning context.Cause(ctx), with [ErrPatience] or with [ErrCodeExpired].
func (c *Client) DeviceCode(ctx context.Context) (token.Set, error) {
	if err := c.begin(config.GrantDeviceCode); err != nil {
		return token.Set{}, err
	}
	d, err := c.requestDevice(ctx)
	if err != nil {
		return token.Set{}, c.ofGrant(err)
	}
	c.ShowCode(ctx, d.DeviceAuthorization)
	answer, err := c.awaitDecision(ctx, d)
	if err != nil {
		return token.Set{}, err
	}
	return c.take(ctx, answer, d.key)
}

func (c *Client) requestDevice(ctx context.Context) (device, error) {
	const op = "request device code"
	var d device
	var err error
	if d.key, err = c.dpopKey(); err != nil {
		return d, err
	}
	params := c.deviceParameters()
	// RFC 8628 §3.1: client_id is "REQUIRED if the client is not authenticating with the authorization server". Some servers
	// require it beside HTTP Basic too.
	params.Set("client_id", c.Auth.ID)
	// RFC 7636 is about the authorization code only. Keycloak requires it here of the clients that it requires it of
	// there; as for other servers, "The authorization server MUST ignore unrecognized request parameters" (RFC 8628
	// §3.1).
	if c.Profile.PKCE && slices.Contains(c.Server.CodeChallengeMethodsSupported, "S256") {
		d.verifier = oauth2.GenerateVerifier()
		params.Set("code_challenge", oauth2.S256ChallengeFromVerifier(d.verifier))
		params.Set("code_challenge_method", "S256")
	}
	endpoint := c.Server.DeviceAuthorizationEndpoint
	if err := checkQuery(endpoint, params); err != nil {
		return d, &untrusted.Error{Op: op, Err: fmt.Errorf("device_authorization_endpoint %w", err)}
	}
	c.observe(DeviceRequest{Endpoint: endpoint, ClientID: c.Auth.ID, Auth: c.Auth.Method, Parameters: params})
	c.nameClientID(params)
	response, err := c.post(ctx, op, "device_authorization_endpoint", endpoint, params, http.StatusOK)
	if err != nil {
		return d, err
	}
	// GitHub sends errors with status 200.
	if response.reason().Declared {
		return d, authenticatedBy(c.Auth.Method, response.refusal(op, "device_authorization_endpoint", c.sent(params)))
	}
	if err = d.read(response.body, c.Now()); err == nil {
		err = c.checkShown(d.DeviceAuthorization)
	}
	if err != nil {
		return d, &untrusted.Error{Op: op, Err: err}
	}
	c.observe(DeviceResponse{d.DeviceAuthorization, d.interval})
	return d, nil
}

// deviceParameters returns what the profile asks for in a device authorization request.
func (c *Client) deviceParameters() url.Values {
	params := url.Values{}
	c.askFor(params)
	maps.Copy(params, openIDParameters(c.Profile.OpenID))
	maps.Copy(params, c.Profile.AuthorizationParameters)
	return params
}

const (
	// defaultInterval: "If no value is provided, clients MUST use 5 as the default." RFC 8628 §3.2
	defaultInterval = 5 * time.Second
	// leastInterval applies if a server says 0.
	leastInterval = time.Second
)

// read decodes the device authorization response (RFC 8628 §3.2). Its errors contain none of it.
func (d *device) read(body []byte, now time.Time) error {
	var r struct {
		DeviceCode  string          `json:"device_code"`
		UserCode    string          `json:"user_code"`
		URI         string          `json:"verification_uri"`
		URL         string          `json:"verification_url"` // Google's name for it, from a draft
		URIComplete string          `json:"verification_uri_complete"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Interval    json.RawMessage `json:"interval"`
	}
	if !decodeLeniently(body, &r) || r.DeviceCode == "" || r.UserCode == "" {
		return errors.New("the answer is not a device authorization response (RFC 8628 §3.2)")
	}
	if !isVisible(r.DeviceCode) {
		return errors.New("the device code contains characters that RFC 6749 §A does not allow")
	}
	d.code, d.interval = token.NewSecret(r.DeviceCode), defaultInterval
	if d.UserCode = untrusted.Text(r.UserCode); d.UserCode != r.UserCode {
		return errors.New("the user code cannot be typed")
	}
	if r.URI == "" {
		r.URI = r.URL
	}
	var err error
	if d.VerificationURI, err = visitable(r.URI); err != nil {
		return fmt.Errorf("verification_uri: %w", err)
	}
	if r.URIComplete != "" {
		if d.VerificationURIComplete, err = visitable(r.URIComplete); err != nil {
			return fmt.Errorf("verification_uri_complete: %w", err)
		}
	}
	if life, ok := seconds(r.ExpiresIn); ok {
		d.Expires = now.Add(life)
	}
	if interval, ok := seconds(r.Interval); ok {
		d.interval = max(interval, leastInterval)
	}
	return nil
}

// checkShown checks what the user is about to be shown and asked to open.
func (c *Client) checkShown(d DeviceAuthorization) error {
	server, err := url.Parse(cmp.Or(c.Server.Issuer, c.Server.DeviceAuthorizationEndpoint))
	if err != nil {
		return errors.New("the server's own address cannot be read") // not reached: it was used
	}
	known := newSecrets(c.Auth.Secrets()...)
	if known.mask(d.UserCode) != d.UserCode {
		return errors.New("user_code repeats a secret")
	}
	for i, name := range []string{"verification_uri", "verification_uri_complete"} {
		address := []string{d.VerificationURI, d.VerificationURIComplete}[i]
		if known.mask(address) != address {
			return fmt.Errorf("%s repeats a secret", name)
		}
		// Some programs on this machine act on a GET without a click.
		if u, err := url.Parse(address); address != "" && (err != nil || !confidential.NamedBy(server, u)) {
			return fmt.Errorf("%s: the URL is on this machine, but the server is not", name)
		}
	}
	return nil
}

// visitable returns address in a form that is safe in a shell. The user signs in there, so it must be as confidential
// as an authorization endpoint.
func visitable(address string) (string, error) {
	safe, err := browser.Safe(address)
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(safe); err != nil || !confidential.URL(u) {
		return "", errors.New("the URL is not https")
	}
	return safe, nil
}

// seconds reads a number of seconds from a JSON number or string.
func seconds(raw json.RawMessage) (time.Duration, bool) {
	n, ok := number(raw)
	return time.Duration(min(n, math.MaxInt32) * float64(time.Second)), ok
}
