package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testpty"
)

// onTerminal starts oauthget with a terminal of its own, as in a remote session, and returns what stands for the person.
func onTerminal(t *testing.T, stdout io.Writer, args ...string) (cmd *exec.Cmd, person, program *os.File) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	person, program, err = testpty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), program.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	cmd = exec.CommandContext(ctx, self)
	cmd.Args = append([]string{"oauthget"}, args...) // the test binary is the program under this name
	cmd.Env = []string{
		"HOME=" + t.TempDir(), "PATH=/nowhere", "TERM=dumb", "GORACE=atexit_sleep_ms=0",
		"SSH_CONNECTION=198.51.100.7 50022 192.0.2.1 22", "USER=ann",
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, stdout, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, person, program
}

// address is where the browser of somebody who allows everything ends.
func address(t *testing.T, authorization string) string {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(authorization)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

func TestDeviceGrantIsOfferedWhereNoBrowserIsAndTheFirstWayWins(t *testing.T) {
	features := testas.Features{Device: true, DeviceInterval: 1}
	for name, patient := range map[string]bool{"the device is first": false, "the pasted address is first": true} {
		if features.DeviceDecideAfter = 0; patient {
			features.DeviceDecideAfter = 1000
		}
		server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{AutoApprove: true, Prefix: canary, Features: features})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		var stdout bytes.Buffer
		cmd, person, program := onTerminal(t, &stdout, "token", "--issuer", server.Issuer(), "--client-id", "demo", "--store", "none")
		offered := false
		for lines := bufio.NewScanner(person); lines.Scan(); {
			line := strings.TrimSpace(lines.Text())
			offered = offered || strings.Contains(line, "or, on any device, enter the code ")
			if _, authorization, ok := strings.Cut(line, "continue in your browser: "); ok {
				go func() {
					awaitSilence(t, program)
					program.Close()
					if patient {
						person.WriteString(address(t, authorization) + "\n")
					}
				}()
			}
		}
		if err := cmd.Wait(); err != nil || !strings.HasPrefix(stdout.String(), canary) || !patient && !offered {
			t.Errorf("%s: %v, %q, offered: %v", name, err, stdout.String(), offered)
		}
	}
}

func TestRedirectThatCannotBeListenedForLeavesTheDeviceGrant(t *testing.T) {
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{
		AutoApprove: true, Prefix: canary, Features: testas.Features{Device: true, DeviceInterval: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	taken := strings.TrimPrefix(server.Issuer(), "http://") // by the server itself
	var stdout bytes.Buffer
	cmd, person, program := onTerminal(t, &stdout, "token", "--issuer", server.Issuer(), "--client-id", "demo",
		"--store", "none", "--redirect-uri", "http://"+taken+"/callback")
	program.Close()
	shown, _ := io.ReadAll(person)
	code, pointed := strings.Index(string(shown), "enter the code "), strings.Index(string(shown), "log in with the code above instead")
	if err := cmd.Wait(); err != nil || !strings.HasPrefix(stdout.String(), canary) || code < 0 || pointed < code {
		t.Errorf("%v, %q, %s", err, stdout.String(), shown)
	}
}

// awaitSilence waits until the terminal shows nothing of what is typed.
func awaitSilence(t *testing.T, tty *os.File) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if now, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil || now.Lflag&unix.ECHO == 0 {
			return
		}
	}
	t.Error("the terminal is never made ready")
}

func TestAddressOfADistantBrowserCanBePasted(t *testing.T) {
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{AutoApprove: true, Prefix: canary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	var stdout bytes.Buffer
	cmd, person, program := onTerminal(t, &stdout, "token", "--issuer", server.Issuer(), "--client-id", "demo", "--store", "none")
	var shown []string
	for lines := bufio.NewScanner(person); lines.Scan(); { // to the end, which is an error on a terminal
		line := strings.TrimSpace(lines.Text())
		shown = append(shown, line)
		if _, authorization, ok := strings.Cut(line, "continue in your browser: "); ok {
			go func() {
				awaitSilence(t, program)
				program.Close() // the last to hold it is then the program itself
				whole := address(t, authorization)
				query, _ := url.ParseQuery(whole[strings.Index(whole, "?")+1:])
				bare := query.Get("code") + "#" + query.Get("state") // bears no iss, which this server promises
				person.WriteString("https://as.example/?code=another\n" + bare + "\n\x1b[200~" + whole + "\x1b[201~\n")
			}()
		}
	}
	if err := cmd.Wait(); err != nil || !strings.HasPrefix(stdout.String(), canary) {
		t.Errorf("%v, %q, %q", err, stdout.String(), shown)
	}
	all := strings.Join(shown, "\n")
	if strings.Contains(all, "code=another") || strings.Contains(all, canary) {
		t.Errorf("the code is left on the screen:\n%s", all)
	}
	for _, want := range []string{"ssh -N -L ", "ann@192.0.2.1", "pasted here", "5m0s at most", "it does not begin with the redirect URI; the login goes on", "paste the whole address; the login goes on"} {
		if !strings.Contains(all, want) {
			t.Errorf("the terminal does not say %q:\n%s", want, all)
		}
	}
}

func TestTerminalIsToldWhatToCompareWhileThePageShowsAnError(t *testing.T) {
	server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{Faults: testas.Faults{AuthorizationPage: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	cmd, person, program := onTerminal(t, io.Discard, "token", "--issuer", server.Issuer(), "--client-id", "demo", "--store", "none", "--timeout", "900ms")
	var shown []string
	for lines := bufio.NewScanner(person); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		shown = append(shown, line)
		if _, authorization, ok := strings.Cut(line, "continue in your browser: "); ok {
			program.Close()
			if where := address(t, authorization); where != "" {
				t.Errorf("sent back to %s", where)
			}
		}
	}
	_ = cmd.Wait()
	const wanted = "oauthget: if the server's page shows an error, compare client_id demo and the redirect URI http://127.0.0.1:"
	told, ended := -1, -1
	for i, line := range shown {
		if strings.HasPrefix(line, wanted) && strings.Contains(line, `some servers compare the port: register one and set redirect_uri = "http://127.0.0.1:8400/callback"`) {
			told = i
		}
		if strings.HasPrefix(line, "oauthget: error: ") {
			ended = i
		}
	}
	if told < 0 || told > ended || cmd.ProcessState.ExitCode() != 124 {
		t.Errorf("status %d, shown:\n%s", cmd.ProcessState.ExitCode(), strings.Join(shown, "\n"))
	}
}
