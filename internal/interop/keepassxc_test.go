//go:build interop && linux

package interop

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// keepass is KeePassXC as a Secret Service, which shares no code with GNOME Keyring and differs from it: the collection has the
// database's name and is found as the default only, every write is a prompt, which it answers itself or with a window, and
// access is allowed to one process at a time.
type keepass struct {
	world    *world
	process  *process
	display  string
	database string
}

// keepassPassword opens the database.
const keepassPassword = "correct horse"

// keepassDatabase exposes its root group to the Secret Service. This is set by the group's UUID in the custom data of the database,
// which no command of KeePassXC sets.
const keepassDatabase = `<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
	<Meta>
		<CustomData>
			<Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{00112233-4455-6677-8899-aabbccddeeff}</Value></Item>
		</CustomData>
	</Meta>
	<Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`

// keepassSettings turn off all other features. The last line is the default: the person is asked about every program that reads.
const keepassSettings = `[General]
SingleInstance=false
UpdateCheckMessageShown=true
OpenPreviousDatabasesOnStartup=false

[GUI]
CheckForUpdates=false

[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmDeleteItem=false
ConfirmAccessItem=%v
`

// keepassOptions are the options of the tests.
type keepassOptions struct {
	noDatabase bool // none is open
	confirm    bool // as by default: a window asks before each program reads
}

// startKeePassXC starts KeePassXC on its own bus and screen, with an empty database open.
func startKeePassXC(t *testing.T, w *world, o keepassOptions) *keepass {
	t.Helper()
	need(t, "keepassxc", "keepassxc-cli", "Xvfb", "xdotool", "secret-tool")
	startBus(t, w)
	k := &keepass{world: w, display: startScreen(t, w), database: w.path("keepassxc", "passwords.kdbx")}
	w.write(t, w.path("keepassxc", "database.xml"), keepassDatabase)
	w.write(t, w.path("keepassxc", "settings.ini"), fmt.Sprintf(keepassSettings, o.confirm))
	create := exec.Command("keepassxc-cli", "import", "--set-password", "--decryption-time", "100",
		w.path("keepassxc", "database.xml"), k.database)
	create.Stdin = strings.NewReader(strings.Repeat(keepassPassword+"\n", 2))
	if made := w.run(t, create); made.status != 0 {
		t.Fatalf("create the database: %v", made)
	}
	cmd := exec.Command("keepassxc", "--config", w.path("keepassxc", "settings.ini"),
		"--localconfig", w.path("keepassxc", "local.ini"))
	if !o.noDatabase {
		cmd.Args = append(cmd.Args, "--pw-stdin", k.database)
	}
	cmd.Env = append(w.environ(), "HOME="+w.path("keepassxc"), "DISPLAY="+k.display)
	k.process = start(t, cmd, keepassPassword+"\n")
	k.await(t, "the Secret Service", func() bool {
		if o.noDatabase {
			return k.answers(t)
		}
		return k.isLocked(t) == "false"
	})
	return k
}

// startScreen starts an X server in memory, and returns its DISPLAY.
func startScreen(t *testing.T, w *world) string {
	t.Helper()
	cmd := exec.Command("Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	cmd.Env = w.environ()
	return ":" + start(t, cmd, "").firstLine(t)
}

// seatSomebody allows what KeePassXC asks for on its screen: the button that Return presses is "Allow Selected". Before 2.7.7 it
// asks before each change of an item, whatever its settings are (keepassxc#9255).
func (k *keepass) seatSomebody(t *testing.T) {
	t.Helper()
	cmd := exec.Command("sh", "-c",
		`while :; do xdotool search --onlyvisible --name "Access Request" windowfocus key Return; sleep 0.05; done`)
	cmd.Env = append(k.world.environ(), "DISPLAY="+k.display)
	start(t, cmd, "")
}

func (k *keepass) await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(startLimit); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not there after %v; KeePassXC says: %s", what, startLimit, k.process.stderr)
		}
	}
}

// send calls a method and returns the answer.
func (k *keepass) send(t *testing.T, name, path, method string, args ...string) string {
	t.Helper()
	call := []string{"--session", "--print-reply=literal", "--reply-timeout=5000", "--dest=" + name, path, method}
	return strings.TrimSpace(k.world.run(t, exec.Command("dbus-send", append(call, args...)...)).stdout)
}

// answers reports whether the service answers.
func (k *keepass) answers(t *testing.T) bool {
	return k.send(t, "org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.ReadAlias", "string:default") != ""
}

// isLocked returns "true" or "false", or "" if there is no default collection.
func (k *keepass) isLocked(t *testing.T) string {
	said := k.send(t, "org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default",
		"org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked")
	return said[strings.LastIndexByte(said, ' ')+1:]
}

