package flow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"
	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/jsonpointer"
	"github.com/oauthget/oauthget/internal/refusal"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// tokenTransport is the layer around the token endpoint. It keeps the answer, and passes it on in the form of RFC 6749
// §5.1, which golang.org/x/oauth2 reads.
type tokenTransport struct {
	base    http.RoundTripper
	profile *config.Profile
	body    []byte                     // of the request, in JSON; nil for the form
	answer  answer                     // as it was sent
	members map[string]json.RawMessage // of the answer; nil if it is neither a JSON object nor a form
	ignored []string                   // the members that were left out
}

// RoundTrip implements [http.RoundTripper].
func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.body != nil {
		req = req.Clone(req.Context())
		req.Header.Set("Content-Type", "application/json")
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(t.body)), nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = int64(len(t.body))
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	t.answer = answer{status: resp.StatusCode, header: resp.Header, body: body}
	if t.members, err = readMembers(body); err != nil && t.answer.ok() {
		return nil, &untrusted.Error{Op: "read token response", Err: err}
	}
	if t.members != nil {
		t.place()
		resp.Header = resp.Header.Clone()
		resp.Header.Set("Content-Type", "application/json")
		body, t.ignored = t.normalize()
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// place puts the members that the profile's token_response locates to where RFC 6749 has them. One that is not there is left
// where it is: a refresh may be answered in another form than a login.
func (t *tokenTransport) place() {
	sent := t.members
	t.members = maps.Clone(sent)
	for name, pointer := range t.profile.TokenResponse {
		value := jsonpointer.Get(sent, pointer[0])
		switch {
		case value == nil:
		case name != "error":
			t.members[name] = value
		default:
			delete(t.members, name)
			if t.answer.code = errorCode(value); t.answer.code != "" {
				t.members[name], _ = json.Marshal(t.answer.code) // strings always encode
			}
		}
	}
}

// errorCode returns the code in a value that is one, or has one in it. 0 and false are none.
func errorCode(value json.RawMessage) string {
	var text string
	var n json.Number
	switch {
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &n) == nil && n != "0":
		return n.String()
	}
	return refusal.Read("application/json", value).Code
}

func (a answer) ok() bool { return a.status >= 200 && a.status <= 299 }

var errTwice = errors.New("a member occurs twice in the answer")

// readMembers reads a JSON object, or a form, whatever its Content-Type: some servers send either as text/html, or
// without a type. It returns nil for anything else.
//
// RFC 6749 §3.2: "Request and response parameters MUST NOT be included more than once." Which one of two counts would
// depend on the reader.
func readMembers(body []byte) (map[string]json.RawMessage, error) {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("{")) {
		var members map[string]json.RawMessage
		err := josejson.Unmarshal(body, &members) // unlike encoding/json, it refuses duplicate names
		if err != nil && strings.Contains(err.Error(), "duplicate key") {
			return nil, errTwice
		}
		if err != nil {
			return nil, nil
		}
		return members, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !slices.ContainsFunc([]string{"access_token", "id_token", "error"}, form.Has) {
		return nil, nil
	}
	members := map[string]json.RawMessage{}
	for name, values := range form {
		if len(values) > 1 {
			return nil, errTwice
		}
		members[name], _ = json.Marshal(values[0]) // strings always encode
	}
	return members, nil
}

const (
	// maxLifetime is the longest expires_in that is passed on, in seconds: about 68 years. One test server sends
	// nanoseconds.
	maxLifetime = math.MaxInt32
	// maxExpires is the longest expires, in seconds. A larger number is a time.
	maxExpires = 10 * 366 * 24 * 60 * 60
)

// known are the members that golang.org/x/oauth2 reads with encoding/json, which ignores case.
var known = []string{"access_token", "token_type", "refresh_token", "expires_in", "error", "error_description", "error_uri"}

// optional are the strings that a token response can do without. One of another type is left out.
var optional = []string{"refresh_token", "scope", "error", "error_description", "error_uri"}

// normalize returns a token response in the form of RFC 6749 §5.1. Servers are known to send expires_in as a string, a
// fraction, null or under the name expires, scope as an array, and token_type with blanks around it.
func (t *tokenTransport) normalize() (body []byte, ignored []string) {
	members := maps.Clone(t.members)
	// "The client MUST ignore unrecognized value names in the response" (RFC 6749 §5.1), and "all the protocol parameter
	// names and values are case sensitive" (§1.9).
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool {
		return slices.ContainsFunc(known, func(k string) bool { return k != name && strings.EqualFold(k, name) })
	})
	switch life, known := expiresIn(members); {
	case life > 0:
		members["expires_in"] = strconv.AppendInt(nil, life, 10)
	case t.profile.DefaultExpiresIn != "" && t.profile.DefaultExpiresIn != config.Never:
		members["expires_in"] = json.RawMessage(t.profile.DefaultExpiresIn)
	case known && t.profile.DefaultExpiresIn == "":
		members["expires_in"] = json.RawMessage("1") // golang.org/x/oauth2 takes 0 for a token that does not expire
	default:
		delete(members, "expires_in") // it does not expire, or nobody knows when
	}
	var scopes []string
	if raw := members["scope"]; len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &scopes) == nil {
		members["scope"], _ = json.Marshal(strings.Join(scopes, " "))
	}
	for _, name := range optional {
		if raw, ok := members[name]; ok && !isString(raw) {
			delete(members, name)
			if string(raw) != "null" {
				ignored = append(ignored, name)
			}
		}
	}
	if raw, ok := members["id_token"]; ok && string(raw) == "false" {
		delete(members, "id_token") // there is none
	}
	var tokenType string
	if isString(members["token_type"]) && json.Unmarshal(members["token_type"], &tokenType) == nil {
		tokenType = strings.TrimSpace(tokenType)
		if slices.ContainsFunc(t.profile.AcceptedTokenTypes, func(name string) bool { return strings.EqualFold(name, tokenType) }) {
			tokenType = "Bearer"
		}
		members["token_type"], _ = json.Marshal(tokenType)
	}
	body, _ = json.Marshal(members) // each member was just decoded
	return body, ignored
}

