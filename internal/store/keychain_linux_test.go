//go:build interop

package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	gokeyring "github.com/zalando/go-keyring"
)

// These tests drive GNOME Keyring itself. Each runs again in a process with a session bus and directories of its own, and
// asserts there.

const (
	interopCase = "STORE_INTEROP_CASE" // the name of the test that runs inside
	interopApt  = "apt-get install -y --no-install-recommends gnome-keyring libsecret-tools dbus dbus-x11"
)

// inside reports whether this is the process to assert in. If not, it has run that process, by the wrapper command
// (such as dbus-run-session --) in an environment that holds env and little else.
func inside(t *testing.T, wrapper []string, env ...string) bool {
	t.Helper()
	if os.Getenv(interopCase) == t.Name() {
		return true
	}
	for _, program := range []string{"gnome-keyring-daemon", "secret-tool", "dbus-run-session", "dbus-launch"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%v: %s", err, interopApt)
		}
	}
	home := t.TempDir()
	bin, runtimeDir := filepath.Join(home, "bin"), filepath.Join(home, "run")
	for _, dir := range []string{bin, runtimeDir} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	launched := filepath.Join(home, "launched")
	spy := "#!/bin/sh\n: >" + launched + "\nexec /usr/bin/dbus-launch \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(spy), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, arg := range wrapper {
		wrapper[i] = strings.ReplaceAll(arg, "$HOME", home)
	}
	args := append(wrapper, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=60s")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.WaitDelay = time.Second
	cmd.Env = append(
		[]string{
			interopCase + "=" + t.Name(), "PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home,
			"XDG_DATA_HOME=" + filepath.Join(home, "data"), "XDG_RUNTIME_DIR=" + runtimeDir,
		}, env...)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("inside: %v\n%s", err, out)
	}
	if _, err := os.Stat(launched); err == nil {
		t.Error("dbus-launch was run")
	}
	if commands := leftBehind(home); len(commands) > 0 {
		t.Errorf("left behind: %q", commands)
	}
	return false
}

// leftBehind ends what still runs in an environment a second after its test, and returns the command lines.
func leftBehind(home string) (commands []string) {
	var pids []int
	for range 40 {
		pids, commands = nil, nil
		environments, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, path := range environments {
			env, _ := os.ReadFile(path)
			if !bytes.Contains(env, []byte("HOME="+home+"\x00")) {
				continue
			}
			dir := filepath.Dir(path)
			command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
			if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && len(command) > 0 { // a zombie has none
				pids = append(pids, pid)
				commands = append(commands, string(bytes.ReplaceAll(command, []byte{0}, []byte{' '})))
			}
		}
		if len(pids) == 0 {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	return commands
}

var (
	// session is a bus that starts nothing by itself: a call after a test has ended its daemon would leave another one
	// behind.
	session = func() []string {
		config, _ := filepath.Abs("../../testdata/interop/session-bus.conf") // fails only where there is no directory to be in
		return []string{"dbus-run-session", "--config-file=" + config, "--"}
	}
	// desktop is a bus as a desktop has it.
	desktop = func() []string { return []string{"dbus-run-session", "--"} }
	noBus   = func() []string { return []string{"env"} }
)

// startKeyring starts gnome-keyring-daemon, which unlocks the login keyring with password, or makes it.
func startKeyring(t *testing.T, password string) *os.Process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	cmd.Stdin = strings.NewReader(password)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waitForService(t, true)
	return cmd.Process
}

func serviceIsThere(t *testing.T) bool {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&there); err != nil {
		t.Fatal(err)
	}
	return there
}

