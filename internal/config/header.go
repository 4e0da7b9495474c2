package config

import "strings"

// checkHeader refuses an extra header field that the token request has already, or that would change what is a request
// at all, and one that no HTTP message has.
func checkHeader(table, name string, values []string) *Error {
	place := func(e *Error) *Error {
		e.Key = table + "." + name
		return e
	}
	// "field-name = token" RFC 9110 §5.1, "token = 1*tchar" §5.6.2
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isTchar(r) }) {
		return place(wrong(table, "%s is no name of a header field", printable(name))).advise("a name is of letters, digits and dashes: X-Tenant")
	}
	for _, v := range values {
		// "field-vchar = VCHAR / obs-text" RFC 9110 §5.5, of which obs-text "SHOULD" not be sent. A line break would begin
		// another field.
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }) || v != strings.TrimSpace(v) {
			return place(wrong(table, "the value of %s is not of printable ASCII characters", name)).advise("remove what is not, and white space around it")
		}
	}
	if len(values) > 1 {
		return place(wrong(table, "%s has more than one value", name)).advise("join them with a comma, if the field is a list")
	}
	instead, controlled := controlledHeaders()[strings.ToLower(name)]
	switch {
	case !controlled:
		return nil
	case instead == "":
		return place(wrong(table, "%s is set by oauthget", name)).advise("remove it")
	}
	return place(wrong(table, "%s is set by oauthget", name)).advise("use the key %s instead", instead)
}

func isTchar(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
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
