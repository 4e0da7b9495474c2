package flow

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Check reports all that keeps the profile's grant from being run at this server, in the words of the grant itself: what
// that refuses before it sends anything or opens a browser. It sends nothing. What the person should know of a grant that
// can be run goes to Client.Warn.
func (c *Client) Check() []error {
	dry := *c // a security profile changes what is asked for
	found := dry.obstacles(c.Profile.Grant)
	if c.Profile.Grant == config.GrantJWTBearer && c.Profile.Assertion.Source.Empty() {
		if _, err := dry.assertionAlgorithm(); err != nil {
			found = append(found, fmt.Errorf("%s: %w", opPresent, err))
		}
	}
	_, err := dry.dpopKey()
	found = append(found, err)
	return slices.DeleteFunc(found, func(err error) bool { return err == nil })
}

// begin reports what keeps grant from being run at this server. It comes first in each: a security profile also changes
// what is asked for. The grant is not always the profile's: a person may be offered two.
func (c *Client) begin(grant string) error { return cmp.Or(c.obstacles(grant)...) }

// obstacles are the checks of begin, nil for each that is passed.
func (c *Client) obstacles(grant string) []error {
	found := []error{c.checkSecurityProfile()} // before what it changes is looked at
	if grant == config.GrantAuthorizationCode {
		found = append(found, c.checkResponseMode(), c.checkPushing(), c.checkRequestObject())
	}
	found = append(found, c.checkDetails())
	if grant == config.GrantAuthorizationCode || grant == config.GrantDeviceCode {
		found = append(found, c.checkOpenID())
	}
	return append(found, c.checkQueries(grant))
}

// checkQueries is checkQuery of every endpoint that the grant asks. Each is asked again with the request at hand: after a
// person has been in the browser it is too late to begin with it.
func (c *Client) checkQueries(grant string) error {
	type asked struct {
		name, url string
		params    url.Values
	}
	list := []asked{{"token_endpoint", c.Server.TokenEndpoint, nil}}
	switch grant {
	case config.GrantDeviceCode:
		list = append(list, asked{"device_authorization_endpoint", c.Server.DeviceAuthorizationEndpoint, c.deviceParameters()})
	case config.GrantAuthorizationCode:
		params := c.parameters(login{})
		if alg, err := c.requestObjectAlgorithm(); err == nil && alg != "" {
			params = nil // they go inside the request object
		}
		front := asked{"authorization_endpoint", c.Server.AuthorizationEndpoint, params}
		if c.pushes() {
			list = append(list, asked{"pushed_authorization_request_endpoint", c.Server.PushedAuthorizationRequestEndpoint, params})
			front.params = nil // the browser carries a reference to them
		}
		list = append(list, front)
	}
	for _, e := range list {
		if err := checkQuery(e.url, e.params); err != nil {
			return &untrusted.Error{Op: "prepare request", Err: fmt.Errorf("%s %w", e.name, err)}
		}
	}
	return nil
}
