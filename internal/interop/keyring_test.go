//go:build interop && linux

package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// keyring is the GNOME keyring of a test, on its own session bus.
type keyring struct {
	world  *world
	daemon *process
}

// startBus starts a session bus that activates no service, and sets its address for the product.
func startBus(t *testing.T, w *world) {
	t.Helper()
	startBusWith(t, w, interopFile(t, "session-bus.conf"))
}

// startNewSession starts a bus that starts the Secret Service when it is needed, as a desktop's does. The service has no keyring
// yet.
func startNewSession(t *testing.T, w *world) {
	t.Helper()
	need(t, "gnome-keyring-daemon")
	config, err := os.ReadFile(interopFile(t, "session-bus.conf"))
	if err != nil {
		t.Fatal(err)
	}
	services := w.path("services")
	if err := os.Mkdir(services, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"bus.conf": strings.Replace(string(config), "</busconfig>", "<servicedir>"+services+"</servicedir></busconfig>", 1),
		"org.freedesktop.secrets.service": "[D-BUS Service]\nName=org.freedesktop.secrets\n" +
			"Exec=/usr/bin/env HOME=" + w.path("keyring") + " XDG_DATA_HOME=" + w.path("keyring") + " gnome-keyring-daemon --start --foreground --components=secrets\n",
	} {
		if err := os.WriteFile(filepath.Join(services, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	startBusWith(t, w, filepath.Join(services, "bus.conf"))
}

func startBusWith(t *testing.T, w *world, config string) {
	t.Helper()
	need(t, "dbus-daemon", "dbus-send")
	cmd := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--print-address=1",
		"--config-file="+config, "--address=unix:path="+w.path("run", "session"))
	cmd.Env = w.environ()
	w.env["DBUS_SESSION_BUS_ADDRESS"] = start(t, cmd, "").firstLine(t)
}

// startKeyring starts a bus with a Secret Service, unlocked and empty.
func startKeyring(t *testing.T, w *world) *keyring {
	t.Helper()
	need(t, "gnome-keyring-daemon", "secret-tool")
	startBus(t, w)
	// The daemon's files are outside the product's home, which is searched for secrets. They are encrypted.
	cmd := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	cmd.Env = append(w.environ(), "XDG_DATA_HOME="+w.path("keyring"), "HOME="+w.path("keyring"))
	k := &keyring{world: w, daemon: start(t, cmd, "test")}
	for deadline := time.Now().Add(startLimit); !k.ready(t); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no Secret Service on the bus: %s", k.daemon.stderr)
		}
	}
	return k
}

// ready asks the bus and not the service: a call to the service could start another one.
func (k *keyring) ready(t *testing.T) bool {
	t.Helper()
	asked := k.world.run(t, exec.Command("dbus-send", "--session", "--print-reply", "--reply-timeout=5000",
		"--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
		"org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"))
	return strings.Contains(asked.stdout, "boolean true")
}

// lock locks the collection of new items, as a screen lock may.
func (k *keyring) lock(t *testing.T) {
	t.Helper()
	locked := k.world.run(t, exec.Command("dbus-send", "--session", "--print-reply", "--reply-timeout=5000",
		"--dest=org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock",
		"array:objpath:/org/freedesktop/secrets/aliases/default"))
	if locked.status != 0 || !strings.Contains(locked.stdout, "/org/freedesktop/secrets") {
		t.Fatalf("the keyring was not locked: %v\n%s", locked, locked.stdout)
	}
}

// freeze stops the daemon, which stays on the bus.
func (k *keyring) freeze() { k.daemon.signal(syscall.SIGSTOP) }

// thaw undoes freeze.
func (k *keyring) thaw() { k.daemon.signal(syscall.SIGCONT) }

// items returns the items of the product with their secrets, as libsecret finds them. If the text is the same twice, nothing was
// written in between.
func (k *keyring) items(t *testing.T) string {
	t.Helper()
	found := k.world.run(t, exec.Command("secret-tool", "search", "--all", "service", "oauthget"))
	return found.stdout
}

// pid returns the daemon's process id, for kill(1).
func (k *keyring) pid() string { return strconv.Itoa(k.daemon.cmd.Process.Pid) }
