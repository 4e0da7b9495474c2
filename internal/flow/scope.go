package flow

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// scopeParameter returns the name of the parameter that asks for scopes.
func (c *Client) scopeParameter() string { return cmp.Or(c.Profile.ScopeParameter, "scope") }

// setScope adds the requested scope to a request.
func (c *Client) setScope(params url.Values) {
	if len(c.Profile.Scopes) > 0 {
		params.Set(c.scopeParameter(), strings.Join(c.Profile.Scopes, cmp.Or(c.Profile.ScopeDelimiter, " ")))
	}
}

// nameClientID gives the client_id of a request the name that the server has for it.
func (c *Client) nameClientID(params url.Values) {
	if name := c.Profile.ClientIDParameter; name != "" && name != "client_id" && params.Has("client_id") {
		params[name] = params["client_id"]
		delete(params, "client_id")
	}
}

// splitScope splits the scope of an answer: at spaces (RFC 6749 §3.3), at the profile's delimiter, and at commas, which
// several servers send for either, unless that breaks a requested scope. It drops what is not a scope: "scope-token = 1*(
// %x21 / %x23-5B / %x5D-7E )" (RFC 6749 §3.3). Scopes are printed and stored.
func (c *Client) splitScope(scope string) []string {
	if c.Profile.ScopeDelimiter != "" {
		scope = strings.ReplaceAll(scope, c.Profile.ScopeDelimiter, " ")
	}
	var scopes []string
	for field := range strings.FieldsSeq(scope) {
		if slices.Contains(c.Profile.Scopes, field) {
			scopes = append(scopes, field)
		} else {
			scopes = append(scopes, strings.Split(field, ",")...)
		}
	}
	return slices.DeleteFunc(scopes, func(s string) bool { return s == "" || !ascii.All(s, ascii.IsNQCHAR) })
}

// granted returns the scopes of an answer, except those that contain a secret. Requested scopes are no secret.
func (c *Client) granted(scope string, secrets secrets) []string {
	free := append(c.splitScope(secrets.mask(scope)), c.Profile.Scopes...)
	return slices.DeleteFunc(c.splitScope(scope), func(s string) bool { return !slices.Contains(free, s) })
}

// warnOfScope warns if the granted scope differs from the requested one: RFC 6749 §3.3 lets the server "fully or
// partially ignore the scope requested". It reports whether a scope was requested and granted exactly.
func (c *Client) warnOfScope(set token.Set) (asAsked bool) {
	granted := set.Scopes
	var asked []string
	for _, scope := range c.Profile.Scopes {
		if slices.Contains(granted, scope) {
			asked = append(asked, scope)
		} else {
			asked = append(asked, c.splitScope(strings.ReplaceAll(scope, ",", " "))...)
		}
	}
	missing, extra := without(asked, granted), without(granted, asked)
	// Some servers list only an API's scopes. These two were granted if their effect is there.
	if !set.IDToken.Empty() {
		missing = without(missing, []string{"openid"})
	}
	if !set.RefreshToken.Empty() {
		missing = without(missing, []string{"offline_access"})
	}
	for _, scope := range extra {
		missing = without(missing, []string{Alias(scope, missing)})
	}
	extra = slices.DeleteFunc(extra, func(scope string) bool { return Alias(scope, asked) != "" })
	switch {
	case len(asked) == 0:
	case len(missing) > 0:
		c.warn("the server did not grant the scope " + untrusted.Quote(strings.Join(missing, " ")))
	case len(extra) > 0:
		c.warn("the server granted more than was requested: " + untrusted.Quote(strings.Join(extra, " ")))
	default:
		return true
	}
	return false
}

// Alias returns the one of asked that scope is another name for; empty if there is none or scope was asked for by that name.
// One of the two names is a URI that ends with the other: Google grants email as
// https://www.googleapis.com/auth/userinfo.email.
func Alias(scope string, asked []string) string {
	if slices.Contains(asked, scope) {
		return ""
	}
	isEnd := func(long, short string) bool {
		rest, ok := strings.CutSuffix(long, short)
		return ok && short != "" && strings.Contains(rest, "://") && strings.ContainsAny(rest[len(rest)-1:], "/.:")
	}
	for _, name := range asked {
		if isEnd(scope, name) || isEnd(name, scope) {
			return name
		}
	}
	return ""
}

func without(list, remove []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(remove, s) })
}
