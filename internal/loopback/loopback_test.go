package loopback

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

const (
	state = "canary-state"
	code  = "canary-code"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parseURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// listen starts a listener on any free port of 127.0.0.1. change may modify its options.
func listen(t *testing.T, change func(*Options)) *Listener {
	t.Helper()
	o := Options{RedirectURI: parseURL(t, "http://127.0.0.1/callback"), State: state}
	if change != nil {
		change(&o)
	}
	l, err := Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// visit sends a request as a browser would, follows redirects, and returns the channel of the last answer.
func visit(r *http.Request) <-chan answer {
	answers, _ := browse(r)
	return answers
}

// browse is visit, and also returns the addresses to which the browser was sent. They are set when the answer is there.
func browse(r *http.Request) (answers <-chan answer, addresses *[]string) {
	addresses = new([]string)
	return exchange(r, func(next *http.Request, _ []*http.Request) error {
		*addresses = append(*addresses, next.Method+" "+next.URL.String())
		return nil
	}), addresses
}

// visitOnce is visit by a program that follows no redirect.
func visitOnce(r *http.Request) <-chan answer {
	return exchange(r, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })
}

func exchange(r *http.Request, redirected func(*http.Request, []*http.Request) error) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: redirected}
		defer client.CloseIdleConnections()
		resp, err := client.Do(r)
		if err != nil {
			answers <- answer{err: err}
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		answers <- answer{resp.StatusCode, resp.Header, string(body), err}
	}()
	return answers
}

// get makes a request that goes on until Close, which a test may leave to the cleanup.
func get(t *testing.T, u string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func success200(l *Listener) string {
	return l.RedirectURI() + "?state=" + state + "&code=" + code
}

func TestPageIsHeldUntilTheLoginHasEnded(t *testing.T) {
	for name, c := range map[string]struct {
		page   Page
		status int
	}{
		"success": {Page{Title: "You are signed in", OK: true}, http.StatusOK},
		"failure": {Page{Title: "The code was refused"}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, nil)
			tab := visitOnce(get(t, success200(l)))
			response, err := l.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(url.Values{"state": {state}, "code": {code}}, response); d != "" {
				t.Error(d)
			}
			select {
			case a := <-tab:
				t.Fatalf("answered before Finish: %v", a)
			default:
			}
			l.Finish(c.page)
			l.Finish(Page{Title: "a second thought"})
			if a := <-tab; a.err != nil || a.status != http.StatusSeeOther || !strings.Contains(a.body, c.page.Title) {
				t.Errorf("a program that follows no redirect sees %v", a)
			}
			if a := <-visit(get(t, l.RedirectURI())); a.status != c.status {
				t.Errorf("the page is %v", a)
			}
		})
	}
}

func TestErrorAnswerEndsTheWait(t *testing.T) {
	l := listen(t, nil)
	visit(get(t, l.RedirectURI()+"?error=access_denied&code=&state="+state))
	response, err := l.Wait(t.Context())
	if err != nil || response.Get("error") != "access_denied" {
		t.Errorf("Wait: %v, %v", response, err)
	}
}

func TestSecondResponseGetsTheSamePageAndChangesNothing(t *testing.T) {
	l := listen(t, nil)
	first := visit(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := visit(get(t, l.RedirectURI()+"?state="+state+"&code=other"))
	l.Finish(Page{Title: "You are signed in", OK: true})
	for _, tab := range []<-chan answer{first, second} {
		if a := <-tab; a.status != http.StatusOK || !strings.Contains(a.body, "You are signed in") {
			t.Errorf("a tab shows %v", a)
		}
	}
	if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
		t.Errorf("Wait afterwards: %v, %v", response, err)
	}
}

func TestClosedTabDoesNotEndTheLogin(t *testing.T) {
	l := listen(t, nil)
	ctx, closeTab := context.WithCancel(t.Context())
	tab := visit(get(t, success200(l)).WithContext(ctx))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeTab()
	<-tab
	again := visit(get(t, success200(l)))
	l.Finish(Page{Title: "You are signed in", OK: true})
	if a := <-again; a.status != http.StatusOK {
		t.Errorf("after a reload the tab shows %v", a)
	}
}

func TestHeldRequestOutlivesTheRequestTimeout(t *testing.T) {
	sockets, redirectURI, err := bind(t.Context(), Options{RedirectURI: parseURL(t, "http://127.0.0.1/"), State: state})
	if err != nil {
		t.Fatal(err)
	}
	l := newListener(Options{State: state}, redirectURI)
	l.server.ReadHeaderTimeout = 50 * time.Millisecond
	l.start(sockets)
	defer func() { _ = l.Close() }()
	idle, err := net.Dial("tcp", redirectURI.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	tab := visit(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // each is closed after one timeout
		if _, err := io.ReadAll(idle); err != nil {
			t.Fatal(err)
		}
		if idle, err = net.Dial("tcp", redirectURI.Host); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = idle.Close() }()
	}
	l.Finish(Page{Title: "x", OK: true})
	if a := <-tab; a.status != http.StatusOK {
		t.Errorf("the held tab shows %v", a)
	}
}

func TestWaitEndsWithTheContextsCause(t *testing.T) {
	l := listen(t, nil)
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := l.Wait(ctx); !errors.Is(err, cause) {
		t.Errorf("Wait: %v", err)
	}
}

