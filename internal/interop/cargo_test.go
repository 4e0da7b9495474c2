//go:build interop && linux

package interop

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// cargo is a world with a registry, and a project with a dependency there.
type cargo struct {
	*rig
	program  string
	registry *resource

	mu        sync.Mutex
	headers   map[string]bool // Authorization, of all requests
	published bool
}

// startCargo starts a sparse registry that wants a token for each request ("auth-required").
func startCargo(t *testing.T) *cargo {
	t.Helper()
	c := &cargo{rig: newUser(t), headers: map[string]bool{}}
	c.find(t)
	c.registry = startResource(t, `Cargo login_url="https://registry.example.com/me"`, true, http.HandlerFunc(c.serve))
	c.write(t, c.path("ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.registry.Certificate().Raw})))
	c.env["CARGO_HOME"], c.env["CARGO_HTTP_CAINFO"] = c.path("cargo"), c.path("ca.pem")
	c.write(t, filepath.Join(c.home, "Cargo.toml"), `[package]
name = "mine"
version = "1.0.0"
edition = "2021"
license = "MIT"
description = "mine"
publish = ["r"]
[dependencies]
private = { version = "1", registry = "r" }
`)
	c.write(t, filepath.Join(c.home, "src", "lib.rs"), "")
	c.allow(t, strings.TrimPrefix(c.registry.URL, "https://"))
	c.provider(t, "credential", "cargo", "op")
	return c
}

// find looks for cargo where distributions and rustup put it. Providers of credentials came with 1.74.
func (c *cargo) find(t *testing.T) {
	t.Helper()
	c.program = filepath.Join(os.Getenv("HOME"), ".cargo", "bin", "cargo")
	if path, err := exec.LookPath("cargo"); err == nil {
		c.program = path
	}
	need(t, c.program)
	c.env["RUSTUP_HOME"] = os.Getenv("RUSTUP_HOME")
	if c.env["RUSTUP_HOME"] == "" {
		c.env["RUSTUP_HOME"] = filepath.Join(os.Getenv("HOME"), ".rustup")
	}
	var major, minor int
	said := c.run(t, exec.Command(c.program, "--version"))
	if _, err := fmt.Sscanf(said.stdout, "cargo %d.%d", &major, &minor); err != nil || major == 1 && minor < 74 {
		t.Fatalf("cargo 1.74 or later is missing (this is %q): run testdata/interop/setup", strings.TrimSpace(said.stdout))
	}
}

// allow sets api_hosts.
func (c *cargo) allow(t *testing.T, host string) {
	t.Helper()
	if set := c.oauthget(t, "profile", "set", "op", "--api-hosts", host); set.status != 0 {
		t.Fatalf("profile set: %v", set)
	}
}

// provider configures the registry's credential provider, with arguments for the product.
func (c *cargo) provider(t *testing.T, args ...string) {
	t.Helper()
	words := fmt.Sprintf("%q", append([]string{product(t)}, args...))
	c.write(t, c.path("cargo", "config.toml"), fmt.Sprintf(
		"[registries.r]\nindex = \"sparse+%s/\"\ncredential-provider = %s\n", c.registry.URL, strings.ReplaceAll(words, `" "`, `", "`),
	))
}

func (c *cargo) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.headers[r.Header.Get("Authorization")] = true
	crate := crate()
	entry := func(name string) string {
		return fmt.Sprintf(`{"name":%q,"vers":"1.0.0","deps":[],"cksum":"%x","features":{},"yanked":false}`+"\n", name, sha256.Sum256(crate))
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /config.json":
		fmt.Fprintf(w, `{"dl":"%s/dl","api":"%s","auth-required":true}`, c.registry.URL, c.registry.URL)
	case "GET /pr/iv/private":
		fmt.Fprint(w, entry("private"))
	case "GET /dl/private/1.0.0/download":
		w.Write(crate) //nolint:errcheck // cargo says so
	case "PUT /api/v1/crates/new":
		c.published = true
		fmt.Fprint(w, `{}`)
	case "GET /mi/ne/mine": // cargo waits for what it has published
		if !c.published {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, entry("mine"))
	case "DELETE /api/v1/crates/private/1.0.0/yank":
		fmt.Fprint(w, `{"ok":true}`)
	case "GET /api/v1/crates/private/owners":
		fmt.Fprint(w, `{"users":[{"id":1,"login":"ada","name":"Ada"}]}`)
	default:
		http.NotFound(w, r)
	}
}

// crate is an archive as cargo publishes it.
func crate() []byte {
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	files := tar.NewWriter(z)
	for _, f := range [][2]string{
		{"Cargo.toml", "[package]\nname = \"private\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"}, {"src/lib.rs", ""},
	} {
		_ = files.WriteHeader(&tar.Header{Name: "private-1.0.0/" + f[0], Mode: 0o644, Size: int64(len(f[1]))}) // to memory
		_, _ = files.Write([]byte(f[1]))
	}
	_ = files.Close()
	_ = z.Close()
	return archive.Bytes()
}

func (c *cargo) cargo(t *testing.T, args ...string) outcome {
	t.Helper()
	return c.run(t, exec.Command(c.program, args...))
}

// does runs cargo, which must succeed and send the header alone.
func (c *cargo) does(t *testing.T, header string, args ...string) outcome {
	t.Helper()
	c.mu.Lock()
	c.headers = map[string]bool{}
	c.mu.Unlock()
	got := c.cargo(t, args...)
	if got.status != 0 {
		t.Errorf("cargo %q: %v", args, got)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.headers) != 1 || !c.headers[header] {
		t.Errorf("cargo %q: %d Authorization headers, and not the one", args, len(c.headers))
	}
	return got
}

func TestCargoAsksForTheToken(t *testing.T) {
	t.Parallel()
	c := startCargo(t)
	token := c.ask(t).token(t)
	c.does(t, token, "fetch")
	c.does(t, token, "publish", "--no-verify", "--allow-dirty", "--registry", "r")
	c.does(t, token, "yank", "--registry", "r", "--version", "1.0.0", "private")
	if listed := c.does(t, token, "owner", "--registry", "r", "--list", "private"); !strings.Contains(listed.stdout, "ada") {
		t.Errorf("owner --list: %v", listed)
	}

	// Some registries want the scheme. A script may run the command too.
	c.provider(t, "credential", "cargo", "op", "--bearer")
	c.does(t, "Bearer "+token, "owner", "--registry", "r", "--list", "private")
	script := c.path("bin", "cargo-credential-op")
	c.write(t, script, "#!/bin/sh\nexec "+product(t)+` credential cargo op "$@"`+"\n")
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	c.write(t, c.path("cargo", "config.toml"), fmt.Sprintf(
		"[registries.r]\nindex = \"sparse+%s/\"\ncredential-provider = %q\n", c.registry.URL, script,
	))
	c.does(t, token, "owner", "--registry", "r", "--list", "private")

	// cargo login and logout are ours.
	c.provider(t, "credential", "cargo", "op")
	c.cargo(t, "logout", "--registry", "r").expect(t, "cargo logout", 0, "removed the tokens of op")
	c.provider(t, "credential", "cargo", "op", "--no-input")
	c.cargo(t, "owner", "--registry", "r", "--list", "private").expect(t, "nothing stored", 101, "nothing usable is stored", "oauthget login op")
	c.provider(t, "credential", "cargo", "op")
	c.cargo(t, "login", "--registry", "r").expect(t, "cargo login", 0, "oauthget: logged in")
	c.page(t)
	token = c.ask(t).token(t)
	c.does(t, token, "owner", "--registry", "r", "--list", "private")

	// Another's registry is left to the next provider.
	c.allow(t, "registry.example.com")
	c.registry.tokens()
	c.cargo(t, "owner", "--registry", "r", "--list", "private").expect(t, "a registry that is not listed", 101, "no credential providers could handle the request")
	for _, token := range c.registry.tokens() {
		if token != "" {
			t.Error("a registry that is not listed got the token")
		}
	}
}

// expect checks the status, and what a run says on stderr.
func (o outcome) expect(t *testing.T, what string, status int, words ...string) {
	t.Helper()
	said := o.status == status
	for _, w := range words {
		said = said && strings.Contains(o.stderr, w)
	}
	if !said {
		t.Errorf("%s: %v", what, o)
	}
}