// isString reports whether a member is a string, and so neither null nor absent.
func isString(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// expiresIn returns the lifetime in whole seconds, from any JSON type; 0 if it is 0 or unknown.
func expiresIn(members map[string]json.RawMessage) (seconds int64, known bool) {
	life, known := number(members["expires_in"])
	if _, sent := members["expires_in"]; !sent {
		life, known = number(members["expires"]) // in some older servers
		known = known && life <= maxExpires
	}
	if !known || life == 0 {
		return 0, known
	}
	return int64(max(1, min(math.Floor(life), maxLifetime))), true
}

// number reads a JSON number, or a string that holds one.
func number(raw json.RawMessage) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.Trim(string(raw), `"`)), 64)
	return f, err == nil && !math.IsNaN(f) && f >= 0
}

// idTokenAlone returns the token of an answer that has an ID Token and no access token, if the caller wants no more; else
// nil. It carries over the refresh token that was sent, as golang.org/x/oauth2 does.
func (c *Client) idTokenAlone(t *tokenTransport, sent string) *oauth2.Token {
	if _, has := t.members["access_token"]; has || !c.IDTokenAlone || !t.answer.ok() || !isString(t.members["id_token"]) {
		return nil
	}
	var extra map[string]any
	var token oauth2.Token
	if body, _ := t.normalize(); json.Unmarshal(body, &extra) != nil || json.Unmarshal(body, &token) != nil {
		return nil
	}
	token.RefreshToken = cmp.Or(token.RefreshToken, sent)
	return token.WithExtra(extra)
}

// NoTokenResponseError is returned for an answer that is not even in the form of a token response: the address may be wrong.
type NoTokenResponseError struct{ reason string }

func (e *NoTokenResponseError) Error() string { return e.reason }

// notToken says what came in place of a token response: masks are the secrets of the request.
func (t *tokenTransport) notToken(masks secrets) error {
	body := bytes.TrimSpace(t.answer.body)
	switch {
	case t.members == nil && len(body) == 0:
		return &NoTokenResponseError{"the token endpoint's answer is empty"}
	case t.members == nil && body[0] == '<':
		return &NoTokenResponseError{"the token endpoint's answer is a web page, not a token response (RFC 6749 §5.1)"}
	case t.members == nil:
		return &NoTokenResponseError{"the token endpoint's answer is not a token response (RFC 6749 §5.1)"}
	}
	for _, name := range []string{"access_token", "token_type"} {
		if raw, ok := t.members[name]; ok && !isString(raw) && string(raw) != "null" {
			return errors.New(name + " in the token endpoint's answer is not a string")
		}
	}
	sent, _ := readMembers(body) // it was read before
	e := &NoTokenError{Expected: t.profile.TokenResponse.Get("access_token"), Has: names(sent, masks)}
	for _, name := range e.Has {
		var object map[string]json.RawMessage
		if json.Unmarshal(sent[name], &object) == nil && isString(object["access_token"]) {
			e.Inside, e.Members = name, names(object, masks)
			break
		}
	}
	return e
}

// NoTokenError is returned for an answer of the token endpoint that has no access token where one is expected.
type NoTokenError struct {
	Expected string   // the JSON Pointer in the profile; empty for the member access_token
	Has      []string // the members of the answer
	Inside   string   // the member that holds an object with an access_token; empty if there is none
	Members  []string // those of that object
}

func (e *NoTokenError) Error() string {
	text := "no access_token in the token endpoint's answer; it has: " + strings.Join(e.Has, ", ")
	if e.Expected != "" {
		text = strings.Replace(text, "access_token", "access_token at "+untrusted.Text(e.Expected), 1)
	}
	if len(e.Has) == 0 {
		text, _, _ = strings.Cut(text, ";")
	}
	return text
}

// names returns the names of members, as far as they look like names.
func names(members map[string]json.RawMessage, masks secrets) []string {
	const maxNames, maxName = 12, 32
	var names []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name != "" && len(name) <= maxName && ascii.Consists(name, "_-.:") && masks.mask(name) == name {
			names = append(names, name)
		}
	}
	return names[:min(len(names), maxNames)]
}
