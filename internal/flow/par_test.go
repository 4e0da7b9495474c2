package flow

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/token"
)

func TestPushedRequestLeavesNothingInTheURL(t *testing.T) {
	f, r := newFront(t)
	f.requirePushed(r)
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
	f.requirePushed(r)
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

func TestRequestIsPushedWhereSomebodyRequiresIt(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Client)
		want   bool
	}{
		"nobody":      {func(*Client) {}, false},
		"the server":  {func(c *Client) { c.Server.RequirePushedAuthorizationRequests = true }, true},
		"the profile": {func(c *Client) { c.Profile.RequirePAR = true }, true},
		"the profile, by an endpoint": {func(c *Client) {
			c.Profile.PushedAuthorizationRequestEndpoint = c.Server.PushedAuthorizationRequestEndpoint
		}, true},
		"fapi2": {func(c *Client) { c.Profile.SecurityProfile = config.FAPI2 }, true},
		"an endpoint, turned off": {func(c *Client) {
			c.Profile.PushedAuthorizationRequestEndpoint, c.Profile.WithoutPAR = c.Server.PushedAuthorizationRequestEndpoint, true
		}, false},
	} {
		f, r := newFront(t)
		r.Server.PushedAuthorizationRequestEndpoint = f.url + "/par"
		c.change(r.Client)
		request, err := r.authorizationRequest(t.Context(), newLogin(false, true))
		if err != nil {
			t.Fatal(err)
		}
		if pushed := f.pushed != nil; pushed != c.want || request.URL.Query().Has("request_uri") != c.want || pushed != (request.Lifetime == time.Minute) {
			t.Errorf("%s: pushed %v, %s, for %s", name, pushed, request.URL, request.Lifetime)
		}
	}
}

func TestRequestThatRanOutIsPushedAgainForTheSameLogin(t *testing.T) {
	t.Parallel()
	f, r := newFront(t)
	f.requirePushed(r)
	f.parBody = `{"request_uri":"urn:canary:1","expires_in":1}`
	var states []string
	r.Open = func(ctx context.Context, request AuthorizationRequest) {
		states = append(states, f.pushed.Get("state"))
		if !request.Renewed { // nobody opens the first in time
			f.parBody = `{"request_uri":"urn:canary:2","expires_in":60}`
			return
		}
		visit(ctx, request)
	}
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.outside.Get("request_uri") != "urn:canary:2" || len(states) != 2 || states[0] != states[1] {
		t.Errorf("used %q; %d states, the same: %v", f.outside.Get("request_uri"), len(states), states[0] == states[1])
	}
}

func TestRequestThatCannotBePushedAgainIsAWarning(t *testing.T) {
	t.Parallel()
	f, r := newFront(t)
	f.requirePushed(r)
	f.parBody = `{"request_uri":"urn:canary:1","expires_in":1}`
	warned := make(chan string, 1)
	r.Warn = func(text string) { warned <- text }
	r.Open = func(ctx context.Context, request AuthorizationRequest) {
		f.parStatus, f.parBody = 503, "{}"
		go func() { // a person who was on the page in time
			if text := <-warned; !strings.Contains(text, "can no longer be opened") || !strings.Contains(text, "503") {
				t.Errorf("warned of %q", text)
			}
			visit(ctx, request)
		}()
	}
	if _, err := r.AuthorizationCode(t.Context()); err != nil {
		t.Fatal(err)
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
			f.requirePushed(r)
			f.parStatus, f.parBody = c.status, c.body
			refusedBeforeTheBrowser(t, r, c.want)
		})
	}
}

func TestPushedRequestIsTakenWithStatus200Too(t *testing.T) {
	f, r := newFront(t)
	f.requirePushed(r)
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
	f.requirePushed(r)
	r.Server.PushedAuthorizationRequestEndpoint += "?state=evil"
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

func TestPushingEndpointThatCannotBeUsedIsToldByWhy(t *testing.T) {
	_, r := newFront(t)
	r.Profile.RequirePAR = true
	r.Server.Rejected = map[string]string{"pushed_authorization_request_endpoint": "is not a string"}
	refusedBeforeTheBrowser(t, r, "pushed_authorization_request_endpoint is not a string")
}
