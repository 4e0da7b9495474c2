//go:build unix

package curl

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const tokenHeader = "header = \"Authorization: Bearer canary-1\"\n"

// needCurl skips the test if curl is missing, and fails it on a CI machine.
func needCurl(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("curl")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatal("curl is not installed, and this is a CI machine")
	default:
		t.Skip("NOT TESTED: curl is not installed")
	}
	return ""
}

// api is a server that records its requests.
type api struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // METHOD PATH AUTHORIZATION BODY
}

func newAPI(t *testing.T, serve http.HandlerFunc) *api {
	a := newUnstartedAPI(t, serve)
	a.Start()
	return a
}

func newTLSAPI(t *testing.T, serve http.HandlerFunc) *api {
	a := newUnstartedAPI(t, serve)
	a.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that do not trust it
	a.StartTLS()
	return a
}

func newUnstartedAPI(t *testing.T, serve http.HandlerFunc) *api {
	a := &api{}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.seen = append(a.seen, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, strings.Join(r.Header.Values("Authorization"), ","), body))
		a.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(func() { a.Close() })
	return a
}

func (a *api) expect(t *testing.T, want ...string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.seen {
		a.seen[i] = strings.TrimSpace(a.seen[i])
	}
	if strings.Join(a.seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("requests:\n%s\nwant:\n%s", strings.Join(a.seen, "\n"), strings.Join(want, "\n"))
	}
	a.seen = nil
}

type outcome struct {
	Result
	stdout, stderr string
	asked          int
}

// attempt runs curl. answer is the result of Refused.
func attempt(t *testing.T, answer bool, args ...string) outcome {
	t.Helper()
	return attemptIn(t, nil, answer, args...)
}

// attemptIn is attempt with additions to the environment.
func attemptIn(t *testing.T, env []string, answer bool, args ...string) outcome {
	t.Helper()
	var o outcome
	var stdout, stderr bytes.Buffer
	a := Attempt{
		Program: needCurl(t), Command: command(t, args...), Env: append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...),
		Header: tokenHeader, Stdin: strings.NewReader("from stdin"), Stdout: &stdout, Stderr: &stderr,
		Refused: func(int, http.Header) bool { o.asked++; return answer },
	}
	result, err := a.Run()
	if err != nil {
		t.Fatal(err)
	}
	o.Result, o.stdout, o.stderr = result, stdout.String(), stderr.String()
	return o
}

func ok(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "fine\n") }

func refuse(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusUnauthorized)
	io.WriteString(w, "who are you?\n")
}

func TestAnswerPassesThroughUntouched(t *testing.T) {
	a := newAPI(t, ok)
	o := attempt(t, true, "-sS", "-d", "x", a.URL+"/orders")
	if o.stdout != "fine\n" || o.stderr != "" || o.Status.Code != 0 || o.Refused || o.asked != 0 {
		t.Errorf("%+v", o)
	}
	a.expect(t, "POST /orders Bearer canary-1 x")
}

func TestRefusedAnswerIsDiscarded(t *testing.T) {
	a := newAPI(t, refuse)
	for _, args := range [][]string{{"-sS"}, {"-sSi"}, {"-fsS"}, {"-sSI"}, {"-sS", "-w", "%{http_code}"}} {
		o := attempt(t, true, append(args, a.URL)...)
		if o.stdout != "" || o.stderr != "" || !o.Refused || o.asked != 1 {
			t.Errorf("%q: %+v", args, o)
		}
	}
}

func TestRefusedAnswerIsShownWhereThereIsNoOtherToken(t *testing.T) {
	a := newAPI(t, refuse)
	o := attempt(t, false, "-sS", "-w", "%{http_code}", a.URL)
	if o.stdout != "who are you?\n401" || o.Status.Code != 0 || o.Refused || o.asked != 1 {
		t.Errorf("%+v", o)
	}
	o = attempt(t, false, "-fsS", a.URL)
	if o.stdout != "" || !strings.Contains(o.stderr, "401") || o.Status.Code != 22 || o.asked != 1 {
		t.Errorf("%+v", o)
	}
}

func TestUnrepeatableRequestIsNotWatched(t *testing.T) {
	a := newAPI(t, refuse)
	o := attempt(t, true, "-sS", "-d", "@-", a.URL)
	if o.stdout != "who are you?\n" || o.Refused || o.asked != 0 {
		t.Errorf("%+v", o)
	}
	a.expect(t, "POST / Bearer canary-1 from stdin")
}

func TestOnlyTheLastAnswerOfARedirectCounts(t *testing.T) {
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
			refuse(w, r)
		default:
			refuse(w, r)
		}
	})
	if o := attempt(t, true, "-sSL", a.URL+"/moved"); !o.Refused {
		t.Errorf("behind a redirect: %+v", o)
	}
	if o := attempt(t, true, "-sS", a.URL+"/early"); !o.Refused {
		t.Errorf("behind an interim response: %+v", o)
	}
	if o := attempt(t, true, "-sS", a.URL+"/moved"); o.Refused || o.asked != 0 {
		t.Errorf("a redirect that is not followed: %+v", o)
	}
}

func TestAnswerOfAnotherOriginIsNotTheAPIs(t *testing.T) {
	other := newAPI(t, refuse)
	var to string
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	back := newAPI(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, a.URL, http.StatusFound) })
	for _, to = range []string{other.URL, strings.Replace(other.URL, "127.0.0.1", "localhost", 1), strings.TrimPrefix(other.URL, "http:")} {
		if o := attempt(t, true, "-sSL", a.URL); o.stdout != "who are you?\n" || o.Refused || o.asked != 0 {
			t.Errorf("%s: %+v", to, o)
		}
	}
	to = back.URL // and there and back, for ever
	if o := attempt(t, true, "-sSL", "--max-redirs", "3", a.URL); o.Status.Code != 47 || o.asked != 0 {
		t.Errorf("%+v", o)
	}
}

