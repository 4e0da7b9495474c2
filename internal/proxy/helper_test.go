package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/token"
)

const prefix = "a-prefix"

func bearerSet(name string) token.Set {
	return token.Set{AccessToken: token.NewSecret("canary-" + name), TokenType: "bearer"}
}

// rig is a proxy that listens, and what it was asked to say.
type rig struct {
	*Proxy
	base string // the proxy's address, with its prefix
	addr string
	stop func() error // ends it, once

	mu    sync.Mutex
	wants []Want
	log   []Entry
}

// start serves a proxy for an upstream. change may be nil.
func start(t testing.TB, upstream string, change func(*Options)) *rig {
	t.Helper()
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{addr: listener.Addr().String()}
	o := Options{
		Upstream: u, Prefix: prefix, Hosts: listener.Hosts, Set: bearerSet("first"), MinTTL: minTTL, Now: time.Now,
		Token: func(context.Context, Want) (token.Set, error) { return bearerSet("second"), nil },
		Advise: func(err error) string {
			return err.Error() + "\nrun oauthget login work"
		},
		Log: func(e Entry) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.log = append(r.log, e)
		},
	}
	if change != nil {
		change(&o)
	}
	obtain := o.Token
	o.Token = func(ctx context.Context, want Want) (token.Set, error) {
		r.mu.Lock()
		r.wants = append(r.wants, want)
		r.mu.Unlock()
		return obtain(ctx, want)
	}
	r.base = listener.URL(o.Prefix)
	r.serve(t, o, listener)
	return r
}

func (r *rig) serve(t testing.TB, o Options, listener net.Listener) {
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	r.Proxy = New(ctx, o)
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx, listener) }()
	r.stop = sync.OnceValue(func() error {
		end()
		return <-served
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func (r *rig) obtained() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.wants)
}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (r *rig) do(t testing.TB, req *http.Request) answer {
	t.Helper()
	resp, err := plain().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func (r *rig) get(t testing.TB, path string) answer {
	t.Helper()
	return r.do(t, request(t, "GET", r.base+path, nil))
}

// raw sends what it is given and reads one response.
func (r *rig) raw(t testing.TB, text string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func request(t testing.TB, method, url string, body io.Reader, fields ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for field := range slices.Chunk(fields, 2) {
		req.Header.Add(field[0], field[1])
	}
	return req
}

// plain is a client that adds nothing and follows nothing.
func plain() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// witness is an upstream that keeps what it was sent.
type witness struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func newWitness(t testing.TB, answer http.HandlerFunc) *witness {
	t.Helper()
	w := &witness{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.seen = append(w.seen, r.Clone(context.Background()))
		w.mu.Unlock()
		if answer != nil {
			answer(rw, r)
		}
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *witness) requests() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

func (w *witness) tokens() []string {
	var all []string
	for _, r := range w.requests() {
		all = append(all, r.Header.Get("Authorization"))
	}
	return all
}
