// Package refusal finds the reason in an error answer: in the form of RFC 6749 §5.2, or in one of those that servers
// send instead.
//
// The texts that it returns are the server's. It neither cleans nor masks them.
package refusal

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Refusal is what an error answer says.
type Refusal struct {
	Code        string // an error code of OAuth, or the server's own; may be empty
	Description string // may be empty
	URI         string // error_uri; may be empty
	// Declared reports that a member says by its name that this is an error.
	Declared bool
}

const (
	// maxText bounds a plain text that is taken for a reason, in bytes. A longer one is a page.
	maxText = 1 << 10
	// maxDepth bounds how deep objects are searched.
	maxDepth = 3
)

// Read reads the body of an answer. Everything in the result is empty if the body gives no reason.
func Read(contentType string, body []byte) Refusal {
	body = bytes.TrimSpace(body)
	var value any
	if json.Unmarshal(body, &value) == nil {
		return read(value, maxDepth)
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Has("error") {
		return Refusal{form.Get("error"), form.Get("error_description"), form.Get("error_uri"), true}
	}
	media, _, _ := mime.ParseMediaType(contentType)
	plain := slices.Contains([]string{"", "text/plain", "application/json"}, media)
	if !plain || len(body) > maxText || bytes.HasPrefix(body, []byte("<")) || !utf8.Valid(body) {
		return Refusal{}
	}
	return Refusal{Description: string(body)}
}

// descriptions are the members that hold a reason, the most telling first. Names are compared as [plainName] has them.
var descriptions = []string{
	"errordescription", "errormessage", "errorsummary", "faultstring", "errmsg", "errortext", "message", "msg",
	"detail", "details", "reason", "title",
}

// codes are the members that may hold an error code of OAuth, beside error.
var codes = []string{"errorcode", "code", "type", "status"}

// containers are the members that may hold an object with the others.
var containers = []string{"error", "errors", "fault", "detail", "details", "message", "data", "response", "body"}

func read(value any, depth int) Refusal {
	switch v := value.(type) {
	case string:
		return Refusal{Description: v}
	case []any:
		if len(v) > 0 && depth > 0 {
			return read(v[0], depth-1)
		}
	case map[string]any:
		return readObject(v, depth)
	}
	return Refusal{}
}

func readObject(object map[string]any, depth int) Refusal {
	members := make(map[string]any, len(object))
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(object))) {
		members[plainName(name)] = object[name]
	}
	text := func(name string) string { s, _ := members[name].(string); return s }
	r := Refusal{Code: text("error"), URI: text("erroruri")}
	for name, value := range members {
		r.Declared = r.Declared || !isEmpty(value) && (strings.HasPrefix(name, "err") || name == "fault")
	}
	if strings.ContainsAny(r.Code, " \t\n") { // "error": "Invalid client secret"
		r.Description, r.Code = r.Code, ""
	}
	for _, name := range descriptions {
		if s := text(name); s != "" {
			// A sentence in the member error says less than a description beside it.
			r.Description = s
			break
		}
	}
	for _, name := range codes {
		if s := text(name); r.Code == "" && slices.Contains(registered, s) {
			r.Code = s
		}
	}
	for _, name := range containers {
		if r.Code != "" && r.Description != "" || depth == 0 {
			break
		}
		if _, isText := members[name].(string); isText || members[name] == nil {
			continue
		}
		inner := read(members[name], depth-1)
		if r.Code == "" {
			r.Code = inner.Code
		}
		if r.Description == "" {
			r.Description = inner.Description
		}
	}
	return r
}

// isEmpty reports whether a member says nothing: some servers send "error": false, or an empty list, with a success.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return true
}

// plainName returns a member's name without case, underscores and hyphens: errorMessage and error_message are the same.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// registered are the codes that are taken for a code of OAuth in a member that is not called error. They are those of
// the registry "OAuth Extensions Errors" and of RFC 6749 §4.1.2.1 and §5.2.
var registered = []string{
	"access_denied", "account_selection_required", "authorization_pending", "consent_required", "expired_token",
	"insufficient_scope", "insufficient_user_authentication", "interaction_required", "invalid_authorization_details",
	"invalid_client", "invalid_client_metadata", "invalid_dpop_proof", "invalid_grant", "invalid_redirect_uri",
	"invalid_request", "invalid_request_object", "invalid_request_uri", "invalid_scope", "invalid_target", "invalid_token",
	"login_required", "request_not_supported", "request_uri_not_supported", "server_error", "slow_down",
	"temporarily_unavailable", "unauthorized_client", "unmet_authentication_requirements", "unsupported_grant_type",
	"unsupported_response_type", "unsupported_token_type", "use_dpop_nonce",
}
