//go:build unix && !darwin

package browser

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// rig is a directory that replaces PATH, with small programs as browsers.
type rig struct{ dir string }

func newRig(t *testing.T) rig {
	t.Helper()
	r := rig{t.TempDir()}
	t.Setenv("PATH", r.dir)
	return r
}

// program writes an executable that logs its name and arguments, one a line, and then runs script.
func (r rig) program(t *testing.T, name, script string) string {
	t.Helper()
	path := filepath.Join(r.dir, name)
	text := "#!/bin/sh\nPATH=/usr/bin:/bin\nprintf '%s\\n' " + name + " \"$@\" >>'" + r.dir + "/log'\n" + script + "\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func (r rig) log(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func TestCommandsAreTriedInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		command, env string
		want         string // the log
		fails        bool
	}{
		"profile first":       {"good -p", "other", "good -p URL", false},
		"$BROWSER":            {"", "good -p", "good -p URL", false},
		"URL in place":        {"", "good --app=%s -p", "good --app=URL -p", false},
		"platform":            {"", "", "xdg-open URL", false},
		"list goes on":        {"", "missing:bad:good:other", "bad URL good URL", false},
		"all of the list bad": {"", "missing:bad", "bad URL", true},
		"profile's is bad":    {"bad", "good", "bad URL", true},
		"nothing named":       {"", ": :", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.program(t, "good", "")
			r.program(t, "other", "")
			r.program(t, "xdg-open", "")
			r.program(t, "bad", "exit 7")
			err := Opener{Command: c.command, Getenv: environment("DISPLAY=:0", "BROWSER="+c.env)}.Open(t.Context(), authorizeURL)
			if (err != nil) != c.fails {
				t.Errorf("Open: %v", err)
			}
			want := strings.ReplaceAll(c.want, "URL", openedURL)
			if got := strings.Join(strings.Fields(r.log(t)), " "); got != want {
				t.Errorf("ran\n%s, want\n%s", got, want)
			}
		})
	}
}

func TestErrorHasTheCommandAndNoSecret(t *testing.T) {
	r := newRig(t)
	r.program(t, "bad", `echo "bad: cannot open $1" >&2; echo "$1"; exit 7`)
	err := Opener{Command: "/nowhere/gone -x:bad"}.Open(t.Context(), authorizeURL)
	want := `open browser: "gone": fork/exec /nowhere/gone: no such file or directory; "bad": exit status 7`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Command != "gone" || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("first of the errors: %v", e)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 7 {
		t.Errorf("exit status of the last: %v", exit)
	}
}

func TestPlatformsOpenersAreTriedInOrder(t *testing.T) {
	r := newRig(t)
	opener := Opener{Getenv: environment("DISPLAY=:0")}
	if err := opener.Open(t.Context(), authorizeURL); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("without any: %v", err)
	}
	r.program(t, "xdg-open", "exit 3")
	if err := opener.Open(t.Context(), authorizeURL); err == nil || !strings.Contains(err.Error(), "found no browser") {
		t.Errorf("xdg-open without a browser: %v", err)
	}
	r.program(t, "www-browser", "")
	if err := opener.Open(t.Context(), authorizeURL); err != nil {
		t.Error(err)
	}
	if want := strings.Repeat("xdg-open\n"+openedURL+"\n", 2) + "www-browser\n" + openedURL + "\n"; r.log(t) != want {
		t.Errorf("ran %s, want %s", r.log(t), want)
	}
}

func TestTextBrowserIsNotOpened(t *testing.T) {
	const display = "DISPLAY=:0"
	for name, c := range map[string]struct {
		env  []string
		want string // the log
		fail Obstacle
	}{
		"no display":             {nil, "", NoDisplay},
		"no display, one named":  {[]string{"BROWSER=w3m"}, "", TextBrowser},
		"named with a display":   {[]string{display, "BROWSER=w3m -T:links %s"}, "", TextBrowser},
		"named by a link":        {[]string{display, "BROWSER=www-browser"}, "", TextBrowser},
		"another is in the list": {[]string{"BROWSER=w3m:good"}, "good URL", ""},
		"in a window":            {[]string{"BROWSER=links -g"}, "links -g URL", ""},
		"in a terminal":          {[]string{"BROWSER=xterm -e w3m %s"}, "xterm -e w3m URL", ""},
		"display":                {[]string{display}, "xdg-open URL", ""},
		"container":              {[]string{"container=oci"}, "xdg-open URL BROWSER=false", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			for _, program := range []string{"w3m", "links", "xterm", "good", "x-www-browser"} {
				r.program(t, program, "")
			}
			if err := os.Symlink(filepath.Join(r.dir, "w3m"), filepath.Join(r.dir, "www-browser")); err != nil {
				t.Fatal(err)
			}
			r.program(t, "xdg-open", `test "$BROWSER" && echo "BROWSER=$BROWSER" >>'`+r.dir+"/log'; true")
			t.Setenv("BROWSER", "")
			opener := Opener{Getenv: environment(c.env...), stat: func(string) (os.FileInfo, error) { return nil, os.ErrNotExist }}
			err := opener.Open(t.Context(), authorizeURL)
			if e, _ := errors.AsType[*ObstacleError](err); (err != nil) != (c.fail != "") || e != nil && e.Obstacle != c.fail {
				t.Errorf("Open: %v", err)
			}
			if got, want := strings.Join(strings.Fields(r.log(t)), " "), strings.ReplaceAll(c.want, "URL", openedURL); got != want {
				t.Errorf("ran %q, want %q", got, want)
			}
		})
	}
}

