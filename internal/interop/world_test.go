//go:build interop && linux

package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runLimit is the limit of a run. Tests have their own limits for what they promise.
const runLimit = 90 * time.Second

// world is what the product of a test sees: a home, an environment, a person at the browser.
type world struct {
	dir  string // short, for the paths of sockets
	home string
	bin  string // first on PATH
	env  map[string]string
}

// newWorld returns an empty home, without keychain and browser.
func newWorld(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "oi-")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: dir, home: filepath.Join(dir, "home"), bin: filepath.Join(dir, "bin")}
	for _, sub := range []string{w.home, w.bin, w.path("run"), w.path("tmp")} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.env = map[string]string{
		"HOME":            w.home,
		"XDG_CONFIG_HOME": filepath.Join(w.home, "config"),
		"XDG_STATE_HOME":  filepath.Join(w.home, "state"),
		"XDG_CACHE_HOME":  filepath.Join(w.home, "cache"),
		"XDG_DATA_HOME":   filepath.Join(w.home, "data"),
		"XDG_RUNTIME_DIR": w.path("run"),
		"TMPDIR":          w.path("tmp"),
		"PATH":            w.bin + ":" + os.Getenv("PATH"),
		"LANG":            "C.UTF-8",
		"INTEROP_WORLD":   dir,
	}
	t.Cleanup(func() {
		expectNobody(t, "INTEROP_WORLD="+dir)
		os.RemoveAll(dir)
	})
	return w
}

func (w *world) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

func (w *world) environ() []string {
	var environ []string
	for _, name := range slices.Sorted(maps.Keys(w.env)) {
		environ = append(environ, name+"="+w.env[name])
	}
	return environ
}

// configure writes the profile file.
func (w *world) configure(t *testing.T, profiles ...string) {
	t.Helper()
	w.write(t, filepath.Join(w.env["XDG_CONFIG_HOME"], "oauthget", "config.toml"), strings.Join(profiles, "\n"))
}

func (w *world) write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// oauthget runs the product without a terminal and returns the outcome.
func (w *world) oauthget(t *testing.T, args ...string) outcome {
	t.Helper()
	cmd := exec.Command(product(t), args...)
	if w.env["DBUS_SESSION_BUS_ADDRESS"] == "" {
		cmd = awayFromSession(t, cmd)
	}
	return w.run(t, cmd)
}

// awayFromSession keeps a program without a bus address from the keychain of the user who runs the tests: it would find their bus
// at its well-known path, whatever the environment says. Only this needs namespaces.
func awayFromSession(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err != nil {
		return cmd
	}
	mount, err := exec.LookPath("mount")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--user", "--map-root-user", "--mount",
		"/bin/sh", "-c", `"$0" -t tmpfs none /run/user && exec "$@"`, mount,
	}
	return exec.Command("unshare", append(args, cmd.Args...)...)
}

// run runs a program in this world. Its own session keeps it from the terminal of the user who runs the tests.
func (w *world) run(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	defer cancel()
	bounded := exec.CommandContext(ctx, cmd.Path)
	bounded.Args, bounded.Stdin = cmd.Args, cmd.Stdin
	bounded.Dir, bounded.Env = w.home, w.environ()
	bounded.Stdout, bounded.Stderr = &stdout, &stderr
	bounded.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	bounded.Cancel = func() error { return syscall.Kill(-bounded.Process.Pid, syscall.SIGKILL) }
	bounded.WaitDelay = stopLimit
	begun := time.Now()
	err := bounded.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		t.Errorf("%s: %v\nstderr: %s", strings.Join(cmd.Args, " "), err, &stderr)
	}
	return outcome{stdout.String(), stderr.String(), statusOf(bounded.ProcessState), time.Since(begun)}
}

// statusOf is the exit status as a shell has it: 128 and the signal's number where a signal ended the program.
func statusOf(state *os.ProcessState) int {
	if how := state.Sys().(syscall.WaitStatus); how.Signaled() {
		return 128 + int(how.Signal())
	}
	return state.ExitCode()
}
