package dpop

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// api is a resource server that requires its current nonce.
type api struct {
	nonce   string
	asks    bool // requires it
	seen    []map[string]any
	bodies  []string
	refuses bool // accepts no nonce
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.bodies = append(a.bodies, string(body))
	var claims map[string]any
	if proofs := r.Header.Values("DPoP"); len(proofs) == 1 {
		_, claims, _ = read(proofs[0])
	}
	a.seen = append(a.seen, claims)
	if a.nonce != "" {
		w.Header().Set("DPoP-Nonce", a.nonce)
	}
	if a.asks && claims["nonce"] != a.nonce || a.refuses {
		if a.refuses {
			a.nonce += "+"
			w.Header().Set("DPoP-Nonce", a.nonce)
		}
		w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
		w.WriteHeader(http.StatusUnauthorized)
	}
	io.WriteString(w, strconv.Itoa(len(a.seen)))
}

type signed struct {
	*http.Client
	nonces *Nonces
	url    string
}

func serve(t *testing.T, h http.Handler) signed {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	nonces := new(Nonces)
	transport := Transport{Base: server.Client().Transport, Prove: ByKey(newKey(t)), Nonces: nonces, Now: time.Now}
	return signed{&http.Client{Transport: transport}, nonces, server.URL}
}

func (s signed) do(t *testing.T, method string, body io.Reader) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+"/orders?id=1", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "DPoP canary-token")
	resp, err := s.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if req.Header.Get("DPoP") != "" {
		t.Error("the caller's request was changed")
	}
	return resp.StatusCode, string(data)
}

func TestTransportSignsEachRequestForItself(t *testing.T) {
	a := &api{}
	s := serve(t, a)
	for _, method := range []string{"GET", "DELETE"} {
		if status, _ := s.do(t, method, nil); status != 200 {
			t.Fatal(status)
		}
	}
	for i, method := range []string{"GET", "DELETE"} {
		if c := a.seen[i]; c["htm"] != method || c["htu"] != s.url+"/orders" || c["ath"] == nil || c["nonce"] != nil {
			t.Errorf("%v", c)
		}
	}
	if a.seen[0]["jti"] == a.seen[1]["jti"] {
		t.Error("a proof was sent twice")
	}
}

func TestTransportRepeatsOnceWithTheNonce(t *testing.T) {
	a := &api{nonce: "n1", asks: true}
	s := serve(t, a)
	for _, body := range []io.Reader{nil, strings.NewReader("order"), bytes.NewBuffer([]byte("order"))} {
		s.nonces.newest = nil
		a.seen, a.bodies = nil, nil
		if status, text := s.do(t, "POST", body); status != 200 || text != "2" {
			t.Errorf("%d %s", status, text)
		}
		if a.seen[1]["nonce"] != "n1" || a.seen[0]["jti"] == a.seen[1]["jti"] || a.bodies[0] != a.bodies[1] {
			t.Errorf("%v with %q", a.seen, a.bodies)
		}
	}
}

func TestNonceOfAnyAnswerIsForTheNextRequest(t *testing.T) {
	a := &api{nonce: "n1"}
	s := serve(t, a)
	s.do(t, "GET", nil)
	a.nonce, a.asks = "n1", true
	if status, text := s.do(t, "GET", nil); status != 200 || text != "2" {
		t.Errorf("%d after %s requests", status, text)
	}
}

func TestServerThatIsNeverContentIsAskedTwice(t *testing.T) {
	a := &api{nonce: "n", refuses: true}
	s := serve(t, a)
	if status, text := s.do(t, "GET", nil); status != 401 || text != "2" {
		t.Errorf("%d after %s requests", status, text)
	}
	if got := s.nonces.For(mustParse(t, s.url)); got != "n++" {
		t.Errorf("the nonce is %s", got)
	}
}

