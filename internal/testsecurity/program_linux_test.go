package testsecurity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testsecurity"
)

// These tests run on Linux the program that macOS has: its keychain by way of security, its hints and folders.

const browser = "browser"

func TestMain(m *testing.M) {
	if status, called := testsecurity.Main(os.Stdout); called {
		os.Exit(status)
	}
	if filepath.Base(os.Args[0]) == browser {
		status := 0
		if _, err := (demoas.Person{}).Visit(context.Background(), os.Args[len(os.Args)-1]); err != nil {
			status = 1
		}
		os.Exit(status)
	}
	status := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(status)
}

// programVariable names security to the program.
const programVariable = "TESTSECURITY_PROGRAM"

var built struct {
	once sync.Once
	dir  string
	err  error
}

// build builds oauthget with the files of macOS in the place of those of Linux. The overlay is the same each time, so that the
// go command has it in its cache.
func build(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "oauthget-macos-"); built.err != nil {
			return
		}
		root, err := filepath.Abs(filepath.Join("..", ".."))
		if err != nil {
			built.err = err
			return
		}
		overlay := map[string]string{filepath.Join(root, "internal/store/keyring_secretservice.go"): ""}
		for _, c := range []struct{ file, as, old, new string }{
			{"internal/store/keyring_darwin.go", "internal/store/keyring_macos.go", `"/usr/bin/security"`, `o.Getenv("` + programVariable + `")`},
			{"cmd/oauthget/outside.go", "cmd/oauthget/outside.go", `runtime.GOOS, `, `"darwin" + runtime.GOOS[:0], `}, // with a use of the import
		} {
			text, err := os.ReadFile(filepath.Join(root, c.file))
			if n := strings.Count(string(text), c.old); err == nil && n != 1 {
				err = fmt.Errorf("%s has %s %d times, not once", c.file, c.old, n)
			}
			replacement := filepath.Join(built.dir, filepath.Base(c.as))
			if err == nil {
				err = os.WriteFile(replacement, []byte(strings.Replace(string(text), c.old, c.new, 1)), 0o600)
			}
			built.err = errors.Join(built.err, err)
			overlay[filepath.Join(root, c.as)] = replacement
		}
		data, err := json.Marshal(map[string]any{"Replace": overlay})
		file := filepath.Join(built.dir, "overlay.json")
		if built.err = errors.Join(built.err, err, os.WriteFile(file, data, 0o600)); built.err != nil {
			return
		}
		cmd := exec.Command("go", "build", "-trimpath", "-overlay", file, "-o", filepath.Join(built.dir, "oauthget"), "./cmd/oauthget")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "oauthget")
}

// mac is a Mac with a profile called work.
type mac struct {
	*testsecurity.Keychain
	program, home string
	env           []string
	server        *testas.Running
}

