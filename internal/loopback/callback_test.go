package loopback

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unrelated are requests that reach the port during a login: how each differs from the real one, and its answer.
var unrelated = map[string]struct {
	change func(*http.Request)
	status int
}{
	"favicon":              {func(r *http.Request) { r.URL.Path, r.URL.RawQuery = "/favicon.ico", "" }, 404},
	"another path":         {func(r *http.Request) { r.URL.Path = "/callback/" }, 404},
	"path in another case": {func(r *http.Request) { r.URL.Path = "/Callback" }, 404},
	"path not clean":       {func(r *http.Request) { r.URL.Path = "//callback" }, 404},
	"HEAD":                 {func(r *http.Request) { r.Method = http.MethodHead }, 405},
	"OPTIONS":              {func(r *http.Request) { r.Method = http.MethodOptions }, 405},
	"POST":                 {func(r *http.Request) { r.Method = http.MethodPost }, 405},
	"GET with a body":      {func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1 }, 400},
	"name server rebound":  {func(r *http.Request) { r.Host = "evil.example:" + r.URL.Port() }, 421},
	"localhost, not IP":    {func(r *http.Request) { r.Host = "localhost:" + r.URL.Port() }, 421},
	"another port":         {func(r *http.Request) { r.Host = "127.0.0.1:1" }, 421},
	"no port":              {func(r *http.Request) { r.Host = "127.0.0.1" }, 421},
	"prefetch":             {header("Sec-Purpose", "prefetch"), 503},
	"prerender":            {header("Sec-Purpose", "prefetch;prerender"), 503},
	"old prefetch":         {header("Purpose", "prefetch"), 503},
	"Firefox prefetch":     {header("X-Moz", "prefetch"), 503},
	"Safari preview":       {header("X-Purpose", "preview"), 503},
	"fetch":                {header("Sec-Fetch-Mode", "cors"), 403},
	"image":                {header("Sec-Fetch-Mode", "no-cors"), 403},
	"frame":                {header("Sec-Fetch-Dest", "iframe"), 403},
	"no state":             {query("code=" + code), 400},
	"empty state":          {query("state=&code=" + code), 400},
	"foreign state":        {query("state=other&code=" + code), 400},
	"beginning of state":   {query("state=" + state[:len(state)-1] + "&code=" + code), 400},
	"state twice":          {query("state=" + state + "&state=" + state + "&code=" + code), 400},
	"no query":             {query(""), 400},
	"semicolons":           {query("state=" + state + ";code=" + code), 400},
}

// malformed are responses with the right state that are none, and why.
var malformed = map[string]string{
	"code=a&code=" + code:                   "it has the parameter code more than once; it has the parameters code, state",
	"error=a&error=b":                       "it has the parameter error more than once; it has the parameters error, state",
	"code=" + code + "&iss=a&iss=b":         "it has the parameter iss more than once; it has the parameters code, iss, state",
	"error=access_denied&code=" + code:      "it has both a code and an error; it has the parameters code, error, state",
	"":                                      "it has neither a code nor an error; it has the parameters state",
	"code=":                                 "it has neither a code nor an error; it has the parameters code, state",
	"code=%zz":                              "its parameters cannot be decoded; it has the parameters state",
	"error_code=1&error_reason=user_denied": "it has neither a code nor an error; it has the parameters error_code, error_reason, state",
	"a%0A=1&SplxlOBeZQQYbYS6WxSbIA&é=" + code: "it has neither a code nor an error; it has the parameters state, 3 with unusual names",
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func query(q string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = q }
}

func TestCallbackIgnoresUnrelatedRequests(t *testing.T) {
	l := listen(t, nil)
	for name, c := range unrelated {
		t.Run(name, func(t *testing.T) {
			r := get(t, success200(l))
			c.change(r)
			a := <-visit(r)
			if a.err != nil || a.status != c.status {
				t.Fatalf("got %d, %v; want %d", a.status, a.err, c.status)
			}
			if a.header.Get("Cache-Control") != "no-store" {
				t.Error("a cache may keep the answer")
			}
			if c.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != "GET" {
				t.Errorf("Allow: %s", a.header.Get("Allow"))
			}
			if strings.Contains(a.body, "canary-") {
				t.Errorf("the answer tells a secret: %s", a.body)
			}
			if c.status != 400 && strings.Contains(a.body, "oauthget") {
				t.Errorf("a stranger is told who listens: %s", a.body)
			}
		})
	}
	visit(get(t, success200(l)))
	if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
		t.Errorf("Wait: %v, %v", response, err)
	}
}

