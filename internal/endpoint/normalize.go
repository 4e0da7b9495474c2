package endpoint

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	josejson "github.com/go-jose/go-jose/v4/json"
)

// normalizer is the layer below the caller: it adds our header fields, and corrects known deviations in answers.
type normalizer struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip implements [http.RoundTripper].
func (n normalizer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", n.userAgent)
	if req.Header.Get("Accept") == "" {
		// Some servers answer form-encoded by default (RFC 6749 §5.1 requires "application/json").
		req.Header.Set("Accept", "application/json")
	}
	resp, err := n.base.RoundTrip(req)
	if err != nil || req.Method != http.MethodPost {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	body = normalize(resp.Header, body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// maxLifetime is the longest expires_in that is passed on, in seconds: about 68 years. One test server sends
// nanoseconds.
const maxLifetime = math.MaxInt32

// normalize rewrites the answer to a POST into the form of RFC 6749 §5.1, which golang.org/x/oauth2 reads. Servers are
// known to send JSON as text/plain, expires_in as a string, a fraction or null, and scope as an array. It leaves alone
// what it does not recognise.
func normalize(h http.Header, body []byte) []byte {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return body
	}
	// A duplicate name is for the reader to refuse: rewriting the object would hide it. go-jose's decoder detects it.
	var object map[string]json.RawMessage
	if josejson.Unmarshal(trimmed, &object) != nil {
		return body
	}
	if media, _, _ := mime.ParseMediaType(h.Get("Content-Type")); media != "application/json" {
		h.Set("Content-Type", "application/json")
	}
	changed := dropLookalikes(object)
	if raw, ok := object["expires_in"]; ok {
		if seconds, ok := lifetime(raw); ok {
			object["expires_in"] = strconv.AppendInt(nil, seconds, 10)
		} else {
			delete(object, "expires_in") // unreadable: the lifetime is unknown
		}
		changed = true
	}
	var scopes []string
	if raw := object["scope"]; len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &scopes) == nil {
		object["scope"], _ = json.Marshal(strings.Join(scopes, " "))
		changed = true
	}
	if !changed {
		return trimmed
	}
	rewritten, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return rewritten
}

// known are the members that golang.org/x/oauth2 reads with encoding/json, which ignores case.
var known = []string{"access_token", "token_type", "refresh_token", "expires_in", "error", "error_description", "error_uri"}

// dropLookalikes removes members whose names differ from known ones only in case, and reports whether there were any.
// "The client MUST ignore unrecognized value names in the response" (RFC 6749 §5.1), and "all the protocol parameter
// names and values are case sensitive" (§1.9).
func dropLookalikes(object map[string]json.RawMessage) bool {
	before := len(object)
	maps.DeleteFunc(object, func(name string, _ json.RawMessage) bool {
		return slices.ContainsFunc(known, func(k string) bool { return k != name && strings.EqualFold(k, name) })
	})
	return len(object) != before
}

// lifetime reads expires_in in whole seconds, from any JSON type. It returns 1 for 0: golang.org/x/oauth2 takes 0 to
// mean that the token never expires.
func lifetime(raw json.RawMessage) (seconds int64, ok bool) {
	text := strings.TrimSpace(strings.Trim(string(raw), `"`))
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || f < 0 {
		return 0, false
	}
	return int64(math.Max(1, math.Min(math.Floor(f), maxLifetime))), true
}