func newMac(t *testing.T) *mac {
	t.Helper()
	program := build(t)
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{AutoApprove: true, Prefix: "canary-"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	m := &mac{Keychain: testsecurity.New(t), program: program, home: t.TempDir(), server: server}
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(m.home, browser))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.env = append(os.Environ(), "HOME="+m.home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=", "XDG_RUNTIME_DIR=", "SSH_CONNECTION=", "SSH_TTY=",
		"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "BROWSER="+filepath.Join(m.home, browser), programVariable+"="+m.Program())
	if got := m.run("profile", "add", "work", "--issuer", server.Issuer(), "--client-id", "demo", "--scope", "openid"); got.status != 0 {
		t.Fatalf("profile add: %+v", got)
	}
	return m
}

type result struct {
	status         int
	stdout, stderr string
}

func (m *mac) command(args ...string) *exec.Cmd {
	cmd := exec.Command(m.program, args...)
	cmd.Env = m.env
	return cmd
}

func (m *mac) run(args ...string) result {
	var stdout, stderr bytes.Buffer
	cmd := m.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its status says it
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// login logs in and returns the token.
func (m *mac) login(t *testing.T) string {
	t.Helper()
	if got := m.run("login", "work"); got.status != 0 {
		t.Fatalf("login: %+v", got)
	}
	got := m.run("token", "work", "--no-input")
	if got.status != 0 || !strings.HasPrefix(got.stdout, "canary-") {
		t.Fatalf("token: %+v", got)
	}
	return got.stdout
}

func TestMacKeepsItsTokensInTheKeychain(t *testing.T) {
	m := newMac(t)
	token := m.login(t)
	if m.Items(t) != 1 {
		t.Errorf("%d items", m.Items(t))
	}
	m.Set(t, testsecurity.State{Noise: "2026-02-03 security[7:9] a warning of the system"})
	if got := m.run("token", "work", "--no-input"); got.status != 0 || got.stdout != token || strings.Contains(got.stderr, "warning of the system") {
		t.Errorf("beside a warning: %+v", got)
	}
	for _, call := range m.Calls(t) {
		if strings.Contains(call, "canary") || strings.Contains(call, "go-keyring") {
			t.Errorf("in the arguments of a process: %s", call)
		}
	}
	err := filepath.WalkDir(m.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("canary-")) {
			t.Errorf("%s has a secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if got := m.run("logout", "work"); got.status != 0 || m.Items(t) != 0 {
		t.Errorf("logout: %+v, %d items", got, m.Items(t))
	}
}

func TestMacTellsWhatIsWrongWithItsKeychain(t *testing.T) {
	const storing = "hint: keep tokens in sealed files, which a passphrase or the key in identity_file opens: oauthget profile set work --store file\n"
	const unlock = "hint: unlock the keychain, and run the command again: security unlock-keychain\n"
	for name, c := range map[string]struct {
		state testsecurity.State
		args  []string
		tells []string
	}{
		"locked, login": {testsecurity.State{Locked: true}, []string{"login", "work"}, []string{
			"error: unlock token store: keychain: locked: security: exit status 36 (errSecInteractionNotAllowed)\n", unlock, storing,
		}},
		"locked, token": {testsecurity.State{Locked: true}, []string{"token", "work", "--no-input"}, []string{
			"error: load token: keychain: locked: security: exit status 36 (errSecInteractionNotAllowed)\n", unlock, storing,
		}},
		"denied": {testsecurity.State{Denied: 128}, []string{"token", "work"}, []string{
			"error: load token: keychain: access was denied: security: exit status 128 (errSecUserCanceled)\n", "hint: choose Always Allow where macOS asks",
		}},
		"no keychain": {testsecurity.State{Missing: true}, []string{"login", "work"}, []string{
			"error: open token store: keychain: there is no default keychain: ", storing, "hint: make a default keychain in Keychain Access\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMac(t)
			m.login(t)
			before := m.server.Requests(demoas.EndpointAuthorize)
			m.Set(t, c.state)
			got := m.run(c.args...)
			if got.status != 8 || got.stdout != "" {
				t.Errorf("%+v", got)
			}
			for _, text := range c.tells {
				if !strings.Contains(got.stderr, text) {
					t.Errorf("stderr lacks %q:\n%s", text, got.stderr)
				}
			}
			if after := m.server.Requests(demoas.EndpointAuthorize); after != before {
				t.Error("a person has signed in for a token that cannot be stored")
			}
		})
	}
}

func TestMacAdvisesOnItsKeychainInDoctor(t *testing.T) {
	m := newMac(t)
	m.env = append(m.env, "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22") // and nothing is stored yet
	m.Set(t, testsecurity.State{Locked: true})
	if got := m.run("doctor", "work"); !strings.Contains(got.stdout, "→ unlock the keychain, and run the command again: security unlock-keychain\n") {
		t.Errorf("%+v", got)
	}
}

func TestMacLeavesNothingBehindWhereTheKeychainHangs(t *testing.T) {
	m := newMac(t)
	m.login(t)
	hanging := m.Hang(t, "find-generic-password")
	cmd := m.command("token", "work")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	soon(t, hanging.Started)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v", cmd.ProcessState)
	}
	soon(t, hanging.Ended)
}

// A terminal sends the signal to the whole process group.
func TestMacStoresTheTokenInSpiteOfCtrlC(t *testing.T) {
	m := newMac(t)
	hanging := m.Hang(t, "-i")
	cmd := m.command("login", "work")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	soon(t, hanging.Started)
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	hanging.Release(t)
	soon(t, hanging.Ended)
	_ = cmd.Wait()
	m.Set(t, testsecurity.State{})
	if got := m.run("token", "work", "--no-input"); got.status != 0 || !strings.HasPrefix(got.stdout, "canary-") {
		t.Errorf("%+v", got)
	}
}

func soon[T any](t *testing.T, c <-chan T) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing happened in 30 seconds")
	}
}
