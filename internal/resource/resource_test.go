package resource

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// api answers by path, and counts the requests.
type api struct {
	*httptest.Server
	t        *testing.T
	answers  map[string]http.HandlerFunc
	requests []string
	posts    bool
}

func newAPI(t *testing.T) *api {
	a := &api{t: t, answers: map[string]http.HandlerFunc{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.requests = append(a.requests, r.Method+" "+r.URL.Path)
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent")
		}
		if answer := a.answers[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *api) challenge(parameters string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", strings.TrimSpace("Bearer "+strings.ReplaceAll(parameters, "$API", a.URL)))
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func (a *api) document(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.ReplaceAll(text, "$API", a.URL)) }
}

func (a *api) look(path string) (Found, error) {
	a.t.Helper()
	a.requests = nil
	u, err := url.Parse(a.URL + path)
	if err != nil {
		a.t.Fatal(err)
	}
	return Look(a.t.Context(), endpoint.NewClient(endpoint.Options{}), u, a.posts)
}

const document = `{"resource":"$API/v1","authorization_servers":["https://as.example"],"scopes_supported":["a"]}`

func TestDocumentIsFoundWhereTheStandardPutsIt(t *testing.T) {
	for name, c := range map[string]struct {
		prepare  func(a *api)
		requests string
		source   string
	}{
		"named by the challenge": {func(a *api) {
			a.answers["/v1/orders"] = a.challenge(`resource_metadata="$API/elsewhere", scope="x"`)
			a.answers["/elsewhere"] = a.document(document)
		}, "GET /v1/orders, GET /elsewhere", "/elsewhere"},
		"at the path": {func(a *api) {
			a.answers["/v1/orders"] = a.challenge("")
			a.answers[wellKnown+"/v1/orders"] = a.document(document)
		}, "GET /v1/orders, GET " + wellKnown + "/v1/orders", wellKnown + "/v1/orders"},
		"at the root, without a challenge": {func(a *api) {
			a.answers[wellKnown] = a.document(document)
		}, "GET /v1/orders, GET " + wellKnown + "/v1/orders, GET " + wellKnown, wellKnown},
		"a page for every address": {func(a *api) {
			page := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>welcome") }
			a.answers["/v1/orders"], a.answers[wellKnown+"/v1/orders"] = a.challenge(""), page
			a.answers[wellKnown] = a.document(document)
		}, "GET /v1/orders, GET " + wellKnown + "/v1/orders, GET " + wellKnown, wellKnown},
		"redirected within the origin": {func(a *api) {
			a.answers["/v1/orders"] = a.challenge(`resource_metadata="$API/moved"`)
			a.answers["/moved"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/here", http.StatusFound) }
			a.answers["/here"] = a.document(document)
		}, "GET /v1/orders, GET /moved, GET /here", "/moved"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			c.prepare(a)
			found, err := a.look("/v1/orders?x=1")
			if err != nil || found.Metadata == nil {
				t.Fatalf("%v, %+v", err, found)
			}
			if got := strings.Join(a.requests, ", "); got != c.requests {
				t.Errorf("requests: %s", got)
			}
			if found.Metadata.Source != a.URL+c.source || found.Metadata.ScopesSupported[0] != "a" {
				t.Errorf("%+v", found.Metadata)
			}
			if u, _ := url.Parse(a.URL + "/v1/orders"); found.Resource(u) != a.URL+"/v1" {
				t.Errorf("resource %q", found.Resource(u))
			}
		})
	}
}

func TestAPIWithoutADocument(t *testing.T) {
	a := newAPI(t)
	a.answers["/v1"] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "data: endless") }
	found, err := a.look("/v1?q=1#f")
	if err != nil || found.Metadata != nil || !found.Open() || len(found.Tried) != 2 {
		t.Errorf("%v, %+v", err, found)
	}
	if u, _ := url.Parse("https://u:p@api.example/v1?q=1#f"); found.Resource(u) != "https://api.example/v1" {
		t.Errorf("resource %q", found.Resource(u))
	}
	a.answers["/v1"] = a.challenge(`scope="a b"`)
	if found, err = a.look("/v1"); err != nil || found.Open() || found.Challenge.Params["scope"] != "a b" {
		t.Errorf("%v, %+v", err, found)
	}
}

