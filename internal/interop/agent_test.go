//go:build interop && linux

package interop

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startAgent starts the agent of a user, and returns its socket.
func startAgent(t *testing.T, r *rig, args ...string) (p *process, socket string) {
	t.Helper()
	cmd := exec.Command(product(t), append([]string{"agent"}, args...)...)
	cmd.Dir, cmd.Env = r.home, r.environ()
	p = start(t, cmd, "")
	return p, p.firstLine(t)
}

// far is another machine: a user of an sshd on loopback, who has neither keychain nor browser.
type far struct {
	w      *world
	user   string
	home   string
	socket string // where the agent's socket is led to
	ssh    []string
}

// newFar starts an sshd, and makes a user for it. Only root can: for others the far user is the same one.
func newFar(t *testing.T, w *world) *far {
	t.Helper()
	sshd := "/usr/sbin/sshd"
	need(t, sshd, "ssh", "ssh-keygen")
	f := &far{w: w}
	if os.Getuid() == 0 {
		need(t, "useradd", "userdel")
		f.makeUser(t)
	} else {
		me, err := osuser.Current()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("NOTE: the far user is %s too: only root can act as two", me.Username)
		f.user, f.home = me.Username, w.path("far")
		if err := os.Mkdir(f.home, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	f.socket = filepath.Join(f.home, "agent.sock")
	f.bring(t, product(t), "oauthget")
	etc := w.path("etc") // sshd reads it as the far user
	if err := errors.Join(os.Mkdir(etc, 0o755), os.Chmod(w.dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"host", "client"} {
		if got := w.run(t, exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(etc, key))); got.status != 0 {
			t.Fatal(got)
		}
	}
	port := strconv.Itoa(freePort(t))
	w.write(t, filepath.Join(etc, "sshd_config"), strings.Join([]string{
		"Port " + port, "ListenAddress 127.0.0.1", "HostKey " + filepath.Join(etc, "host"), "AuthorizedKeysFile " + filepath.Join(etc, "client.pub"),
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM no", "StrictModes no", "PidFile none", "StreamLocalBindUnlink yes",
	}, "\n")+"\n")
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where sshd confines itself
			t.Fatal(err)
		}
	}
	server := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(etc, "sshd_config"))
	server.Env = []string{"PATH=" + os.Getenv("PATH")}
	p := start(t, server, "")
	awaitPort(t, port, p)
	f.ssh = []string{
		"-F", "none", "-i", filepath.Join(etc, "client"), "-p", port, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ExitOnForwardFailure=yes",
	}
	return f
}

// makeUser makes a user of this machine, who goes with the test.
func (f *far) makeUser(t *testing.T) {
	t.Helper()
	f.user = filepath.Base(f.w.dir)
	f.home = "/home/" + f.user
	// A password of * can never be given, and does not lock the account.
	if out, err := exec.Command("useradd", "--create-home", "--home-dir", f.home, "--skel", "/nonexistent", "--shell", "/bin/sh", "--password", "*", f.user).CombinedOutput(); err != nil {
		t.Fatalf("useradd: %v: %s", err, out)
	}
	t.Cleanup(func() {
		_ = exec.Command("pkill", "-KILL", "-u", f.user).Run() // those that nobody waits for any more
		if out, err := exec.Command("userdel", "--remove", "--force", f.user).CombinedOutput(); err != nil {
			t.Logf("userdel: %v: %s", err, out)
		}
	})
}

// bring copies a program to the far home.
func (f *far) bring(t *testing.T, program, name string) {
	t.Helper()
	data, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.home, name), data, 0o755); err != nil {
		t.Fatal(err)
	}
}

func awaitPort(t *testing.T, port string, p *process) {
	t.Helper()
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return
		}
	}
	t.Fatalf("nobody listens on port %s: %s", port, p.stderr)
}

// run runs a command line there, over a connection of its own. forward leads the agent's socket there meanwhile; empty for none.
func (f *far) run(t *testing.T, forward, command string) outcome {
	t.Helper()
	args := f.ssh
	if forward != "" {
		args = append(args[:len(args):len(args)], "-R", f.socket+":"+forward)
	}
	args = append(args[:len(args):len(args)], f.user+"@127.0.0.1", "HOME="+f.home+" OAUTHGET_AGENT="+f.socket+" PATH="+f.home+":$PATH; export HOME OAUTHGET_AGENT; cd; "+command)
	return f.w.run(t, exec.Command("ssh", args...))
}

