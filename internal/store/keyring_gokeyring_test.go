//go:build unix

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/testsecurity"
)

// goKeyring builds a program that does what go-keyring does on macOS, with security in the place of Apple's, and returns what
// runs it. Its one other difference is the system that it runs on.
func goKeyring(t *testing.T, security string) func(stdin string, args ...string) string {
	t.Helper()
	const module = "github.com/zalando/go-keyring"
	dir := t.TempDir()
	library := filepath.Join(dir, "go-keyring")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	golang := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = filepath.Join("..", "..")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	must(os.CopyFS(library, os.DirFS(golang("list", "-m", "-f", "{{.Dir}}", module))))
	code, err := os.ReadFile(filepath.Join(library, "keyring_darwin.go"))
	must(err)
	for _, system := range []string{"unix", "darwin"} {
		must(os.Remove(filepath.Join(library, "keyring_"+system+".go")))
	}
	const program = `"/usr/bin/security"`
	if strings.Count(string(code), program) != 1 {
		t.Fatalf("go-keyring does not have %s in one place", program)
	}
	code = []byte(strings.Replace(string(code), program, strconv.Quote(security), 1))
	must(os.WriteFile(filepath.Join(library, "keyring_security.go"), code, 0o600))
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		must(err)
		if name == "go.mod" {
			data = append(data, "\nreplace "+module+" => "+library+"\n"...)
		}
		must(os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	peer := filepath.Join(dir, "peer")
	golang("build", "-modfile="+filepath.Join(dir, "go.mod"), "-o", peer, "./internal/testsecurity/testdata/gokeyring")
	return func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(peer, args...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("go-keyring: %v: %s", err, out)
		}
		return string(out)
	}
}

// Earlier versions of oauthget wrote by go-keyring. Other programs may read by it.
func TestSecurityAndGoKeyringReadWhatTheOtherWrote(t *testing.T) {
	k, macOS := newSecurity(t)
	peer := goKeyring(t, macOS.Program())
	key := Key(Field{Name: "profile", Values: []string{"work"}})
	for _, item := range []string{"og1b:canary\x00\xff\n", "canary", "", strings.Repeat("x", maxItemDarwin)} {
		peer(item, "set", service, key)
		theirs, _ := macOS.Item(t, service, key)
		if got, err := k.keyring.get(t.Context(), key); got != item || err != nil {
			t.Errorf("we read %q, not %q: %v", got, item, err)
		}
		if err := k.keyring.set(t.Context(), key, item); err != nil {
			t.Fatal(err)
		}
		if got := peer("", "get", service, key); got != item {
			t.Errorf("go-keyring reads %q, not %q", got, item)
		}
		if ours, _ := macOS.Item(t, service, key); ours != theirs || macOS.Items(t) != 1 {
			t.Errorf("the item is %q, and go-keyring's %q", ours, theirs)
		}
	}
	peer("", "delete", service, key)
	if _, err := k.Load(t.Context(), key); err != ErrNotFound {
		t.Errorf("after go-keyring's Delete: %v", err)
	}
	want := setOf(100)
	mustSave(t, k, key, want)
	if macOS.Set(t, testsecurity.State{Noise: "a warning"}); strings.HasPrefix(peer("", "get", service, key), itemBinary) {
		t.Error("go-keyring reads what is on stderr no longer: keyring_security.go may be done without")
	}
	wantLoaded(t, k, key, want)
}