func TestPOSTIsAskedWithoutABodyWhereAGETHasNoChallenge(t *testing.T) {
	for name, c := range map[string]struct {
		get, post http.HandlerFunc
		posts     bool
		requests  string
		status    int
		open      bool
		scope     string
	}{
		"a challenge of POST alone": {http.NotFound, nil, true, "GET /v1, POST /v1", 401, false, "post"},
		"a GET for everybody":       {ok, nil, true, "GET /v1, POST /v1", 401, false, "post"},
		"a challenge of both":       {nil, nil, true, "GET /v1", 401, false, "get"},
		"a POST for everybody":      {http.NotFound, ok, true, "GET /v1, POST /v1", 200, true, ""},
		"a POST that is refused":    {ok, http.NotFound, true, "GET /v1, POST /v1", 200, true, ""},
		"no POST to be sent":        {http.NotFound, nil, false, "GET /v1", 404, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.posts = c.posts
			a.answers["/v1"] = func(w http.ResponseWriter, r *http.Request) {
				if r.ContentLength != 0 {
					t.Errorf("a body of %d bytes", r.ContentLength)
				}
				answer := map[string]http.HandlerFunc{"GET": c.get, "POST": c.post}[r.Method]
				if answer == nil {
					answer = a.challenge(`scope="` + strings.ToLower(r.Method) + `"`)
				}
				answer(w, r)
			}
			found, err := a.look("/v1")
			requests, _, _ := strings.Cut(strings.Join(a.requests, ", "), ", GET "+wellKnown)
			if err != nil || requests != c.requests || found.Status != c.status || found.Open() != c.open || found.Challenge.Params["scope"] != c.scope {
				t.Errorf("%s: %v, %+v", requests, err, found)
			}
		})
	}
}

func ok(http.ResponseWriter, *http.Request) {}

func TestChallengeForDPoPAlone(t *testing.T) {
	for field, want := range map[string]bool{`DPoP algs="ES256"`: true, `DPoP algs="ES256", Bearer`: false, "Bearer": false, "Basic": false} {
		a := newAPI(t)
		a.answers["/v1"] = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", field)
			w.WriteHeader(http.StatusUnauthorized)
		}
		if found, err := a.look("/v1"); err != nil || found.DPoP != want {
			t.Errorf("%s: %v, %+v", field, err, found)
		}
	}
}

func TestWrongDocumentsAreRefused(t *testing.T) {
	elsewhere := newAPI(t)
	elsewhere.answers["/here"] = elsewhere.document(document)
	for name, c := range map[string]struct {
		document http.HandlerFunc
		named    string
		want     string
	}{
		"another origin": {named: "$API/d", want: "is about the resource", document: elsewhere.document(`{"resource":"https://evil.example/v1"}`)},
		"another path":   {named: "$API/d", want: "is about the resource", document: nil},
		"no resource":    {named: "$API/d", want: "is about the resource", document: elsewhere.document(`{}`)},
		"plain http":     {named: "http://api.example/d", want: "not an https URL"},
		"no URL":         {named: "/d", want: "not an https URL"},
		"redirect elsewhere": {named: "$API/d", want: "another origin", document: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/here", http.StatusFound)
		}},
		"redirect loop": {named: "$API/d", want: "redirects more than", document: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/d", http.StatusFound) }},
		"too long": {named: "$API/d", want: "1 MiB", document: func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"a":"`+strings.Repeat("x", maxBody)+`"}`)
		}},
		"the resource twice":    {named: "$API/d", want: "malformed", document: nil},
		"a member of odd type":  {named: "$API/d", want: "malformed", document: elsewhere.document(`{"resource":["x"]}`)},
		"issuer by plain http":  {named: "$API/d", want: "authorization server", document: nil},
		"a scope that is none":  {named: "$API/d", want: "is no scope", document: nil},
		"issuer that is no URL": {named: "$API/d", want: "authorization server", document: nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.answers["/v1"] = a.challenge(`resource_metadata="` + c.named + `"`)
			a.answers["/d"] = c.document
			switch name {
			case "another path":
				a.answers["/d"] = a.document(`{"resource":"$API/v2"}`)
			case "the resource twice":
				a.answers["/d"] = a.document(`{"resource":"https://evil.example","resource":"$API/v1"}`)
			case "issuer by plain http":
				a.answers["/d"] = a.document(`{"resource":"$API/v1","authorization_servers":["http://as.example"]}`)
			case "a scope that is none":
				a.answers["/d"] = a.document(`{"resource":"$API/v1","scopes_supported":["a b","c\u202ed"]}`)
			case "issuer that is no URL":
				a.answers["/d"] = a.document(`{"resource":"$API/v1","authorization_servers":["as"]}`)
			}
			found, err := a.look("/v1")
			if _, ok := errors.AsType[*untrusted.Error](err); !ok || !strings.Contains(err.Error(), c.want) || found.Metadata != nil {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// An API elsewhere cannot know what listens on a port of this machine.
func TestRemoteAPINamesNothingOnThisMachine(t *testing.T) {
	a := newAPI(t)
	a.answers["/d"] = a.document(document)
	_, err := read(t.Context(), endpoint.NewClient(endpoint.Options{}), &url.URL{Scheme: "https", Host: "api.example", Path: "/v1"}, a.URL+"/d")
	if err == nil || len(a.requests) > 0 {
		t.Errorf("%v, requests %v", err, a.requests)
	}
}