// expectNothingKept checks that nothing is in the far home but what the test has put there.
func (f *far) expectNothingKept(t *testing.T, put ...string) {
	t.Helper()
	err := filepath.WalkDir(f.home, func(path string, d fs.DirEntry, err error) error {
		name := strings.TrimPrefix(strings.TrimPrefix(path, f.home), "/")
		if name == "" || name == "oauthget" || path == f.socket || err != nil {
			return err
		}
		for _, known := range put {
			if name == known {
				return nil
			}
		}
		t.Errorf("%s has been written there", name)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAgentServesAFarUserOverSSH(t *testing.T) {
	t.Parallel()
	r := newUser(t)
	f := newFar(t, r.world)
	if got := r.oauthget(t, "logout", "op"); got.status != 0 {
		t.Fatal(got)
	}
	agent, socket := startAgent(t, r)

	f.run(t, socket, "oauthget token op --no-input").expectFailure(t, 4)
	// The browser opens here, and the far program waits.
	first := f.run(t, socket, "oauthget token op")
	token := first.token(t)
	if !strings.Contains(first.stderr, "waiting for a login in the browser, where the agent runs") || strings.Contains(first.stderr, "http") {
		t.Errorf("what the far user is told: %v", first)
	}
	r.page(t)
	if !r.gate.accepts(t, token) {
		t.Error("the API does not take the token")
	}
	again := f.run(t, socket, "oauthget token op --no-input")
	if again.token(t) != token {
		t.Error("another token than the stored one")
	}
	again.expectSilence(t)
	if got := f.run(t, socket, "oauthget curl op -sSf "+r.gate.server.APIURL()); got.status != 0 || !strings.Contains(got.stdout, "orders") {
		t.Errorf("curl: %v", got)
	}
	f.run(t, socket, "oauthget login op").expectFailure(t, 2)

	// The connection has ended, and left its socket behind: the next one replaces it.
	f.run(t, "", "oauthget token op").expectFailure(t, 7)
	f.run(t, socket, "oauthget token op").expectSilence(t)
	f.expectNothingKept(t)

	// The agent has ended.
	agent.signal(syscall.SIGTERM)
	for range agent.lines {
	}
	f.run(t, socket, "oauthget token op").expectFailure(t, 7)
	if _, err := os.Lstat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the agent has left its socket: %v", err)
	}
	r.expectPrivate(t)
}

func TestAgentServesATmuxWhoseFirstShellIsGone(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	r := newUser(t)
	token := r.ask(t).token(t)
	f := newFar(t, r.world)
	_, socket := startAgent(t, r)
	defer f.run(t, "", "tmux -S ./tmux.sock kill-server")
	if got := f.run(t, socket, "tmux -S ./tmux.sock new-session -d 'exec sh'"); got.status != 0 {
		t.Fatalf("tmux: %v", got)
	}
	// The connection that began the session is gone. Its program asks over the one that is there now.
	got := f.run(t, socket, `tmux -S ./tmux.sock send-keys 'oauthget token op --no-input >answer 2>&1; tmux -S ./tmux.sock wait-for -S answered' Enter && tmux -S ./tmux.sock wait-for answered && cat answer`)
	if got.token(t) != token {
		t.Errorf("another token, or none: %v", got)
	}
	f.expectNothingKept(t, "tmux.sock", "answer")
}

// A container has its own users, files, processes and network; the socket is mounted.
func TestAgentServesAContainer(t *testing.T) {
	t.Parallel()
	need(t, "unshare", "mount")
	r := newUser(t)
	token := r.ask(t).token(t)
	_, socket := startAgent(t, r)
	inside := r.path("inside")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	script := `set -e
mount -t tmpfs none "$HOME"; mount --bind "$1" "$2"
export OAUTHGET_AGENT="$2"/` + filepath.Base(socket) + ` DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent BROWSER=/nonexistent XDG_RUNTIME_DIR=
"$0" token op; "$0" exec op -- printenv OAUTHGET_ACCESS_TOKEN; find "$HOME" -mindepth 1`
	got := r.run(t, exec.Command("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts",
		"sh", "-c", script, product(t), filepath.Dir(socket), inside))
	if got.status != 0 || got.stdout != token+"\n"+token+"\n" {
		t.Errorf("%v", got)
	}
	got.expectSilence(t)
}

// systemd makes the socket, starts the agent when somebody connects, and keeps the socket when it ends.
func TestAgentIsStartedBySystemdsSocket(t *testing.T) {
	t.Parallel()
	need(t, "systemd-socket-activate", "systemd-analyze")
	w := newWorld(t)
	units := []string{"oauthget-agent.socket", "oauthget-agent.service"}
	for i, unit := range units {
		text, err := os.ReadFile(filepath.Join("..", "..", "packaging", "systemd", unit))
		if err != nil {
			t.Fatal(err)
		}
		units[i] = w.path(unit)
		w.write(t, units[i], strings.Replace(string(text), "/usr/bin/oauthget", product(t), 1)) // where it is here
	}
	if got := w.run(t, exec.Command("systemd-analyze", append([]string{"--user", "verify", "--man=no"}, units...)...)); got.status != 0 || strings.Contains(got.stderr, "oauthget-agent") {
		t.Errorf("the units: %v", got)
	}
	r := newUser(t)
	token := r.ask(t).token(t)
	socket := r.path("run", "activated")
	cmd := exec.Command("systemd-socket-activate", "--listen="+socket, product(t), "agent", "--socket", "/nonexistent/s")
	for _, variable := range r.environ() { // it passes on what it is told
		name, _, _ := strings.Cut(variable, "=")
		cmd.Args = append(cmd.Args[:1:1], append([]string{"--setenv=" + name}, cmd.Args[1:]...)...)
	}
	cmd.Dir, cmd.Env = r.home, r.environ()
	p := start(t, cmd, "")
	awaitFile(t, socket, p)
	delete(r.env, "DBUS_SESSION_BUS_ADDRESS")
	r.env["OAUTHGET_AGENT"] = socket
	got := r.oauthget(t, "token", "op", "--no-input")
	if got.token(t) != token {
		t.Errorf("another token: %v; %s", got, p.stderr)
	}
	p.signal(syscall.SIGTERM)
	for range p.lines {
	}
	if _, err := os.Lstat(socket); err != nil {
		t.Errorf("the agent has removed systemd's socket: %v", err)
	}
}

func awaitFile(t *testing.T, file string, p *process) {
	t.Helper()
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Lstat(file); err == nil {
			return
		}
	}
	t.Fatalf("%s does not appear: %s", file, p.stderr)
}