func TestServerThatAsksForTheNonceItHadIsNotAskedAgain(t *testing.T) {
	a := &api{}
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.ServeHTTP(httptest.NewRecorder(), r)
		w.Header().Set("DPoP-Nonce", "same")
		w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	s.do(t, "GET", nil)
	s.do(t, "GET", nil)
	if len(a.seen) != 3 {
		t.Errorf("%d requests", len(a.seen))
	}
}

func TestStreamIsSentOnceAndItsNonceKept(t *testing.T) {
	a := &api{nonce: "n1", asks: true}
	s := serve(t, a)
	if status, text := s.do(t, "PUT", io.MultiReader(strings.NewReader("stream"))); status != 401 || text != "1" {
		t.Errorf("%d after %s requests", status, text)
	}
	if status, _ := s.do(t, "PUT", io.MultiReader(strings.NewReader("stream"))); status != 200 {
		t.Errorf("with the nonce: %d", status)
	}
}

func TestRequestWithoutABoundTokenIsLeftAlone(t *testing.T) {
	for _, authorization := range []string{"", "Bearer canary-token", "Basic Y2FuYXJ5"} {
		var got http.Header
		s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
		req, _ := http.NewRequest("GET", s.url, nil)
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		if _, err := s.Do(req); err != nil || got["Dpop"] != nil || got.Get("Authorization") != authorization {
			t.Errorf("%q: %v, %v", authorization, err, got)
		}
	}
}

func TestRedirectToAnotherHostBringsNeitherTokenNorProof(t *testing.T) {
	var got http.Header
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	t.Cleanup(elsewhere.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(elsewhere.URL, "http://"), ":")
	s := serve(t, http.RedirectHandler("http://localhost:"+port+"/", http.StatusFound))
	s.do(t, "GET", nil)
	if got == nil || got["Authorization"] != nil || got["Dpop"] != nil {
		t.Errorf("%v", got)
	}
}

func TestProofThatCannotBeMadeClosesTheBodyAndTellsNothing(t *testing.T) {
	body := &closed{}
	req, _ := http.NewRequest("POST", "https://api.example/", body)
	req.URL.Scheme = "ftp"
	req.Header.Set("Authorization", "DPoP canary-token")
	_, err := Transport{Prove: ByKey(newKey(t)), Nonces: new(Nonces), Now: time.Now}.RoundTrip(req)
	if err == nil || strings.Contains(err.Error(), "canary") || !body.is {
		t.Errorf("%v, closed: %v", err, body.is)
	}
}

type closed struct{ is bool }

func (c *closed) Read([]byte) (int, error) { return 0, io.EOF }
func (c *closed) Close() error             { c.is = true; return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRepetitionIsSignedAnewAtItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []any
		refusal := &closed{}
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, claims := verify(t, r.Header.Get("DPoP"))
			times = append(times, claims["iat"])
			time.Sleep(time.Minute) // a slow server
			return &http.Response{StatusCode: 401, Body: refusal, Header: http.Header{
				"Dpop-Nonce": {"n"}, "Www-Authenticate": {`DPoP error="use_dpop_nonce"`},
			}}, nil
		})
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "https://api.example/", nil)
		req.Header.Set("Authorization", "DPoP canary-token")
		resp, err := Transport{Base: base, Prove: ByKey(newKey(t)), Nonces: new(Nonces), Now: time.Now}.RoundTrip(req)
		if err != nil || resp.StatusCode != 401 || len(times) != 2 || times[1].(float64)-times[0].(float64) != 60 {
			t.Errorf("%v: signed at %v", err, times)
		}
		if !refusal.is {
			t.Error("the body of the refusal was left open")
		}
	})
}

func TestInterruptedRequestIsNotRepeated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	base := roundTrip(func(*http.Request) (*http.Response, error) {
		tries++
		cancel()
		return nil, context.Canceled
	})
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example/", nil)
	req.Header.Set("Authorization", "DPoP canary-token")
	_, err := Transport{Base: base, Prove: ByKey(newKey(t)), Nonces: new(Nonces), Now: time.Now}.RoundTrip(req)
	if !errors.Is(err, context.Canceled) || tries != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
}
