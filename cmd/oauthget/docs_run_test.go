package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demo"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testbus"
)

// What the documents call the server and its API. The demo's address stands in transcripts.
const (
	exampleIssuer = "https://login.example.com"
	exampleAPI    = "https://api.example.com"
	demoIssuer    = "http://" + demo.ServeAddress
)

// TestCommandsInTheDocsWork types what the documents say. A document has a home, a keyring and a server of its own, and
// its blocks are run in their order, so that a later one finds what an earlier one made:
//
//   - a block of sh is run by sh -eu, and must succeed;
//   - a block of console is a transcript: each line that begins with "$ " is run, and what follows is what it prints,
//     with … for anything;
//   - a block of make is kept as Makefile, one of toml must be a profile file, one of text is nothing to be run;
//   - a block that cannot be run says why in a comment before it: <!-- not run: REASON -->.
func TestCommandsInTheDocsWork(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the keyring of the test speaks D-Bus")
	}
	for _, tool := range []string{"sh", "curl", "git", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", tool)
			}
			t.Skipf("%s is not installed", tool)
		}
	}
	for _, d := range documents(t) {
		t.Run(d.path, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, d)
			for _, b := range d.blocks() {
				r.follow(t, b)
			}
		})
	}
}

// makeWork is what the README has its readers do, for documents that take it for done.
const makeWork = `oauthget profile add work --issuer https://login.example.com --client-id cli --scope 'openid orders:read'
oauthget login work`

// reader is somebody who tries what a document says.
type reader struct {
	document
	home    string
	env     []string
	replace *strings.Replacer // from what the document says to what is there
}

func newReader(t *testing.T, d document) *reader {
	t.Helper()
	demo := testas.DemoClient()
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{
		Prefix: canary, Clients: []testas.Client{demo, {ID: "cli", RedirectURIs: demo.RedirectURIs}, {ID: "ci", Secret: "correct-horse"}, {ID: "deploy"}},
		Features: testas.Features{
			Device: true, ClientCredentials: true, JWTBearer: true, TokenExchange: true, GitHubActions: true, DPoP: true, Registration: true,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	bus, err := testbus.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	home := t.TempDir()
	writeSSHKey(t, home)
	r := &reader{document: d, home: home, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "WORK=" + t.TempDir(), "XDG_RUNTIME_DIR=" + home,
		"TERM=dumb", "BROWSER=browser", "DBUS_SESSION_BUS_ADDRESS=" + bus.Address(), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + server.Issuer() + "/jobs/idtoken?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=" + testas.JobToken,
		"GORACE=atexit_sleep_ms=0", // else a second for each run of the program
	}}
	r.replace = strings.NewReplacer(
		exampleAPI, server.Issuer()+"/api", exampleIssuer, server.Issuer(), demoIssuer, server.Issuer(),
		"/home/you/", home+"/", "demo-", canary, "go run ./cmd/oauthget", "oauthget",
	)
	if !strings.Contains(d.text, "oauthget profile add work") {
		if out, err := r.run(t, "set -eu", r.replace.Replace(makeWork)); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return r
}

// writeSSHKey makes the key that documents have their readers open the file store with.
func writeSSHKey(t *testing.T, home string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *reader) follow(t *testing.T, b block) {
	t.Helper()
	at := fmt.Sprintf("%s:%d", r.path, b.line)
	text := r.replace.Replace(b.text)
	switch {
	case b.notRun != "":
		t.Logf("%s: not run: %s", at, b.notRun)
	case b.kind == "sh":
		if out, err := r.run(t, "set -eu", text); err != nil {
			t.Errorf("%s: %v\n%s", at, err, out)
		}
	case b.kind == "console":
		r.compare(t, at, text)
	case b.kind == "make":
		if err := os.WriteFile(filepath.Join(r.home, "Makefile"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	case b.kind == "toml":
		checkProfileFile(t, at, b.text)
	case b.kind != "text":
		t.Errorf("%s: this block of %q is neither run nor says why", at, b.kind)
	}
}

// run types script into a shell, and returns what a terminal would show.
func (r *reader) run(t *testing.T, first, script string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", first+"\n"+script)
	cmd.Dir, cmd.Env, cmd.WaitDelay = r.home, r.env, time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// compare runs the commands of a transcript in one shell, which prints a mark after each and keeps its status for $?.
func (r *reader) compare(t *testing.T, at, transcript string) {
	t.Helper()
	const mark = "\x1e"
	var commands, want []string
	for line := range strings.Lines(transcript) {
		if typed, ok := strings.CutPrefix(line, "$ "); ok {
			commands = append(commands, strings.TrimSpace(typed))
			want = append(want, "")
			continue
		}
		if len(want) == 0 {
			t.Fatalf("%s: a transcript begins with a command", at)
		}
		want[len(want)-1] += line
	}
	script := ""
	for _, c := range commands {
		script += c + "\ns=$?; printf '\\036'; (exit $s)\n"
	}
	out, _ := r.run(t, "", script)
	got := strings.Split(out, mark)
	for i, c := range commands {
		if i >= len(got) || !shown(want[i]).MatchString(got[i]) {
			t.Errorf("%s: $ %s\nprints\n%s\nwant\n%s", at, c, strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""), want[i])
		}
	}
}

// shown matches what a transcript shows: … is anything in a line, spaces are as many as a table needs.
func shown(want string) *regexp.Regexp {
	var lines []string
	for line := range strings.Lines(want) {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, "\n")), "…", ".*")
		lines = append(lines, regexp.MustCompile(` {2,}`).ReplaceAllString(pattern, " +"))
	}
	return regexp.MustCompile(`^` + strings.Join(lines, `\n`) + `\n?$`)
}

func checkProfileFile(t *testing.T, at, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := config.Load(t.Context(), path)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	for _, name := range file.Profiles() {
		if _, _, err := config.Resolve(config.Input{File: file, Name: name}); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}
