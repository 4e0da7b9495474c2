package flow

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// page tells the user in the browser how the login ended, briefly. The terminal has the details.
func (c *Client) page(set token.Set, err error) loopback.Page {
	p := loopback.Page{Server: c.serverName(), Profile: untrusted.Text(c.Profile.Name)}
	if p.Profile != "" && c.Profile.Account != "" {
		p.Profile += ", account " + untrusted.Text(c.Profile.Account)
	}
	if err == nil {
		p.OK, p.Account = true, untrusted.Text(set.User())
		p.Title, p.Detail = "You are signed in", "You can close this tab and go back to the terminal."
		return p
	}
	p.Title, p.Hint = "The sign-in did not work", "Go back to the terminal for the details and what to do."
	_, distrusted := errors.AsType[*untrusted.Error](err)
	_, refused := errors.AsType[*ServerError](err)
	switch {
	case Denied(err):
		p.Title, p.Hint = "Access was not granted", ""
		p.Detail = "No token was issued. To try again, run the command once more."
	case distrusted:
		p.Detail = "The authorization server's answer could not be trusted, so no token was kept."
	case isNetwork(err):
		p.Detail = "The authorization server could not be reached to redeem the code."
	case refused:
		p.Detail = "The authorization server refused: " + untrusted.Text(err.Error())
	default:
		p.Detail = untrusted.Text(err.Error())
	}
	return p
}

// serverName returns the issuer without its scheme, as people name servers.
func (c *Client) serverName() string {
	u, err := url.Parse(cmp.Or(c.Server.Issuer, c.Server.AuthorizationEndpoint))
	if err != nil {
		return ""
	}
	if c.Server.Issuer == "" {
		return untrusted.Text(u.Host)
	}
	return untrusted.Text(u.Host + strings.TrimSuffix(u.EscapedPath(), "/"))
}
