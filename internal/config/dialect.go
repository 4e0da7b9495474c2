package config

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/form"
	"github.com/oauthget/oauthget/internal/jsonpointer"
)

// Dialect is how a server's requests and answers differ from the standards. An empty field follows them.
type Dialect struct {
	ScopeDelimiter, ScopeParameter      string
	ClientIDParameter                   string
	TokenRequestFormat                  string     // "json" or "form"
	ClientSecretBasicEncoding           string     // "raw" or "form"
	TokenResponse                       url.Values // JSON Pointers (RFC 6901), by the member that they stand for
	AcceptedTokenTypes                  []string   // beside Bearer, which they mean
	RefreshEndpoint                     string
	RefreshParameters                   url.Values
	KeepMembers, KeepCallbackParameters []string // of the token response and of the authorization response
}

// checkKept refuses members and parameters that are kept or used in any case.
func checkKept(values []string) error {
	for _, v := range values {
		if slices.Contains(append(ResponseMembers, "token_type", "expires_at", "issued_token_type", "authorization_details", "code", "state", "iss"), v) {
			return errors.New(v + " is not for this key: oauthget uses it itself")
		}
	}
	return form.Texts(values)
}

// ResponseMembers are the members that token_response can locate.
var ResponseMembers = []string{"access_token", "refresh_token", "expires_in", "scope", "id_token", "error"}

func checkPointers(table string, given url.Values) *Error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch values := given[name]; {
		case !slices.Contains(ResponseMembers, name):
			return entry(table, name, "%s is not one of %s", Printable(name), strings.Join(ResponseMembers, ", "))
		case len(values) != 1 || !jsonpointer.Valid(values[0]):
			return entry(table, name, "want a JSON Pointer (RFC 6901)").advise(`as in %s = "/data/%s"`, name, name)
		}
	}
	return nil
}

// checkRefreshParameters allows scope beside what token_parameters may hold: a refresh sends none of its own.
func checkRefreshParameters(table string, given url.Values) *Error {
	given = maps.Clone(given)
	delete(given, "scope")
	return checkParameters(table, given)
}
