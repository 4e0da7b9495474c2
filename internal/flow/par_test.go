package flow

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/token"
)

func TestPushedRequestLeavesNothingInTheURL(t *testing.T) {
	f, r := newFront(t)
	r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
	r.Auth = clientauth.Client{ID: "cli", Method: clientauth.Post, Secret: token.NewSecret("canary-secret")}
	r.Profile.Scopes, r.Profile.Resource = []string{"a", "b"}, []string{"https://api.example/1", "https://api.example/2"}
	r.Profile.AuthorizationDetails = `[{"type":"payment"}]`
	f.grants = r.Profile.AuthorizationDetails
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := slices.Sorted(maps.Keys(f.outside)); !slices.Equal(names, []string{"client_id", "request_uri"}) {
		t.Errorf("the URL bears %q", names)
	}
	for name, want := range map[string][]string{
		"response_type": {"code"}, "client_id": {"cli"}, "client_secret": {"canary-secret"}, "scope": {"a b"}, "resource": r.Profile.Resource,
		"authorization_details": {`[{"type":"payment"}]`}, "code_challenge_method": {"S256"},
	} {
		if !slices.Equal(f.pushed[name], want) {
			t.Errorf("pushed %s = %q, want %q", name, f.pushed[name], want)
		}
	}
	if f.pushed.Has("request_uri") || f.pushed.Get("state") == "" || f.pushed.Get("code_challenge") == "" {
		t.Errorf("pushed %v", slices.Sorted(maps.Keys(f.pushed)))
	}
	if answer := event[PushedResponse](t, r); answer.Lifetime != time.Minute {
		t.Errorf("lifetime %s", answer.Lifetime)
	}
}

func TestEachLoginPushesItsOwnRequest(t *testing.T) {
	f, r := newFront(t)
	r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
	var used []string
	for range 2 {
		f.parBody = fmt.Sprintf(`{"request_uri":"urn:canary:%d","expires_in":60}`, len(used))
		if _, err := r.AuthorizationCode(t.Context()); err != nil {
			t.Fatal(err)
		}
		used = append(used, f.outside.Get("request_uri"))
	}
	if !slices.Equal(used, []string{"urn:canary:0", "urn:canary:1"}) {
		t.Errorf("used %q", used)
	}
}

func TestPushedRequestIsTurnedOffByTheProfileAlone(t *testing.T) {
	f, r := newFront(t)
	r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
	r.Profile.WithoutPAR = true
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.pushed != nil || f.outside.Get("code_challenge") == "" {
		t.Errorf("pushed %v", f.pushed)
	}
}

func TestPushedRequestThatCannotBeMadeIsRefusedBeforeTheBrowserOpens(t *testing.T) {
	_, r := newFront(t)
	r.Profile.RequirePAR = true
	if err := refusedBeforeTheBrowser(t, r, "pushed_authorization_request_endpoint"); !isConfigError(err) {
		t.Errorf("%T", err)
	}
	_, r = newFront(t)
	r.Server.RequirePushedAuthorizationRequests = true
	if err := refusedBeforeTheBrowser(t, r, "pushed_authorization_request_endpoint"); !isUntrusted(err) {
		t.Errorf("%T", err)
	}
	r.Profile.WithoutPAR = true
	if err := refusedBeforeTheBrowser(t, r, "require_pushed_authorization_requests is false"); !isConfigError(err) {
		t.Errorf("%T", err)
	}
}

func TestPushedAnswerIsNotTakenOnTrust(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"no JSON":           {201, `<html>`, "not a JSON object with a request_uri"},
		"no request_uri":    {201, `{"expires_in":60}`, "not a JSON object with a request_uri"},
		"a number":          {201, `{"request_uri":1}`, "not a JSON object with a request_uri"},
		"a script":          {201, `{"request_uri":"javascript:alert(1)"}`, "neither a URN nor an https URL"},
		"plain http":        {201, `{"request_uri":"http://as.example/r"}`, "neither a URN nor an https URL"},
		"a relative one":    {201, `{"request_uri":"r/1"}`, "neither a URN nor an https URL"},
		"a line break":      {201, `{"request_uri":"urn:x:\n"}`, "a character that is not allowed in a URI"},
		"an escape":         {201, `{"request_uri":"urn:x:\u001b[2J"}`, "a character that is not allowed in a URI"},
		"without end":       {201, `{"request_uri":"urn:` + strings.Repeat("x", 512) + `"}`, "longer than"},
		"a redirect":        {307, ``, "redirects"},
		"no content":        {204, ``, "204"},
		"an error":          {400, `{"error":"invalid_request","error_description":"\u001b[2Jno"}`, OpPush + ": the server answered invalid_request"},
		"an error and echo": {400, `{"error":"invalid_request","error_description":"ECHO"}`, "invalid_request"},
		"no endpoint":       {404, `not found`, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			f, r := newFront(t)
			r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
			f.parStatus, f.parBody = c.status, c.body
			refusedBeforeTheBrowser(t, r, c.want)
		})
	}
}

func TestPushedRequestIsTakenWithStatus200Too(t *testing.T) {
	f, r := newFront(t)
	r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
	f.parStatus, f.parBody = 200, `{"request_uri":"https://as.example/r/1"}`
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.outside.Get("request_uri") != "https://as.example/r/1" {
		t.Errorf("sent %v", f.outside)
	}
}

func TestEndpointOfPushedRequestsCannotSetOurParameters(t *testing.T) {
	f, r := newFront(t)
	r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par?state=evil"
	if err := refusedBeforeTheBrowser(t, r, "state"); !isUntrusted(err) || f.pushed != nil {
		t.Errorf("%v", err)
	}
}

func FuzzPushedResponse(f *testing.F) {
	f.Add(`{"request_uri":"urn:ietf:params:oauth:request_uri:x","expires_in":60}`)
	f.Add(`{"request_uri":"https://as.example/r","expires_in":-1e300}`)
	f.Fuzz(func(t *testing.T, body string) {
		pushed, err := readPushed([]byte(body))
		if err != nil {
			return
		}
		if u, err := url.Parse(pushed.RequestURI); err != nil || u.Scheme == "" || strings.ContainsAny(pushed.RequestURI, " \n\r\x1b") {
			t.Errorf("request_uri %q", pushed.RequestURI)
		}
	})
}