func TestMalformedResponseWithTheRightStateEndsTheWait(t *testing.T) {
	for q, want := range malformed {
		l := listen(t, nil)
		tab := visit(get(t, l.RedirectURI()+"?state="+state+"&"+q))
		response, err := l.Wait(t.Context())
		e, ok := errors.AsType[*MalformedError](err)
		if !ok || response != nil || e.Error() != want || e.Response.Get("state") != state {
			t.Errorf("%s: Wait: %v, %v", q, response, err)
		}
		l.Finish(Page{Title: "It did not work"})
		if a := <-tab; a.status != http.StatusBadRequest || !strings.Contains(a.body, "It did not work") || strings.Contains(a.body, "canary-") {
			t.Errorf("%s: the tab shows %v", q, a)
		}
	}
}

func TestResponseThatIsNotThisLoginsIsToldOnceForEachKind(t *testing.T) {
	var ignored []string
	l := listen(t, func(o *Options) { o.Ignored = func(reason string) { ignored = append(ignored, reason) } })
	for _, q := range []string{
		"error=access_denied&error_description=" + code, "", "error=x", "state=&code=" + code, "state=other&code=" + code, "state=x&y",
		"state=" + state + "&state=" + state, "%zz",
	} {
		<-visit(get(t, l.RedirectURI()+"?"+q))
	}
	for _, name := range []string{"favicon", "another path", "HEAD", "name server rebound", "prefetch", "image", "frame"} {
		r := get(t, success200(l))
		unrelated[name].change(r)
		<-visit(r)
	}
	want := []string{"it has no state; it has the parameters error, error_description", "it has the state of another login; it has the parameters code, state"}
	if d := cmp.Diff(want, ignored); d != "" {
		t.Error(d)
	}
}

func TestCallbackTakesANavigation(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"Fetch Metadata": func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", "document")
		},
		"unknown parameters": query("session_state=x&scope=a&scope=b&state=" + state + "&iss=https%3A%2F%2Fas.example&code=" + code),
		"Host in capitals":   func(r *http.Request) { r.Host = strings.ToUpper(r.Host) },
		"cookies of others":  header("Cookie", "a="+strings.Repeat("x", 32<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, nil)
			r := get(t, success200(l))
			change(r)
			visit(r)
			if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
				t.Errorf("Wait: %v, %v", response, err)
			}
		})
	}
}

func TestFormPostIsAcceptedOnlyIfRequested(t *testing.T) {
	post := func(t *testing.T, l *Listener, contentType, body string) *http.Request {
		r := get(t, l.RedirectURI()+"?state="+state+"&code=from-the-query")
		r.Method = http.MethodPost
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", "https://as.example")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		return r
	}
	const form = "application/x-www-form-urlencoded"
	good := "code=" + code + "&state=" + state
	l := listen(t, func(o *Options) { o.FormPost = true })
	for name, c := range map[string]struct {
		contentType, body string
		status            int
	}{
		"JSON":          {"application/json", good, 415},
		"no type":       {"", good, 415},
		"empty":         {form, "", 400},
		"foreign state": {form, "code=" + code + "&state=x", 400},
		"too large":     {form, good + "&x=" + strings.Repeat("x", bodyLimit), 413},
	} {
		if a := <-visit(post(t, l, c.contentType, c.body)); a.status != c.status {
			t.Errorf("%s: got %d, %v; want %d", name, a.status, a.err, c.status)
		}
	}
	visit(post(t, l, form+"; charset=utf-8", good))
	if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
		t.Errorf("Wait: %v, %v", response, err)
	}
}

func TestFormPostAcceptsAnAnswerInTheQuery(t *testing.T) {
	l := listen(t, func(o *Options) { o.FormPost = true })
	visit(get(t, success200(l)))
	if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
		t.Errorf("Wait: %v, %v", response, err)
	}
}

func TestUnwrappedParametersAreChecked(t *testing.T) {
	unwrap := func(v url.Values) (url.Values, error) {
		inner, ok := strings.CutPrefix(v.Get("response"), "jwt:")
		if !ok {
			return nil, errors.New("canary-: not a JWT")
		}
		return url.ParseQuery(inner)
	}
	l := listen(t, func(o *Options) { o.Unwrap = unwrap })
	good := "state=" + state + "&code=" + code
	for _, q := range []string{
		good,
		"response=x",
		"response=" + url.QueryEscape("jwt:state=x&code=y"),
		"response=x&response=" + url.QueryEscape("jwt:"+good),
	} {
		if a := <-visit(get(t, l.RedirectURI()+"?"+q)); a.status != http.StatusBadRequest || strings.Contains(a.body, "canary-") {
			t.Errorf("%s: %v", q, a)
		}
	}
	visit(get(t, l.RedirectURI()+"?response="+url.QueryEscape("jwt:"+good)))
	if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
		t.Errorf("Wait: %v, %v", response, err)
	}
	l = listen(t, func(o *Options) { o.Unwrap = unwrap })
	visit(get(t, l.RedirectURI()+"?response="+url.QueryEscape("jwt:"+good+"&code=y")))
	if response, err := l.Wait(t.Context()); response != nil || err == nil || !strings.HasPrefix(err.Error(), "it has the parameter code more than once") {
		t.Errorf("Wait: %v, %v", response, err)
	}
}

