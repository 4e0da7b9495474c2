//go:build interop && linux

package interop

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// visible returns the processes with the text in their arguments, which every user of the machine can read (ps), or in their
// environments.
func visible(t *testing.T, text string) []string {
	t.Helper()
	var places []string
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte(text)) { // it may have ended
				places = append(places, file)
			}
		}
	}
	ps, err := exec.Command("ps", "-ef").Output()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(ps, []byte(text)) {
		places = append(places, "ps -ef")
	}
	return places
}

func TestTokenIsInNoArgumentAndNoEnvironmentWhileCurlRuns(t *testing.T) {
	t.Parallel()
	need(t, "curl", "ps")
	r := newUser(t)
	token := r.ask(t).token(t)
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	s := startResource(t, "Bearer", false, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		arrived <- struct{}{}
		<-release
		io.WriteString(w, "orders\n")
	}))
	for _, args := range [][]string{{"-sS"}, {"-sS", "-d", "@/dev/null"}} { // with a copy of its output, and without
		f := r.launch(t, append([]string{"curl", "op"}, append(args, s.URL)...)...)
		await(t, arrived, "the request")
		if places := visible(t, token); len(places) > 0 {
			t.Errorf("%q: the token can be read in %q", args, places)
		}
		release <- struct{}{}
		if got := f.wait(t); got.status != 0 || got.stdout != "orders\n" || got.stderr != "" {
			t.Errorf("%q: %v", args, got)
		}
	}
	if seen := s.tokens(); len(seen) != 2 || seen[0] != token || seen[1] != token {
		t.Errorf("%d requests, or another token", len(seen))
	}
	r.expectPrivate(t)
}

func TestVisibleFindsATokenInAnArgument(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start(t, exec.Command("sh", "-c", "read x", canary+"in-an-argument"), "")
	cmd := exec.Command("sh", "-c", "read x")
	cmd.Env = append(w.environ(), "T="+canary+"in-the-environment")
	start(t, cmd, "")
	for text, want := range map[string]int{canary + "in-an-argument": 2, canary + "in-the-environment": 1} {
		if places := visible(t, text); len(places) != want {
			t.Errorf("%s: found in %q", text, places)
		}
	}
}

func TestCurlAsksOnceMoreWithAnotherToken(t *testing.T) {
	t.Parallel()
	need(t, "curl")
	r := newUser(t)
	stale := r.ask(t).token(t)
	s := startResource(t, "Bearer", false, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(w, req.Body)
	}))
	s.refuse(stale)
	r.write(t, filepath.Join(r.home, "order.json"), "{}")
	got := r.oauthget(t, "curl", "op", "-fsS", "--json", "@order.json", s.URL)
	if got.status != 0 || got.stdout != "{}" || got.stderr != "" {
		t.Errorf("%v", got)
	}
	if seen := s.tokens(); len(seen) != 2 || seen[0] != stale || seen[1] == stale {
		t.Errorf("%d requests", len(seen))
	}
	if n := r.gate.count(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	// The next token is refused too. It was obtained by the call before, so there is one repetition and no more.
	s.refuse(r.ask(t).token(t))
	s.refuse("")
	got = r.oauthget(t, "curl", "op", "-fsS", s.URL)
	if seen := s.tokens(); got.status != 0 || len(seen) != 2 {
		t.Errorf("%d requests: %v", len(seen), got)
	}
}

func TestExecsProgramIsTheOnlyOneThatHasTheToken(t *testing.T) {
	t.Parallel()
	need(t, "ps", "sleep")
	r := newUser(t)
	token := r.ask(t).token(t)
	f := r.launch(t, "exec", "op", "--", "sleep", "60")
	name := fmt.Sprintf("/proc/%d/environ", f.pid())
	var places []string
	for deadline := time.Now().Add(startLimit); len(places) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		places = visible(t, token)
	}
	// It runs in the process of oauthget, so a signal goes to it.
	if !slices.Equal(places, []string{name}) {
		t.Errorf("the token is in %q, want %s alone", places, name)
	}
	f.signal(syscall.SIGTERM)
	await(t, f.ended, "the end of the program")
	if ws, ok := f.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || ws.Signal() != syscall.SIGTERM {
		t.Errorf("it ended as %v", f.cmd.ProcessState)
	}
}
