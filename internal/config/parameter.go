package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// checkParameters refuses extra parameters that oauthget sets itself. A second state or code_challenge would defeat the
// first, and "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
func checkParameters(table string, given url.Values) *Error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if instead, controlled := controlledParameters()[name]; controlled {
			return setByUs(table, name, instead)
		}
	}
	return nil
}

// checkHeaders refuses invalid header fields, those that the token request already has, and those that frame it.
func checkHeaders(table string, given url.Values) *Error {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		lower := strings.ToLower(name)
		instead, controlled := controlledHeaders()[lower]
		switch {
		// "field-name = token" RFC 9110 §5.1, "token = 1*tchar" §5.6.2
		case name == "" || !ascii.Consists(name, "!#$%&'*+-.^_`|~"):
			return entry(table, name, "%s is not a valid header field name", Printable(name)).advise("use letters, digits and dashes, as in X-Tenant")
		case slices.ContainsFunc(given[name], noFieldValue):
			return entry(table, name, "the value of %s contains more than printable ASCII characters", name).advise("remove the others, and white space around the value")
		case len(given[name]) > 1:
			return entry(table, name, "%s has more than one value", name).advise("join them with a comma, if the field is a list")
		case controlled:
			return setByUs(table, name, instead)
		case seen[lower]:
			return entry(table, name, "%s is set twice: header field names are case-insensitive", name).advise("remove one of the two")
		}
		seen[lower] = true
	}
	return nil
}

// noFieldValue reports whether v has anything but "field-vchar = VCHAR / obs-text" (RFC 9110 §5.5). obs-text is refused too,
// since it is obsolete. A line break would begin another field.
func noFieldValue(v string) bool {
	return strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) || v != strings.TrimSpace(v)
}

// entry returns an error about one entry of a table.
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

// controlledParameters maps parameters that oauthget sets to the key to use instead, or to nothing.
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

// controlledHeaders maps header fields of the token request and of the connection (RFC 9110 §7.6.1) to the key to use
// instead, or to nothing.
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