func TestCloseEndsTheWaitAndFreesThePort(t *testing.T) {
	l := listen(t, nil)
	waited := make(chan error)
	go func() {
		_, err := l.Wait(context.WithoutCancel(t.Context()))
		waited <- err
	}()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; !errors.Is(err, errClosed) {
		t.Errorf("Wait: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	again := listen(t, func(o *Options) { o.RedirectURI = parseURL(t, l.RedirectURI()) })
	if again.RedirectURI() != l.RedirectURI() {
		t.Errorf("got %s, want %s", again.RedirectURI(), l.RedirectURI())
	}
}

func TestCloseWithoutFinishSaysThatTheLoginWasAbandoned(t *testing.T) {
	l := listen(t, nil)
	tab := visit(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if a := <-tab; a.status != http.StatusBadRequest || !strings.Contains(a.body, abandoned.Title) {
		t.Errorf("the person sees %v", a)
	}
}

func TestBrowserEndsAtAnAddressWithoutTheCode(t *testing.T) {
	for name, c := range map[string]struct {
		page   Page
		uri    string
		post   bool
		status int
	}{
		"success":              {Page{Title: "You are signed in", OK: true}, "http://127.0.0.1/callback", false, http.StatusOK},
		"failure":              {Page{Title: "The code was refused"}, "http://127.0.0.1/callback", false, http.StatusBadRequest},
		"a form":               {Page{Title: "You are signed in", OK: true}, "http://127.0.0.1/callback", true, http.StatusOK},
		"a query of the URI's": {Page{Title: "You are signed in", OK: true}, "http://127.0.0.1//a%2Fb?tenant=a", false, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, func(o *Options) { o.RedirectURI, o.FormPost = parseURL(t, c.uri), true })
			u := parseURL(t, l.RedirectURI())
			response := url.Values{"state": {state}, "code": {code}}.Encode()
			r := get(t, l.RedirectURI())
			if c.post {
				r.Method, r.Body, r.ContentLength = http.MethodPost, io.NopCloser(strings.NewReader(response)), int64(len(response))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			} else {
				r.URL.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+response, "&")
			}
			tab, addresses := browse(r)
			if _, err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Finish(c.page)
			if err := l.Close(); err != nil { // which waits for the browser to have come
				t.Error(err)
			}
			if a := <-tab; a.err != nil || a.status != c.status || !strings.Contains(a.body, c.page.Title) || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("the person sees %v", a)
			}
			if want := []string{"GET " + l.RedirectURI()}; !cmp.Equal(want, *addresses) {
				t.Errorf("sent to %q, want %q", *addresses, want)
			}
		})
	}
}

func TestPageIsForABrowserThatFollowsTheRedirect(t *testing.T) {
	l := listen(t, nil)
	if a := <-visit(get(t, l.RedirectURI())); a.status != http.StatusBadRequest || strings.Contains(a.body, "You are signed in") {
		t.Errorf("before the end: %v", a)
	}
	l.Finish(Page{Title: "You are signed in", OK: true, Account: "ada"})
	for _, name := range []string{"another path", "HEAD", "name server rebound", "prefetch", "fetch", "frame"} {
		r := get(t, l.RedirectURI())
		unrelated[name].change(r)
		if a := <-visit(r); a.status != unrelated[name].status || strings.Contains(a.body, "ada") {
			t.Errorf("%s: %v", name, a)
		}
	}
	if a := <-visit(get(t, l.RedirectURI())); a.status != http.StatusOK {
		t.Errorf("the browser: %v", a)
	}
}

func TestCloseWaitsForABrowserThatWasSentToThePage(t *testing.T) {
	l := listen(t, nil)
	tab := visitOnce(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.Finish(Page{Title: "You are signed in", OK: true})
	if a := <-tab; a.status != http.StatusSeeOther {
		t.Fatalf("the tab shows %v", a)
	}
	closed := make(chan struct{})
	go func() { defer close(closed); _ = l.Close() }()
	select {
	case <-closed:
		t.Error("Close did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	if a := <-visit(get(t, l.RedirectURI())); a.status != http.StatusOK {
		t.Errorf("the page is %v", a)
	}
	<-closed
}

func TestCloseDoesNotWaitForIdleConnections(t *testing.T) {
	l := listen(t, nil)
	idle, err := net.Dial("tcp", parseURL(t, l.RedirectURI()).Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	<-visit(get(t, l.RedirectURI())) // connections are accepted in order: the server has the idle one by now
	start := time.Now()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > deliveryTimeout/2 {
		t.Errorf("Close took %v", took)
	}
}

// stuck is a browser that reads none of its page.
type stuck struct {
	http.ResponseWriter
	released chan struct{}
}

func (s stuck) Write(b []byte) (int, error) {
	<-s.released
	return len(b), nil
}

func TestCloseWaitsForABrowserForALimitedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newListener(Options{State: state}, parseURL(t, "http://127.0.0.1:1/callback"))
		w := stuck{httptest.NewRecorder(), make(chan struct{})}
		go l.serve(w, httptest.NewRequest(http.MethodGet, success200(l), nil))
		synctest.Wait()
		start := time.Now()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != deliveryTimeout {
			t.Errorf("Close took %v", took)
		}
		late := httptest.NewRecorder()
		l.serve(late, httptest.NewRequest(http.MethodGet, success200(l), nil))
		if late.Code != http.StatusServiceUnavailable {
			t.Errorf("a request after Close got %d", late.Code)
		}
		close(w.released)
	})
}

func TestBrokenPortEndsTheWait(t *testing.T) {
	l := newListener(Options{State: state}, parseURL(t, "http://127.0.0.1:1/callback"))
	l.start([]net.Listener{brokenSocket{}})
	if _, err := l.Wait(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Wait: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

type brokenSocket struct{}

func (brokenSocket) Accept() (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
func (brokenSocket) Close() error              { return nil }
func (brokenSocket) Addr() net.Addr            { return &net.TCPAddr{} }
