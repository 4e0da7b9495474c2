//go:build interop && linux

package interop

import (
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// startProxy starts the proxy for an upstream, and returns it with its address.
func startProxy(t *testing.T, r *rig, upstream string, args ...string) (p *process, base string) {
	t.Helper()
	cmd := exec.Command(product(t), append([]string{"proxy", "op", "--upstream", upstream}, args...)...)
	cmd.Dir, cmd.Env = r.home, r.environ()
	p = start(t, cmd, "")
	return p, p.firstLine(t)
}

func TestTokenIsInNobodysSightWhileCurlUsesTheProxy(t *testing.T) {
	t.Parallel()
	need(t, "curl", "ps")
	r := newUser(t)
	token := r.ask(t).token(t)
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	s := startResource(t, "Bearer", false, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		arrived <- struct{}{}
		<-release
		_, _ = io.Copy(w, req.Body)
	}))
	p, base := startProxy(t, r, s.URL, "--log")
	for _, args := range [][]string{
		{"-d", "orders", base + "/x"},
		{"--http2-prior-knowledge", "-d", "orders", base + "/x"}, // as gRPC does
		{"--http2", "-d", "orders", base + "/x"},                 // by Upgrade: h2c, which the proxy ignores
	} {
		done := make(chan outcome, 1)
		go func() { done <- r.run(t, exec.Command("curl", append([]string{"-sS"}, args...)...)) }()
		await(t, arrived, "the request")
		if places := visible(t, token); len(places) > 0 {
			t.Errorf("%q: the token can be read in %q", args, places)
		}
		release <- struct{}{}
		if got := <-done; got.status != 0 || got.stdout != "orders" {
			t.Errorf("%q: %v", args, got)
		}
	}
	if seen := s.tokens(); len(seen) != 3 || seen[0] != token {
		t.Errorf("%d requests, or another token", len(seen))
	}
	// Neither the token nor the path of the address is in its output, and the path is in no argument.
	if said := p.stderr.String(); strings.Contains(said, token) || strings.Contains(said, filepath.Base(base)) || strings.Count(said, "POST /x 200") != 3 {
		t.Errorf("it says %s", said)
	}
	if places := visible(t, filepath.Base(base)); len(places) > 0 {
		t.Errorf("the prefix can be read in %q", places)
	}
	r.expectPrivate(t)
}

func TestCurlUploadsAndFollowsRedirectsThroughTheProxy(t *testing.T) {
	t.Parallel()
	need(t, "curl")
	r := newUser(t)
	stale := r.ask(t).token(t)
	s := startResource(t, "Bearer", true, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/v2/old" {
			http.Redirect(w, req, "/v2/new", http.StatusTemporaryRedirect)
			return
		}
		n, _ := io.Copy(io.Discard, req.Body)
		_, _ = io.CopyN(w, zeros{}, n)
	}))
	ca := filepath.Join(r.home, "ca.pem")
	r.write(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	s.refuse(stale)
	p, base := startProxy(t, r, s.URL+"/v2", "--tls-ca-file", ca)
	if got := r.run(t, exec.Command("curl", "-sSfL", "--json", "{}", base+"/old")); got.status != 0 || len(got.stdout) != 2 {
		t.Errorf("%v; %s", got, p.stderr)
	}
	if n := r.gate.count(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	large := filepath.Join(r.home, "large")
	f, err := os.OpenFile(large, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(50 << 20); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if got := r.run(t, exec.Command("curl", "-sSf", "-T", large, "-o", "/dev/null", "-w", "%{size_download}", base+"/large")); got.stdout != "52428800" {
		t.Errorf("%v", got)
	}
	p.signal(syscall.SIGINT)
	for range p.lines {
	}
	_ = p.cmd.Wait()
	if status := p.cmd.ProcessState.ExitCode(); status != 0 {
		t.Errorf("status %d: %s", status, p.stderr)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