func TestNothingIsOpenedOverSSHWithoutADisplay(t *testing.T) {
	r := newRig(t)
	r.program(t, "xdg-open", "")
	r.program(t, "mine", "")
	ssh := "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"
	err := Opener{Getenv: environment(ssh)}.Open(t.Context(), authorizeURL)
	if e, ok := errors.AsType[*ObstacleError](err); !ok || e.Obstacle != RemoteSession || r.log(t) != "" {
		t.Errorf("Open: %v; ran %s", err, r.log(t))
	}
	if err := (Opener{Getenv: environment(ssh, "BROWSER=mine")}).Open(t.Context(), authorizeURL); err != nil || r.log(t) == "" {
		t.Errorf("with $BROWSER: %v", err)
	}
}

func TestWSLOpensTheBrowserOfWindows(t *testing.T) {
	r := newRig(t)
	r.program(t, "xdg-open", "")
	r.program(t, "wslview", "") // gives the URL to PowerShell
	r.program(t, "rundll32.exe", "")
	opener := Opener{Getenv: environment("WSL_DISTRO_NAME=Debian"), goos: "linux"}
	if err := opener.Open(t.Context(), authorizeURL); err != nil {
		t.Fatal(err)
	}
	if want := "rundll32.exe\nurl.dll,FileProtocolHandler\n" + openedURL + "\n"; r.log(t) != want {
		t.Errorf("ran %s, want %s", r.log(t), want)
	}
}

func TestBrowserGetsNoSecretFromTheEnvironment(t *testing.T) {
	r := newRig(t)
	r.program(t, "browser", "env >'"+r.dir+"/env'")
	for _, name := range []string{"OAUTHGET_CLIENT_SECRET", "OAUTHGET_PASSPHRASE", "AS_SECRET"} {
		t.Setenv(name, "canary-"+name)
	}
	t.Setenv("LANG", "C")
	if err := (Opener{Command: "browser", Without: []string{"OAUTHGET_CLIENT_SECRET", "OAUTHGET_PASSPHRASE", "AS_SECRET"}}).Open(t.Context(), authorizeURL); err != nil {
		t.Fatal(err)
	}
	env, err := os.ReadFile(filepath.Join(r.dir, "env"))
	if err != nil || strings.Contains(string(env), "canary-OAUTHGET") || strings.Contains(string(env), "canary-AS") || !strings.Contains(string(env), "LANG=C\n") {
		t.Errorf("environment: %s, %v", env, err)
	}
}

// TestBrowserThatStaysIsLeftAlone runs itself as the program that opens a browser, and checks its streams and the browser after
// that program has ended.
func TestBrowserThatStaysIsLeftAlone(t *testing.T) {
	if os.Getenv("BROWSER_TEST_CHILD") != "" {
		opener := Opener{Command: "stays", grace: 50 * time.Millisecond}
		if err := opener.Open(context.Background(), authorizeURL); err != nil {
			fmt.Println("Open:", err)
		}
		os.Exit(0)
	}
	r := newRig(t)
	r.program(t, "stays", "echo noise; echo noise >&2; cat\n"+r.tellPID())
	started := r.pid(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestBrowserThatStaysIsLeftAlone$")
	cmd.Env = append(os.Environ(), "BROWSER_TEST_CHILD=1")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The pipe ends when its last writer has closed it. If the browser held it, this would take a minute.
	got, err := io.ReadAll(output)
	if err != nil || string(got) != "" {
		t.Errorf("output: %q, %v", got, err)
	}
	_ = cmd.Wait()
	pid := started()
	if err := unix.Kill(pid, 0); err != nil {
		t.Errorf("the browser is gone: %v", err)
	}
	if got, want := r.log(t), "stays\n"+openedURL+"\n"; got != want {
		t.Errorf("log: %s, want %s", got, want)
	}
	if session, err := unix.Getsid(pid); err != nil || session != pid {
		t.Errorf("the browser is in session %d, %v; want one of its own", session, err)
	}
}

// tellPID returns the script of a program that writes its process id and keeps running.
func (r rig) tellPID() string { return "echo $$ >'" + r.dir + "/pid'; exec sleep 60" }

// pid returns a function that waits for the program to write its process id, and ends the program with the test. pid must be
// called before the program is started.
func (r rig) pid(t *testing.T) func() int {
	t.Helper()
	path := filepath.Join(r.dir, "pid")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	// Open for writing as well, so that neither side waits for the other to open it.
	pipe, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pipe.Close() })
	return func() int {
		t.Helper()
		_ = pipe.SetReadDeadline(time.Now().Add(10 * time.Second))
		line, err := bufio.NewReader(pipe).ReadString('\n')
		if err != nil {
			t.Fatalf("the program was not started: %v", err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Kill(pid, unix.SIGKILL) })
		return pid
	}
}

func TestInterruptEndsOpenAndNotTheBrowser(t *testing.T) {
	r := newRig(t)
	r.program(t, "stays", r.tellPID())
	started := r.pid(t)
	cause := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	opened := make(chan error)
	go func() { opened <- Opener{Command: "stays:stays"}.Open(ctx, authorizeURL) }()
	pid := started()
	cancel(cause)
	if err := <-opened; !errors.Is(err, cause) {
		t.Errorf("Open: %v", err)
	}
	if err := unix.Kill(pid, 0); err != nil {
		t.Errorf("the browser is gone: %v", err)
	}
	if strings.Count(r.log(t), "stays") != 1 {
		t.Errorf("went on to the next: %s", r.log(t))
	}
}
