package testas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/demoas"
)

// Dialect is how the server differs from the standards in ways that are its habit, not a mistake: a client has to be told.
// The zero Dialect is the standard's.
type Dialect struct {
	// Nested has the members of the answers of the token endpoint in this member of a JSON object, with status 200.
	Nested string `json:"nested,omitempty"`
	// FlatRefresh excepts refreshes from Nested.
	FlatRefresh bool `json:"flat_refresh,omitempty"`
	// TokenType is the token_type.
	TokenType string `json:"token_type,omitempty"`
	// JSONRequests has token requests in JSON.
	JSONRequests bool `json:"json_requests,omitempty"`
	// RawBasic takes HTTP Basic without form encoding, and a public client with an empty password.
	RawBasic bool `json:"raw_basic,omitempty"`
	// ScopeDelimiter separates scopes, in requests and answers.
	ScopeDelimiter string `json:"scope_delimiter,omitempty"`
	// ScopeParameter asks for scopes.
	ScopeParameter string `json:"scope_parameter,omitempty"`
	// ClientIDParameter names the client in requests that carry client_id otherwise.
	ClientIDParameter string `json:"client_id_parameter,omitempty"`
	// FormAnswers has the answers of the token endpoint form-encoded, whatever is asked for, and errors with status 200.
	FormAnswers bool `json:"form_answers,omitempty"`
	// ScopeNames are the names of granted scopes.
	ScopeNames map[string]string `json:"scope_names,omitempty"`
	// RefreshElsewhere has refreshes at /refresh, where nothing else is served.
	RefreshElsewhere bool `json:"refresh_elsewhere,omitempty"`
	// RefreshScope requires a scope in refreshes.
	RefreshScope bool `json:"refresh_scope,omitempty"`
	// Members are in each answer of the token endpoint that brings a login's token, and in those to a refresh if MembersAlways.
	Members       map[string]json.RawMessage `json:"members,omitempty"`
	MembersAlways bool                       `json:"members_always,omitempty"`
	// CallbackParameters are in each authorization response.
	CallbackParameters map[string]string `json:"callback_parameters,omitempty"`
	// RequireConsent gives no refresh token without prompt=consent.
	RequireConsent bool `json:"require_consent,omitempty"`
}

// refreshPath is the token endpoint of refreshes.
const refreshPath = "/refresh"

// translated is the token endpoint h in the server's dialect.
func (s *Server) translated(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d := s.currentFaults().Dialect
		if reflect.ValueOf(d).IsZero() {
			h(w, r) // not recorded: some faults never end the answer
			return
		}
		if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); d.JSONRequests && media != "application/json" {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		if !d.readRequest(r) {
			demoas.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "This is not the server's dialect."})
			return
		}
		answer := &recorded{header: http.Header{}, status: http.StatusOK}
		h(answer, r)
		d.write(w, r, answer)
	}
}

// recorded is an answer that is to be rewritten.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) WriteHeader(status int)      { r.status = status }
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }

// readRequest turns a token request into the standard's form. It reports whether the request is in the server's dialect.
func (d Dialect) readRequest(r *http.Request) bool {
	var members map[string]string
	switch {
	case d.JSONRequests && json.NewDecoder(r.Body).Decode(&members) != nil, !d.JSONRequests && r.ParseForm() != nil:
		return false
	}
	form := url.Values{}
	maps.Copy(form, r.PostForm)
	for name, value := range members {
		form.Set(name, value)
	}
	refreshes := form.Get("grant_type") == demoas.GrantRefresh
	if d.RefreshElsewhere && refreshes != (r.URL.Path == refreshPath) || d.RefreshScope && refreshes && !form.Has("scope") {
		return false
	}
	if user, password, ok := r.BasicAuth(); ok && d.RawBasic {
		if r.SetBasicAuth(url.QueryEscape(user), url.QueryEscape(password)); password == "" {
			r.Header.Del("Authorization")
			form.Set("client_id", user)
		}
	} else if d.RawBasic {
		return false
	}
	d.readScope(form)
	d.readClientID(form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Form, r.PostForm = form, form
	return true
}

// readClientID knows the client by the dialect's parameter alone.
func (d Dialect) readClientID(form url.Values) {
	if d.ClientIDParameter != "" {
		form.Del("client_id")
		if form.Has(d.ClientIDParameter) {
			form.Set("client_id", form.Get(d.ClientIDParameter))
		}
	}
}

func (d Dialect) readScope(form url.Values) {
	if d.ScopeParameter != "" {
		form.Del("scope")
		if form.Has(d.ScopeParameter) {
			form.Set("scope", form.Get(d.ScopeParameter))
		}
	}
	if d.ScopeDelimiter != "" && form.Has("scope") {
		form.Set("scope", strings.ReplaceAll(form.Get("scope"), d.ScopeDelimiter, " "))
	}
}

// write writes an answer of the token endpoint in the server's dialect.
func (d Dialect) write(w http.ResponseWriter, r *http.Request, answer *recorded) {
	maps.Copy(w.Header(), answer.header)
	var members map[string]any
	if json.Unmarshal(answer.body.Bytes(), &members) != nil {
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes())
		return
	}
	refreshes := r.PostForm.Get("grant_type") == demoas.GrantRefresh
	if _, ok := members["access_token"]; ok {
		if d.TokenType != "" {
			members["token_type"] = d.TokenType
		}
		if !refreshes || d.MembersAlways {
			for name, raw := range d.Members {
				members[name] = raw
			}
		}
		scopes := strings.Fields(members["scope"].(string))
		for i, scope := range scopes {
			if name, ok := d.ScopeNames[scope]; ok {
				scopes[i] = name
			}
		}
		delimiter := d.ScopeDelimiter
		if delimiter == "" {
			delimiter = " "
		}
		members["scope"] = strings.Join(scopes, delimiter)
	}
	if d.Nested != "" && !(refreshes && d.FlatRefresh) {
		answer.status, members = http.StatusOK, map[string]any{"code": 0, "message": "", d.Nested: members}
		if code, ok := members[d.Nested].(map[string]any)["error"]; ok {
			members["code"], members["message"] = 7, "refused"
			members[d.Nested] = map[string]any{"reason": code}
		}
	}
	w.Header().Del("Content-Length")
	if d.FormAnswers {
		form := url.Values{}
		for name, value := range members {
			form.Set(name, fmt.Sprint(value))
		}
		w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
		_, _ = io.WriteString(w, form.Encode())
		return
	}
	demoas.WriteJSON(w, answer.status, members)
}

// withParameters adds the callback parameters to an authorization response.
func (d Dialect) withParameters(response url.Values) url.Values {
	for _, name := range slices.Sorted(maps.Keys(d.CallbackParameters)) {
		response.Set(name, d.CallbackParameters[name])
	}
	return response
}