func TestPastedAddressIsCheckedLikeARequest(t *testing.T) {
	l := listen(t, nil)
	good := "state=" + state + "&code=" + code
	for _, pasted := range []string{
		"", code, "code=" + code, "state=x&code=" + code, l.RedirectURI(), "https://as.example/authorize?" + good,
		"http://evil.example/callback?" + good, strings.Replace(l.RedirectURI(), "callback", "other", 1) + "?" + good,
		code + "#", code + "#x", "#" + state, "code=" + code + "#" + state + "&state=x",
		good + "&code=y", "://?" + good, good + strings.Repeat("x", headerLimit),
	} {
		if err := l.Deliver(pasted); err == nil || strings.Contains(err.Error(), "canary-") {
			t.Errorf("Deliver(%.60q): %v", pasted, err)
		}
	}
	for _, pasted := range []string{success200(l), `  "` + success200(l) + "\"\r\n", success200(l)[:30] + "\n  " + success200(l)[30:], good, "?" + good, code + "#" + state} {
		l := listen(t, func(o *Options) { o.RedirectURI = parseURL(t, l.RedirectURI()); _ = l.Close() })
		if err := l.Deliver(pasted); err != nil {
			t.Errorf("Deliver(%q): %v", pasted, err)
		} else if response, err := l.Wait(t.Context()); err != nil || response.Get("code") != code {
			t.Errorf("Deliver(%q), then Wait: %v, %v", pasted, response, err)
		}
		_ = l.Close()
	}
}

func TestPastedCodeAndStateAreNotEnoughForAWholeAddress(t *testing.T) {
	l := listen(t, func(o *Options) { o.WholeAddress = true })
	if err := l.Deliver(code + "#" + state); err == nil || !strings.Contains(err.Error(), "paste the whole address") {
		t.Errorf("Deliver(CODE#STATE): %v", err)
	}
	if err := l.Deliver(success200(l)); err != nil {
		t.Errorf("the whole address after it: %v", err)
	}
}

// send writes raw bytes and returns the status of the answer, or 0.
func send(t *testing.T, l *Listener, raw string) int {
	t.Helper()
	conn, err := net.Dial("tcp", parseURL(t, l.RedirectURI()).Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.WriteString(conn, raw) }()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestOversizedAndBrokenRequestsAreRefused(t *testing.T) {
	l := listen(t, nil)
	for name, c := range map[string]struct {
		raw    string
		status int
	}{
		"endless request line": {"GET /callback?" + strings.Repeat("x", 2*headerLimit), 431},
		"endless header":       {"GET /callback HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", headerLimit/2), 431},
		"TLS":                  {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"no Host":              {"GET /callback HTTP/1.1\r\n\r\n", 400},
		"no Host, HTTP/1.0":    {"GET /callback HTTP/1.0\r\n\r\n", 421},
		"endless body":         {"GET /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", 421},
	} {
		if got := send(t, l, c.raw); got != c.status {
			t.Errorf("%s: status %d, want %d", name, got, c.status)
		}
	}
	visit(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestHundredIdleConnectionsDoNotBlockTheRealOne(t *testing.T) {
	l := listen(t, nil)
	first := visit(get(t, success200(l))) // held, and the oldest
	if _, err := l.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	var idle []net.Conn
	for i := range 100 {
		conn, err := net.Dial("tcp", parseURL(t, l.RedirectURI()).Host)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if i%2 == 0 { // a request that never ends; the others never begin
			_, _ = fmt.Fprintf(conn, "GET /callback?")
		}
		idle = append(idle, conn)
	}
	if a := <-visit(get(t, l.RedirectURI())); a.status != http.StatusBadRequest {
		t.Errorf("a later request got %v", a)
	}
	if _, err := io.ReadAll(idle[0]); err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the oldest idle connection was not closed: %v", err)
	}
	l.visitors.mu.Lock()
	open := len(l.visitors.conns)
	l.visitors.mu.Unlock()
	if open > maxConnections {
		t.Errorf("%d connections are open", open)
	}
	l.Finish(Page{Title: "You are signed in", OK: true})
	if a := <-first; a.status != http.StatusOK {
		t.Errorf("the held request got %v", a)
	}
}

// deadlines records the read deadlines of a connection.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func TestFormMustArriveInTimeAndIsThenHeldWithoutLimit(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x=y"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	d := &deadlines{ResponseWriter: httptest.NewRecorder()}
	if form, refused := readForm(d, r); refused != nil || form != "x=y" {
		t.Fatalf("readForm: %q, %v", form, refused)
	}
	if len(d.set) != 2 || d.set[0].IsZero() || !d.set[1].IsZero() {
		t.Errorf("deadlines were %v", d.set)
	}
}
