package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// OpPush is the Op of a [ServerError] from the pushed authorization request endpoint.
const OpPush = "push authorization request"

// maxRequestURI bounds a request_uri, in bytes: it is part of a URL that the user sees.
const maxRequestURI = 512

// pushes reports whether the authorization request is pushed (RFC 9126): if the server, the security profile or the
// profile requires it, or the profile names the endpoint itself. It is not pushed wherever the server has an endpoint: some
// servers keep a request for 30 seconds only, and the address is good once, so that it is dead when a user opens it late
// or twice.
func (c *Client) pushes() bool {
	p := c.Profile
	wanted := c.Server.RequirePushedAuthorizationRequests || p.RequirePAR || p.SecurityProfile == config.FAPI2 ||
		p.PushedAuthorizationRequestEndpoint != ""
	return wanted && c.Server.PushedAuthorizationRequestEndpoint != "" && !p.WithoutPAR
}

// checkPushing returns an error if a pushed request is required and impossible.
func (c *Client) checkPushing() error {
	const key = "require_pushed_authorization_requests"
	refuse := func(cause, advice string) error {
		return &config.Error{Key: key, Err: fmt.Errorf("%s: %s", opPrepare, cause), Advice: advice}
	}
	switch required := c.Server.RequirePushedAuthorizationRequests; {
	case c.Profile.WithoutPAR && required:
		return refuse(key+" is false, but the server accepts only pushed authorization requests",
			"remove "+key+" from the profile")
	case c.pushes():
		return nil
	case (c.Profile.RequirePAR || required) && c.Server.Unusable("pushed_authorization_request_endpoint") != nil:
		return c.Server.Unusable("pushed_authorization_request_endpoint")
	case c.Profile.RequirePAR:
		return refuse(key+" is true, but the server has no pushed_authorization_request_endpoint",
			"if the server has one, set pushed_authorization_request_endpoint in the profile")
	case required:
		return &untrusted.Error{Op: opPrepare, Err: &discovery.MemberError{
			Name: "pushed_authorization_request_endpoint", Reason: "is missing in the metadata, which requires pushed authorization requests",
		}}
	}
	return nil
}

// push sends the request to the server and returns the parameters that replace it at the authorization endpoint: "The
// client uses the request_uri value returned by the authorization server to build an authorization request as defined
// in [RFC9101]." RFC 9126 §4. It "MUST only use a request_uri value once": each login pushes anew. lifetime is how long the
// server keeps the request; 0 if unknown.
func (c *Client) push(ctx context.Context, params url.Values) (reference url.Values, lifetime time.Duration, err error) {
	endpoint := c.Server.PushedAuthorizationRequestEndpoint
	if err := checkQuery(endpoint, params); err != nil {
		return nil, 0, &untrusted.Error{Op: OpPush, Err: fmt.Errorf("pushed_authorization_request_endpoint %w", err)}
	}
	c.observe(PushedRequest{Endpoint: endpoint, Auth: c.Auth.Method, Parameters: params})
	// "provide it in the response with a 201 HTTP status code" RFC 9126 §2.2. Some servers send 200.
	a, err := c.post(ctx, OpPush, "pushed_authorization_request_endpoint", endpoint, params, http.StatusCreated, http.StatusOK)
	if err != nil {
		return nil, 0, err
	}
	pushed, err := readPushed(a.body)
	if err != nil {
		return nil, 0, &untrusted.Error{Op: OpPush, Err: err}
	}
	c.observe(pushed)
	return url.Values{"client_id": {c.Profile.ClientID}, "request_uri": {pushed.RequestURI}}, pushed.Lifetime, nil
}

// readPushed reads the answer of RFC 9126 §2.2.
func readPushed(body []byte) (PushedResponse, error) {
	var members struct {
		RequestURI string          `json:"request_uri"`
		ExpiresIn  json.RawMessage `json:"expires_in"`
	}
	if !decodeLeniently(body, &members) || members.RequestURI == "" {
		return PushedResponse{}, errors.New("the answer is not a JSON object with a request_uri (RFC 9126 §2.2)")
	}
	if err := checkRequestURI(members.RequestURI); err != nil {
		return PushedResponse{}, fmt.Errorf("the request_uri %w", err)
	}
	life, _ := seconds(members.ExpiresIn)
	return PushedResponse{members.RequestURI, life}, nil
}

// checkRequestURI: "The absolute URI, as defined by RFC 3986 [RFC3986], that is the Request Object URI" (RFC 9101 §5).
// "The format of the request_uri value is at the discretion of the authorization server" (RFC 9126 §2.2), but all known
// servers send a URN or an https URL.
func checkRequestURI(uri string) error {
	if len(uri) > maxRequestURI {
		return fmt.Errorf("is longer than %d bytes", maxRequestURI)
	}
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("contains a character that is not allowed in a URI")
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "urn" && u.Scheme != "https" {
		return errors.New("is neither a URN nor an https URL")
	}
	return nil
}
