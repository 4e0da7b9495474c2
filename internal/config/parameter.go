package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/parameter"
)

// checkParameters refuses extra parameters that oauthget sets itself. A second state or code_challenge would defeat the
// first, and "Request and response parameters MUST NOT be included more than once" (RFC 6749 §3.1).
func checkParameters(table string, given url.Values) *Error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if instead := keyFor(name); instead != "" || parameter.Reserved(name) {
			return setByUs(table, name, instead)
		}
	}
	return nil
}

// checkTables refuses a parameter in a table that a key sets in the same request: it is sent once, and it would not be clear
// which value counts.
func (r resolution) checkTables() error {
	twice := func(table string, keys ...string) error {
		for _, key := range keys {
			inTable := table + "." + key
			if _, ok := r.settings[inTable]; ok && r.settings.text(key) != "" {
				return r.at(inTable, wrong(inTable, "the key %s is set too", key).advise("remove one of the two"))
			}
		}
		return nil
	}
	const details = "authorization_details"
	if err := twice("authorization_parameters", details, "prompt", "login_hint", "max_age", "acr_values", "claims", "ui_locales"); err != nil {
		return err
	}
	// After a login, the token request may narrow what the authorization request asked for (RFC 9396 §6).
	if needsPerson(r.settings.text("grant")) {
		return nil
	}
	return twice("token_parameters", details)
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

// keyFor is the key that sets a parameter, for an entry of a table that would set it a second time; empty if there is none, or
// if the key gives way to the table.
func keyFor(parameter string) string {
	switch parameter {
	case "client_id", "redirect_uri", "response_mode", "audience", "resource",
		"subject_token_type", "actor_token_type", "requested_token_type":
		return parameter
	case "scope":
		return "scopes"
	case "grant_type":
		return "grant"
	case "client_secret":
		return "client_secret_file, client_secret_env, client_secret_command or client_secret_keychain"
	case "client_assertion", "client_assertion_type":
		return "token_endpoint_auth_method"
	case "code_challenge", "code_challenge_method", "code_verifier":
		return "pkce"
	case "dpop_jkt":
		return "dpop"
	case "request":
		return "request_object_signing_alg"
	case "request_uri":
		return "require_pushed_authorization_requests"
	case "assertion":
		return "assertion_file, assertion_env, assertion_command, assertion_profile or assertion_github_actions"
	case "subject_token":
		return "subject_token_file, subject_token_env, subject_token_command, subject_token_profile or subject_token_github_actions"
	case "actor_token":
		return "actor_token_file, actor_token_env, actor_token_command or actor_token_profile"
	}
	return ""
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