func TestTokenIsNotSentAlongARedirectToAnotherHost(t *testing.T) {
	other := newAPI(t, ok)
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	var to string
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) })
	for _, to = range []string{other.URL + "/port", elsewhere + "/host"} {
		attempt(t, true, "-sSL", "-d", "x", a.URL)
	}
	other.expect(t, "POST /port  x", "POST /host  x")
	a.expect(t, "POST / Bearer canary-1 x", "POST / Bearer canary-1 x")
}

func TestAnswerStreams(t *testing.T) {
	more := make(chan struct{})
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-more:
		case <-time.After(20 * time.Second):
		}
		io.WriteString(w, "second\n")
	})
	r, w := io.Pipe()
	run := Attempt{
		Program: needCurl(t), Command: command(t, "-sS", a.URL), Header: tokenHeader,
		Stdout: w, Stderr: io.Discard, Refused: func(int, http.Header) bool { return true },
	}
	done := make(chan error, 1)
	go func() {
		_, err := run.Run()
		w.Close()
		done <- err
	}()
	first := make([]byte, 6)
	begun := time.Now()
	if _, err := io.ReadFull(r, first); err != nil || time.Since(begun) > 10*time.Second {
		t.Errorf("%q after %v: %v", first, time.Since(begun), err)
	}
	close(more)
	if rest, err := io.ReadAll(r); string(rest) != "second\n" || err != nil {
		t.Errorf("%q %v", rest, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLargeAnswerIsWhole(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, large)
	})
	if o := attempt(t, false, "-sS", a.URL); o.stdout != large {
		t.Errorf("%d bytes", len(o.stdout))
	}
	file := filepath.Join(t.TempDir(), "out")
	if o := attempt(t, true, "-sS", "-o", file, a.URL); !o.Refused {
		t.Errorf("%+v", o.Result)
	}
}

func TestLongTokenIsPassedOnWhole(t *testing.T) {
	a := newAPI(t, ok)
	token := strings.Repeat("x", 90<<10) // more than a pipe holds
	run := Attempt{
		Program: needCurl(t), Command: command(t, "-sS", a.URL), Header: "header = \"Authorization: Bearer " + token + "\"\n",
		Stdout: io.Discard, Stderr: os.Stderr, Refused: func(int, http.Header) bool { return true },
	}
	if result, err := run.Run(); err != nil || result.Status.Code != 0 {
		t.Errorf("%+v %v", result, err)
	}
	a.expect(t, "GET / Bearer "+token)
}

func TestUsersOwnDescriptorsAreLeftAlone(t *testing.T) {
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("there is no /dev/fd")
	}
	a := newAPI(t, ok)
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, []byte("body of mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := exec.Command("sh", "-c", `exec "$0" -test.run '^TestHelperStartedByTheShell$' 3<"$1"`, os.Args[0], file)
	script.Env = append(os.Environ(), "CURL_TEST_URL="+a.URL)
	needCurl(t)
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a.expect(t, "POST / Bearer canary-1 body of mine")
}

// TestHelperStartedByTheShell is run by the test above.
func TestHelperStartedByTheShell(t *testing.T) {
	u := os.Getenv("CURL_TEST_URL")
	if u == "" {
		return
	}
	if o := attempt(t, true, "-sS", "-d", "@/dev/fd/3", u); o.stdout != "fine\n" {
		t.Errorf("%+v", o)
	}
}

func TestCurlsOwnFailureIsItsStatus(t *testing.T) {
	a := newAPI(t, ok)
	a.Close()
	if o := attempt(t, true, "-sS", a.URL); o.Status.Code != 7 || !strings.Contains(o.stderr, "curl: (7)") || o.asked != 0 {
		t.Errorf("%+v", o)
	}
}

func TestConfigFileOfTheUsersIsLeftOutWhereTheySaySo(t *testing.T) {
	for args, want := range map[string]string{
		"-q u": "-q --config f u", "-qsS u": "-qsS --config f u", "--disable u": "--disable --config f u", "": "--config f",
		"-sq https://u": "--config f -sq https://u", "-s http://u": "--disable --config f -s http://u",
	} {
		c := command(t, strings.Fields(args)...)
		if got := strings.Join((Attempt{Command: c}).configured("f"), " "); got != want {
			t.Errorf("%s: %s", args, got)
		}
	}
}

type brokenPipe struct{ bytes.Buffer }

func (*brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnswerWithoutAReaderEndsAsWithCurlAlone(t *testing.T) {
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		for { // until the client goes
			if _, err := w.Write(make([]byte, 8<<10)); err != nil {
				return
			}
		}
	})
	var stderr bytes.Buffer
	attempt := Attempt{
		Program: needCurl(t), Command: command(t, "-sS", a.URL), Env: []string{"HOME=" + t.TempDir()}, Header: tokenHeader,
		Stdout: &brokenPipe{}, Stderr: &stderr, Refused: func(int, http.Header) bool { return false },
	}
	result, err := attempt.Run()
	if err != nil || result.Status.Code != 23 || !strings.Contains(stderr.String(), "curl: (23)") {
		t.Errorf("%+v, %v, %s", result, err, stderr.String())
	}
}
