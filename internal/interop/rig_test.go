//go:build interop && linux

package interop

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/testbus"
)

// canary begins every secret of a rig's server.
const canary = "canary-"

// needsRefresh is the lifetime of a rig's tokens: less than the default --min-ttl, so that each call refreshes, and long enough for
// the resource to accept a printed token.
const needsRefresh = 20 * time.Second

// rig is a world whose server and keychain are in this process, where each step can be observed and held. The product is the
// unmodified program.
type rig struct {
	*world
	bus  *testbus.Bus
	gate *gate
}

// newRig returns a rig with a stored login for the profile "op". prefix begins each token.
func newRig(t *testing.T, prefix string) *rig {
	t.Helper()
	w := newWorld(t)
	r := &rig{world: w, bus: startTestBus(t, w), gate: startGate(t, prefix, needsRefresh)}
	w.configure(t, r.profile("op"))
	w.sitDown(t, "browser-allow")
	r.login(t, "op")
	return r
}

// startTestBus starts a bus and a Secret Service in this process.
func startTestBus(t *testing.T, w *world) *testbus.Bus {
	t.Helper()
	bus, err := testbus.Start(w.path("run"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
	w.env["DBUS_SESSION_BUS_ADDRESS"] = bus.Address()
	return bus
}

func (r *rig) profile(name string, lines ...string) string {
	head := []string{"[profiles." + name + "]", fmt.Sprintf("issuer = %q", r.gate.server.Issuer()), `client_id = "demo"`}
	return strings.Join(append(head, append(lines, `scopes = ["offline_access", "orders:read"]`)...), "\n") + "\n"
}

func (r *rig) login(t *testing.T, name string) {
	t.Helper()
	if in := r.oauthget(t, "login", name); in.status != 0 {
		t.Fatalf("login: %v", in)
	}
	r.page(t) // wait for the browser, so that it is not taken for another one
}

// ask runs `token` as a script does, without a browser.
func (r *rig) ask(t *testing.T) outcome {
	t.Helper()
	return r.oauthget(t, "token", "op", "--no-input")
}

// flight is a run of the product that may not have ended.
type flight struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	begun          time.Time
	ended          chan struct{}
	outcome        outcome // once it has ended
}

// launch starts the product and does not wait.
func (r *rig) launch(t *testing.T, args ...string) *flight {
	t.Helper()
	f := &flight{cmd: exec.Command(product(t), args...), begun: time.Now(), ended: make(chan struct{})}
	f.cmd.Dir, f.cmd.Env = r.home, r.environ()
	f.cmd.Stdout, f.cmd.Stderr = &f.stdout, &f.stderr
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.signal(syscall.SIGKILL) })
	go func() {
		defer close(f.ended)
		_ = f.cmd.Wait() // the status tells
		f.outcome = outcome{f.stdout.String(), f.stderr.String(), statusOf(f.cmd.ProcessState), time.Since(f.begun)}
	}()
	return f
}

func (f *flight) pid() int { return f.cmd.Process.Pid }

// signal sends a signal, unless the run has ended.
func (f *flight) signal(s syscall.Signal) { _ = f.cmd.Process.Signal(s) }

// wait waits for the end and returns the outcome.
func (f *flight) wait(t *testing.T) outcome {
	t.Helper()
	await(t, f.ended, "the end of a call")
	return f.outcome
}

// await waits for an event, and fails the test if it does not come.
func await(t *testing.T, c <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(startLimit):
		t.Fatalf("%s: not after %v", what, startLimit)
	}
}

// awaitWaiting waits until the process waits for a lock in the kernel.
func (f *flight) awaitWaiting(t *testing.T) {
	t.Helper()
	waits := regexp.MustCompile(fmt.Sprintf(`-> FLOCK +ADVISORY +(READ|WRITE) +%d `, f.pid()))
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		locks, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Fatal(err)
		}
		if waits.Match(locks) {
			return
		}
		select {
		case <-f.ended:
			t.Fatalf("it does not wait for the lock: %v", f.outcome)
		default:
		}
	}
	t.Fatal("it never waits for the lock")
}

// expectPrivate reads every file below HOME: none has a secret in clear, and none can be opened by others.
func (r *rig) expectPrivate(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(r.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if wide := info.Mode().Perm() &^ 0o700; wide != 0 || info.Mode().IsRegular() && info.Mode().Perm()&0o100 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s holds a secret in clear", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// sealed returns the files with token sets.
func (r *rig) sealed(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.env["XDG_STATE_HOME"], "oauthget", "sealed", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}
