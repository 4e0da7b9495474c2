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
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// DeviceAuthorization is what the person needs in order to act (RFC 8628 §3.2). It has been checked: the addresses are
// safe to be shown and opened, and the code is in one line.
type DeviceAuthorization struct {
	UserCode                string
	VerificationURI         string
	VerificationURIComplete string    // with the code in it; empty where the server has none
	Expires                 time.Time // zero where the server did not say
}

// ErrCodeExpired ends a device login whose code nobody entered before the server gave it up.
var ErrCodeExpired = errors.New("the code has expired before anybody entered it")

// device is one run of the device authorization grant, between the request and the token.
type device struct {
	DeviceAuthorization
	code     token.Secret
	verifier string       // empty where PKCE is off
	key      *signing.Key // nil where DPoP is off
	interval time.Duration
}

// DeviceCode runs the device authorization grant (RFC 8628): it has the person shown a code and an address, which any
// browser will do for, and asks the server until they have decided.
//
// golang.org/x/oauth2 has a DeviceAuth of its own, which authenticates no client and ends at the first network error.
// This ends with ctx, the error being context.Cause(ctx), with [ErrPatience] and with [ErrCodeExpired].
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
	// RFC 7636 knows the authorization code alone. Keycloak demands it here of clients that it demands it of there; for
	// all others "The authorization server MUST ignore unrecognized request parameters" (RFC 8628 §3.1).
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
	response, err := c.post(ctx, op, endpoint, params, http.StatusOK)
	if err != nil {
		return d, err
	}
	// GitHub sends errors with status 200.
	if err := response.refusal(op, c.sent(params)); codeOf(err) != "" {
		return d, err
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

// deviceParameters are what the profile asks for in a device authorization request.
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
	// leastInterval holds back from a server that says 0.
	leastInterval = time.Second
)

// read takes in the device authorization response (RFC 8628 §3.2). Its errors hold none of it.
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
	if json.Unmarshal(body, &r) != nil || r.DeviceCode == "" || r.UserCode == "" {
		return errors.New("the answer is not a device authorization response (RFC 8628 §3.2)")
	}
	if !isVisible(r.DeviceCode) {
		return errors.New("the device code holds characters that RFC 6749 §A does not allow")
	}
	d.code, d.interval = token.NewSecret(r.DeviceCode), defaultInterval
	if d.UserCode = untrusted.Text(r.UserCode); d.UserCode != r.UserCode {
		return errors.New("the user code is none that a person could type")
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

// checkShown looks at what the person is about to be shown, and sent to.
func (c *Client) checkShown(d DeviceAuthorization) error {
	server, err := url.Parse(cmp.Or(c.Server.Issuer, c.Server.DeviceAuthorizationEndpoint))
	if err != nil {
		return errors.New("the server's own address cannot be read") // not reached: it has been asked
	}
	known := unspoken(c.Auth.Secrets()...)
	if known.mask(d.UserCode) != d.UserCode {
		return errors.New("user_code repeats a secret")
	}
	for i, name := range []string{"verification_uri", "verification_uri_complete"} {
		address := []string{d.VerificationURI, d.VerificationURIComplete}[i]
		if known.mask(address) != address {
			return fmt.Errorf("%s repeats a secret", name)
		}
		// A GET without a click is enough for some of what listens on this machine.
		if u, err := url.Parse(address); address != "" && (err != nil || !confidential.NamedBy(server, u)) {
			return fmt.Errorf("%s: the URL is one on this machine, and the server is not", name)
		}
	}
	return nil
}

// visitable returns an address that a person may be sent to, in a form that no shell does anything to. The person signs
// in there, so it is as confidential as an authorization endpoint.
func visitable(address string) (string, error) {
	safe, err := browser.Safe(address)
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(safe); err != nil || !confidential.URL(u) {
		return "", errors.New("the URL is not an https one")
	}
	return safe, nil
}

// seconds reads a number of seconds, whatever its JSON type: some servers write strings.
func seconds(raw json.RawMessage) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || math.IsNaN(n) || n < 0 {
		return 0, false
	}
	return time.Duration(min(n, math.MaxInt32) * float64(time.Second)), true
}
