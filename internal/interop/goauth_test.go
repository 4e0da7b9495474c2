//go:build interop && linux

package interop

import (
	"archive/zip"
	"bytes"
	"encoding/pem"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// moduleProxy serves one version of one module (go help goproxy).
func moduleProxy(t *testing.T) http.Handler {
	t.Helper()
	const mod = "module example.com/private\n\ngo 1.24\n"
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, text := range map[string]string{"go.mod": mod, "private.go": "package private\n"} {
		f, err := z.Create("example.com/private@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"list": []byte("v1.0.0\n"), "v1.0.0.mod": []byte(mod), "v1.0.0.zip": archive.Bytes(),
		"v1.0.0.info": []byte(`{"Version":"v1.0.0","Time":"2026-01-02T03:04:05Z"}`),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, "/example.com/private/@v/")
		if data := files[name]; ok && data != nil {
			w.Write(data) //nolint:errcheck // go says so
			return
		}
		http.NotFound(w, r)
	})
}

func TestGoDownloadsPrivateModulesWithTheToken(t *testing.T) {
	t.Parallel()
	need(t, "go")
	r := newUser(t)
	s := startResource(t, `Bearer realm="modules"`, true, moduleProxy(t))
	if set := r.oauthget(t, "profile", "set", "op", "--api-hosts", strings.TrimPrefix(s.URL, "https://")); set.status != 0 {
		t.Fatalf("profile set: %v", set)
	}
	r.write(t, r.path("ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	r.write(t, r.home+"/go.mod", "module example.com/m\n\ngo 1.24\n")
	for name, value := range map[string]string{
		"SSL_CERT_FILE": r.path("ca.pem"), "GOAUTH": product(t) + " credential go op", "GOPROXY": s.URL, "GONOSUMDB": "example.com",
		"GOENV": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod -modcacherw", "GOPATH": r.path("go"), "GOCACHE": r.path("cache"),
		"GOTELEMETRY": "off",
	} {
		r.env[name] = value
	}
	download := func(cache string) outcome {
		r.env["GOMODCACHE"] = r.path(cache)
		return r.run(t, exec.Command("go", "mod", "download", "example.com/private@v1.0.0"))
	}
	expect := func(what, cache string, refreshes int) {
		t.Helper()
		if got := download(cache); got.status != 0 {
			t.Errorf("%s: %v", what, got)
		}
		if n := r.gate.count(); n != refreshes {
			t.Errorf("%s: %d refreshes, want %d", what, n, refreshes)
		}
	}

	// The first request has the stored token.
	expect("with the stored token", "first", 0)
	stale := r.ask(t).token(t)
	for _, token := range s.tokens() {
		if token != stale {
			t.Error("a request without the token")
		}
	}

	// go asks after other failures too, and there is nothing to refresh then.
	if got := r.run(t, exec.Command("go", "mod", "download", "example.com/nowhere@v1.0.0")); got.status == 0 {
		t.Error("a module that is not there is downloaded")
	}
	if n := r.gate.count(); n != 0 {
		t.Errorf("%d refreshes after 404", n)
	}

	// A stale token is refused once, and go asks again.
	s.refuse(stale)
	s.tokens()
	expect("with a refused token", "second", 1)
	if seen := s.tokens(); len(seen) < 2 || seen[0] != stale || seen[len(seen)-1] != r.ask(t).token(t) {
		t.Errorf("%d requests, and not the refused token before the new one", len(seen))
	}

	// Without a token, go's second call opens the browser. A host that is not the profile's gets none.
	if out := r.oauthget(t, "logout", "op"); out.status != 0 {
		t.Fatalf("logout: %v", out)
	}
	expect("after a login", "third", 1)
	r.page(t)
	if set := r.oauthget(t, "profile", "set", "op", "--api-hosts", "modules.example.com"); set.status != 0 {
		t.Fatalf("profile set: %v", set)
	}
	s.tokens()
	if got := download("fourth"); got.status == 0 || !strings.Contains(got.stderr, "401 Unauthorized") {
		t.Errorf("at a host that is not in api_hosts: %v", got)
	}
	for _, token := range s.tokens() {
		if token != "" {
			t.Error("a host that is not in api_hosts got the token")
		}
	}
}
