package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// checkParameters refuses extra parameters that the flow sets itself: a second state or code_challenge would undo what the
// first is there for, and "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
func checkParameters(table string, given url.Values) *Error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if instead, controlled := controlledParameters()[name]; controlled {
			return setByUs(table, name, instead)
		}
	}
	return nil
}

// checkHeaders refuses extra header fields that the token request has already, or that would change what is a request at
// all, and those that no HTTP message has.
func checkHeaders(table string, given url.Values) *Error {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		lower := strings.ToLower(name)
		instead, controlled := controlledHeaders()[lower]
		switch {
		// "field-name = token" RFC 9110 §5.1, "token = 1*tchar" §5.6.2
		case name == "" || !ascii.Consists(name, "!#$%&'*+-.^_`|~"):
			return entry(table, name, "%s is no name of a header field", Printable(name)).advise("a name is of letters, digits and dashes: X-Tenant")
		case slices.ContainsFunc(given[name], noFieldValue):
			return entry(table, name, "the value of %s is not of printable ASCII characters", name).advise("remove what is not, and white space around it")
		case len(given[name]) > 1:
			return entry(table, name, "%s has more than one value", name).advise("join them with a comma, if the field is a list")
		case controlled:
			return setByUs(table, name, instead)
		case seen[lower]:
			return entry(table, name, "%s is given twice: a field's name has no upper and lower case", name).advise("remove one of the two")
		}
		seen[lower] = true
	}
	return nil
}

// noFieldValue reports what is not "field-vchar = VCHAR / obs-text" (RFC 9110 §5.5), of which obs-text "SHOULD" not be sent.
// A line break would begin another field.
func noFieldValue(v string) bool {
	return strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) || v != strings.TrimSpace(v)
}

// entry is an error about one parameter of a table.
func entry(table, name, format string, args ...any) *Error {
	e := wrong(table, format, args...)
	e.Key = table + "." + name
	return e
}

func setByUs(table, name, instead string) *Error {
	e := entry(table, name, "%s is set by oauthget", name)
	if instead == "" {
		return e.advise("remove it")
	}
	return e.advise("use the key %s instead", instead)
}

// controlledParameters maps each to the key that governs it; empty where nothing does.
func controlledParameters() map[string]string {
	return map[string]string{
		"client_id":             "client_id",
		"redirect_uri":          "redirect_uri",
		"scope":                 "scopes",
		"audience":              "audience",
		"resource":              "resource",
		"client_secret":         "client_secret_file, client_secret_env, client_secret_command or client_secret_keychain",
		"client_assertion":      "token_endpoint_auth_method",
		"client_assertion_type": "token_endpoint_auth_method",
		"code_challenge":        "pkce",
		"code_challenge_method": "pkce",
		"code_verifier":         "pkce",
		"dpop_jkt":              "dpop",
		"response_type":         "",
		"response_mode":         "",
		"state":                 "",
		"nonce":                 "",
		"request":               "",
		"request_uri":           "",
		"grant_type":            "",
		"code":                  "",
		"refresh_token":         "",
		"device_code":           "",
		"assertion":             "assertion_file, assertion_env or assertion_command",
		"subject_token":         "subject_token_file, subject_token_env, subject_token_command or subject_token_profile",
		"subject_token_type":    "subject_token_type",
		"actor_token":           "actor_token_file, actor_token_env, actor_token_command or actor_token_profile",
		"actor_token_type":      "actor_token_type",
		"requested_token_type":  "requested_token_type",
	}
}

// controlledHeaders maps each field that is the flow's, or the connection's (RFC 9110 §7.6.1), to the key that governs it;
// empty where nothing does.
func controlledHeaders() map[string]string {
	return map[string]string{
		"authorization":       "token_endpoint_auth_method",
		"dpop":                "dpop",
		"accept-encoding":     "",
		"connection":          "",
		"content-encoding":    "",
		"content-length":      "",
		"content-type":        "",
		"expect":              "",
		"host":                "",
		"keep-alive":          "",
		"proxy-authorization": "",
		"proxy-connection":    "",
		"te":                  "",
		"trailer":             "",
		"transfer-encoding":   "",
		"upgrade":             "",
		"user-agent":          "",
	}
}
