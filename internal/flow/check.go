package flow

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/parameter"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Check returns the errors that keep the profile's grant from running at this server: those that the grant returns
// before it sends anything or opens a browser. It sends nothing. Warnings about a grant that can run go to Client.Warn.
func (c *Client) Check() []error {
	found := c.checks(c.Profile.Grant)
	if c.Profile.Grant == config.GrantJWTBearer && c.Profile.Assertion.Source.Empty() {
		if _, err := c.assertionAlgorithm(); err != nil {
			found = append(found, fmt.Errorf("%s: %w", opPresent, err))
		}
	}
	_, err := c.dpopKey()
	found = append(found, err)
	return slices.DeleteFunc(found, func(err error) bool { return err == nil })
}

// begin returns the first error that keeps grant from running at this server. Every grant calls it first. grant need not be
// the profile's: the user may have a choice of two.
func (c *Client) begin(grant string) error { return cmp.Or(c.checks(grant)...) }

// checks runs the checks of begin and returns their results, nil for each that passed.
func (c *Client) checks(grant string) []error {
	found := []error{c.checkSecurityProfile()}
	if grant == config.GrantAuthorizationCode {
		found = append(found, c.checkResponseMode(), c.checkPushing(), c.checkRequestObject())
	}
	found = append(found, c.checkDetails())
	if grant == config.GrantAuthorizationCode || grant == config.GrantDeviceCode {
		found = append(found, c.checkOpenID())
	}
	return append(found, c.checkQueries(grant))
}

// checkQueries calls checkQuery for every endpoint that the grant uses, before the browser opens. Each request calls it
// again.
func (c *Client) checkQueries(grant string) error {
	type asked struct {
		name, url string
		params    url.Values
	}
	list := []asked{{"token_endpoint", c.Server.TokenEndpoint, nil}, {"refresh_endpoint", c.Profile.RefreshEndpoint, nil}}
	switch grant {
	case config.GrantDeviceCode:
		list = append(list, asked{"device_authorization_endpoint", c.Server.DeviceAuthorizationEndpoint, c.deviceParameters()})
	case config.GrantAuthorizationCode:
		params := c.parameters(login{})
		if alg, err := c.requestObjectAlgorithm(); err == nil && alg != "" {
			params = nil // they are inside the request object
		}
		front := asked{"authorization_endpoint", c.Server.AuthorizationEndpoint, params}
		if c.pushes() {
			list = append(list, asked{"pushed_authorization_request_endpoint", c.Server.PushedAuthorizationRequestEndpoint, params})
			front.params = nil // the browser carries a reference only
		}
		list = append(list, front)
	}
	for _, e := range list {
		if err := checkQuery(e.url, e.params); err != nil {
			return &untrusted.Error{Op: "prepare request", Err: &discovery.MemberError{Name: e.name, Reason: err.Error()}}
		}
	}
	return nil
}

// checkQuery reports why an endpoint's own query cannot be kept: "which MUST be retained when adding additional query
// parameters" (RFC 6749 §3.1), while "Request and response parameters MUST NOT be included more than once" (§3.1,
// §3.2). A reserved parameter, or one of params, would be sent twice, and the server would choose. The error continues
// the endpoint's name.
func checkQuery(endpoint string, params url.Values) error {
	u, err := url.Parse(endpoint)
	if err != nil {
		return errors.New("is not a URL")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("has a query that cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if parameter.Reserved(name) || params.Has(name) {
			return fmt.Errorf("has the parameter %s in its own query, which only the request may set", untrusted.Quote(name))
		}
	}
	return nil
}
