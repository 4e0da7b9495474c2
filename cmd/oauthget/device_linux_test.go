package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testpty"
)

// deviceOn runs a device login on a terminal of so many columns and returns what the person saw.
func deviceOn(t *testing.T, columns uint16, env ...string) string {
	t.Helper()
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{
		AutoApprove: true, Prefix: canary, Features: testas.Features{Device: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	person, program, err := testpty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer person.Close()
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: columns}); err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = []string{"oauthget", "token", "--issuer", server.Issuer(), "--client-id", "demo", "--grant", "device_code", "--store", "none"}
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=/nowhere", "GORACE=atexit_sleep_ms=0"}, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &stdout, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	program.Close()
	shown, _ := io.ReadAll(person) // to the end, which is an error on a terminal
	if err := cmd.Wait(); err != nil || !strings.HasPrefix(stdout.String(), canary) {
		t.Errorf("%v, stdout %q, shown %q", err, stdout.String(), shown)
	}
	return string(shown)
}

func TestDeviceLoginShowsAQRCodeAndACountdownOnATerminal(t *testing.T) {
	shown := deviceOn(t, 120, "TERM=xterm", "LANG=C.UTF-8", "NO_COLOR=1")
	for _, want := range []string{"enter the code there", "█", "\roauthget: waiting for the code to be entered, for 5m0s"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the terminal does not show %q:\n%s", want, shown)
		}
	}
	if strings.Contains(shown, "\x1b") || !strings.HasSuffix(shown, " \r") {
		t.Errorf("something is left on the line, or in colour: %q", shown)
	}
}

func TestQRCodeNeedsRoomAndALocale(t *testing.T) {
	for name, shown := range map[string]string{
		"narrow":   deviceOn(t, 30, "TERM=xterm", "LANG=C.UTF-8"),
		"no UTF-8": deviceOn(t, 120, "TERM=xterm", "LANG=C"),
		"dumb":     deviceOn(t, 120, "TERM=dumb", "LANG=C.UTF-8"),
	} {
		if strings.ContainsAny(shown, "█▀▄") || !strings.Contains(shown, "enter the code there") {
			t.Errorf("%s:\n%s", name, shown)
		}
		if counts := strings.Contains(shown, "\roauthget: waiting"); counts != (name == "no UTF-8") || !strings.Contains(shown, "5m0s") {
			t.Errorf("%s: countdown: %v\n%s", name, counts, shown)
		}
	}
}