func waitForService(t *testing.T, want bool) {
	t.Helper()
	for range 500 {
		if serviceIsThere(t) == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the service being there did not become %v", want)
}

func realKeychain(t *testing.T, noPrompt bool) *Keychain {
	t.Helper()
	return NewKeychain(KeychainOptions{StateDir: t.TempDir(), Getenv: os.Getenv, NoPrompt: noPrompt})
}

// wantAll fails unless every method ends with the reason within the time.
func wantAll(t *testing.T, k *Keychain, want Reason, limit time.Duration) {
	t.Helper()
	_, loadErr := k.Load(t.Context(), Key()) // warms up what is not measured
	for name, call := range map[string]func() error{
		"probe":  func() error { return k.Probe(t.Context()) },
		"load":   func() error { _, err := k.Load(t.Context(), Key()); return err },
		"save":   func() error { return k.Save(t.Context(), Key(), setOf(100)) },
		"large":  func() error { return k.Save(t.Context(), Key(), setOf(10_000)) },
		"delete": func() error { return k.Delete(t.Context(), Key()) },
	} {
		start := time.Now()
		err := call()
		took := time.Since(start)
		t.Logf("%s: %v (%v)", name, err, took)
		wantReason(t, err, want)
		if took > limit {
			t.Errorf("%s took %v", name, took)
		}
	}
	wantReason(t, loadErr, want)
	if files := sealedFiles(t, k); len(files) > 0 {
		t.Errorf("there are sealed files: %v", files)
	}
}

func TestKeyringRoundTrip(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	startKeyring(t, "right")
	k := realKeychain(t, false)
	if err := k.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Load(t.Context(), Key()); err != ErrNotFound {
		t.Fatalf("before anything was stored: %v", err)
	}
	for _, n := range []int{1, 100, 1 << 10, 4 << 10, 64 << 10, 1 << 20, 100} {
		want := setOf(n)
		mustSave(t, k, Key(), want)
		wantLoaded(t, k, Key(), want)
		out, err := exec.Command("secret-tool", "lookup", "service", service, "username", Key()).Output()
		if it, perr := parseItem(string(out)); err != nil || perr != nil || len(out) > maxItemSecretService {
			t.Errorf("secret-tool reads %d bytes, %+v: %v, %v", len(out), it, err, perr)
		}
	}
	for range 2 {
		if err := k.Delete(t.Context(), Key()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Load(t.Context(), Key()); err != ErrNotFound {
		t.Errorf("after Delete: %v", err)
	}
}

// startLocked leaves a login keyring on disk that bears another password, and a daemon that could not open it.
func startLocked(t *testing.T) {
	t.Helper()
	first := startKeyring(t, "right")
	mustSave(t, realKeychain(t, true), Key(), setOf(100))
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	waitForService(t, false)
	startKeyring(t, "wrong")
}

func TestLockedKeyringIsToldAtOnce(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	startLocked(t)
	wantAll(t, realKeychain(t, false), Locked, time.Second)
}

func TestLockedKeyringDoesNotPromptWhereNobodyMayBeAsked(t *testing.T) {
	if !inside(t, session(), "DISPLAY=:4711") {
		return
	}
	startLocked(t)
	wantAll(t, realKeychain(t, true), Locked, time.Second)
}

// The prompter cannot open its window, which looks as though a person had dismissed the prompt.
func TestPromptThatComesToNothingIsLocked(t *testing.T) {
	if !inside(t, session(), "DISPLAY=:4711") {
		return
	}
	startLocked(t)
	k := realKeychain(t, false)
	if err := k.Probe(t.Context()); err != nil {
		t.Errorf("Probe where a prompt may help: %v", err)
	}
	_, err := k.Load(t.Context(), Key())
	wantReason(t, err, Locked)
	wantReason(t, k.Save(t.Context(), Key(), setOf(100)), Locked)
	wantReason(t, k.Delete(t.Context(), Key()), Locked)
}

func TestNoBusIsToldAtOnceAndNoneIsLaunched(t *testing.T) {
	if !inside(t, noBus()) {
		return
	}
	wantAll(t, realKeychain(t, false), NoBus, time.Second)
}

func TestAutolaunchIsNoAddress(t *testing.T) {
	if !inside(t, noBus(), "DBUS_SESSION_BUS_ADDRESS=autolaunch:", "DISPLAY=:4711") {
		return
	}
	wantAll(t, realKeychain(t, false), NoBus, time.Second)
}

func TestBusThatIsGoneIsNoBus(t *testing.T) {
	if !inside(t, noBus(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus") {
		return
	}
	wantAll(t, realKeychain(t, false), NoBus, time.Second)
}

func TestBusIsFoundInTheRuntimeDirectory(t *testing.T) {
	if !inside(t, noBus()) {
		return
	}
	address := "unix:path=" + os.Getenv("XDG_RUNTIME_DIR") + "/bus"
	daemon := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address=1", "--address="+address)
	stdout, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	if _, err := io.ReadAtLeast(stdout, make([]byte, 1), 1); err != nil {
		t.Fatal(err)
	}
	k := realKeychain(t, false)
	if err := k.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address) // for gnome-keyring-daemon
	startKeyring(t, "right")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	want := setOf(100)
	mustSave(t, k, Key(), want)
	wantLoaded(t, k, Key(), want)
}

func TestBusWithoutService(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	wantAll(t, realKeychain(t, false), NoService, time.Second)
}

// Debian's gnome-keyring is started by the bus when it is first called, and has then no keyring for a new user.
func TestServiceIsStartedByACallButNotByTheProbe(t *testing.T) {
	if !inside(t, desktop()) {
		return
	}
	k := realKeychain(t, false)
	if err := k.Probe(t.Context()); err != nil || serviceIsThere(t) {
		t.Fatalf("Probe: %v; the service runs: %v", err, serviceIsThere(t))
	}
	_, err := k.Load(t.Context(), Key())
	wantReason(t, err, NoCollection)
	if !serviceIsThere(t) {
		t.Error("Load did not start the service")
	}
	wantAll(t, k, NoCollection, time.Second)
}

func TestServiceThatStopsAnsweringTimesOut(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	daemon := startKeyring(t, "right")
	k := realKeychain(t, false)
	want := setOf(100)
	mustSave(t, k, Key(), want)

	signal := func(s syscall.Signal) {
		if err := daemon.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	for name, call := range map[string]func(context.Context) error{
		"load":   func(ctx context.Context) error { _, err := k.Load(ctx, Key()); return err },
		"save":   func(ctx context.Context) error { return k.Save(ctx, Key(), want) },
		"delete": func(ctx context.Context) error { return k.Delete(ctx, "none") },
		"probe":  k.Probe,
	} {
		signal(syscall.SIGSTOP)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		signal(syscall.SIGCONT)
		wantLoaded(t, k, Key(), want)
	}
	signal(syscall.SIGSTOP)
	start := time.Now()
	_, err := k.Load(t.Context(), Key())
	wantReason(t, err, TimedOut)
	if took := time.Since(start); took > 7*time.Second {
		t.Errorf("took %v", took)
	}
	signal(syscall.SIGCONT)
	wantLoaded(t, k, Key(), want)
}

func TestServiceThatDiesIsNotNotFound(t *testing.T) {
	if !inside(t, desktop()) {
		return
	}
	daemon := startKeyring(t, "right")
	k := realKeychain(t, false)
	mustSave(t, k, Key(), setOf(100))
	if err := daemon.Kill(); err != nil {
		t.Fatal(err)
	}
	waitForService(t, false)
	_, err := k.Load(t.Context(), Key()) // the bus starts another one, which nobody unlocks
	wantReason(t, err, Locked)
}

func TestGoKeyringReadsWhatIsWrittenAndTheOtherWayRound(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	startKeyring(t, "right")
	k := realKeychain(t, false)
	for _, n := range []int{1, 100, 1 << 10, 4 << 10} {
		want := setOf(n)
		mustSave(t, k, Key(), want)
		item, err := gokeyring.Get(service, Key())
		if err != nil {
			t.Fatal(err)
		}
		if err := gokeyring.Set(service, "other", item); err != nil {
			t.Fatal(err)
		}
		if got, err := k.keyring.get(t.Context(), "other"); err != nil || got != item {
			t.Errorf("%d bytes: %v, the same: %v", n, err, got == item)
		}
		if err := gokeyring.Set(service, Key(), "replaced"); err != nil {
			t.Fatal(err)
		}
		mustSave(t, k, Key(), want) // in place of that item, and not beside it
		wantLoaded(t, k, Key(), want)
		if err := gokeyring.Delete(service, Key()); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Load(t.Context(), Key()); err != ErrNotFound {
			t.Errorf("after go-keyring's Delete: %v", err)
		}
	}
}

// GNOME Keyring aborted where fifty clients at once called OpenSession first.
func TestKeyringSurvivesManyReadersAtOnce(t *testing.T) {
	if !inside(t, session()) {
		return
	}
	startKeyring(t, "right")
	want := setOf(100)
	mustSave(t, realKeychain(t, false), Key(), want)
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			for range 40 {
				wantLoaded(t, realKeychain(t, false), Key(), want) // each with a connection of its own
			}
		})
	}
	clients.Wait()
	if !serviceIsThere(t) {
		t.Error("the keyring is gone")
	}
}