// program calls the interface of KeePassXC itself.
func (k *keepass) program(t *testing.T, method string, args ...string) {
	const name = "org.keepassxc.KeePassXC.MainWindow"
	k.send(t, name, "/keepassxc", name+"."+method, args...)
}

// lock locks all databases, as the lock button does.
func (k *keepass) lock(t *testing.T) {
	t.Helper()
	k.program(t, "lockAllDatabases")
	k.await(t, "the locked database", func() bool { return k.isLocked(t) == "true" })
}

// unlock opens the database again, as a person does who types its password.
func (k *keepass) unlock(t *testing.T) {
	t.Helper()
	k.program(t, "openDatabase", "string:"+k.database, "string:"+keepassPassword)
	k.await(t, "the unlocked database", func() bool { return k.isLocked(t) == "false" })
}

// items returns the items of the product, as libsecret finds them.
func (k *keepass) items(t *testing.T) string {
	t.Helper()
	return k.world.run(t, exec.Command("secret-tool", "search", "--all", "service", "oauthget")).stdout
}

func TestKeePassXCKeepsWhatLoginAndRefreshBring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeePassXC(t, w, keepassOptions{})
	k.seatSomebody(t)
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")

	token := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)
	// The provider revokes the family if a refresh token is used twice, so the second round proves that the first stored the new
	// one.
	for range 2 {
		stored := w.oauthget(t, "token", "op")
		if stored.token(t) != token {
			t.Error("not the token that was stored")
		}
		stored.expectSilence(t)
		s.expectRequests(t)
		again := w.oauthget(t, "token", "op", "--force")
		if again.token(t) == token {
			t.Error("the old token was printed again")
		}
		token = again.token(t)
		again.expectSilence(t)
		s.expectRequests(t, "POST /token 200 refresh_token")
	}
	if n := strings.Count(k.items(t), "label = "); n != 1 {
		t.Errorf("%d items, want 1", n)
	}
	if out := w.oauthget(t, "logout", "op"); out.status != 0 {
		t.Errorf("logout: %v", out)
	}
	if k.items(t) != "" {
		t.Error("the database still shows an item")
	}
	w.oauthget(t, "token", "--no-input", "op").expectFailure(t, 4)
	w.expectNoSecretInHome(t)
}

func TestLockedKeePassXCIsNotTakenForAnEmptyOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeePassXC(t, w, keepassOptions{})
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	token := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)

	k.lock(t)
	for _, args := range [][]string{{"token", "op", "--no-input"}, {"login", "op"}} {
		failed := w.oauthget(t, args...)
		failed.expectFailure(t, 8)
		if !strings.Contains(failed.stderr, "locked") || failed.took > storeLimit {
			t.Errorf("%v: not told that the keyring is locked: %v", args, failed)
		}
	}
	s.expectRequests(t)
	if w.opened() {
		t.Error("a browser was opened")
	}

	k.unlock(t)
	again := w.oauthget(t, "token", "op")
	if again.token(t) != token {
		t.Error("not the token that was stored")
	}
	again.expectSilence(t)
}

func TestKeePassXCWithoutADatabaseStopsLoginBeforeTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	startKeePassXC(t, w, keepassOptions{noDatabase: true})
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	failed := w.oauthget(t, "login", "op")
	failed.expectFailure(t, 8)
	if !strings.Contains(failed.stderr, "no default keyring") {
		t.Errorf("not told that no database is open: %v", failed)
	}
	s.expectRequests(t)
}

// By default KeePassXC asks in a window before a program may read. Nobody answers at first.
func TestUnansweredWindowOfKeePassXCIsNoReasonForANewLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := startKeePassXC(t, w, keepassOptions{confirm: true})
	s := startProvider(t, w, lifetimes{})
	w.configure(t, s.profile("op", "cli", offline...))
	w.sitDown(t, "browser-allow")
	token := w.oauthget(t, "token", "op").token(t)
	w.page(t).expectSuccess(t)
	s.requests(t)

	failed := w.oauthget(t, "token", "op")
	failed.expectFailure(t, 8)
	if failed.took > storeLimit {
		t.Errorf("it took %v", failed.took)
	}
	s.expectRequests(t)
	if w.opened() {
		t.Error("a browser was opened")
	}

	k.seatSomebody(t)
	w.env["DISPLAY"] = k.display // a desktop, where the person has a minute to answer
	again := w.oauthget(t, "token", "op")
	if again.token(t) != token {
		t.Error("not the token that was stored")
	}
	again.expectSilence(t)
}
