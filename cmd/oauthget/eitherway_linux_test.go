package main

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/remedy"
)

func TestPersonsNoEndsBothWays(t *testing.T) {
	for name, faults := range map[string]testas.Faults{
		"at the device":  {DeviceError: "access_denied"},
		"in the browser": {AuthorizationError: "access_denied", DevicePending: true},
	} {
		server, err := testas.Start(t.Context(), "127.0.0.1:0", testas.Config{
			AutoApprove: true, Prefix: canary, Faults: faults, Features: testas.Features{Device: true, DeviceInterval: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		cmd, person, program := onTerminal(t, io.Discard, "token", "--issuer", server.Issuer(), "--client-id", "demo", "--store", "none", "--timeout", "5s")
		pastes := faults.AuthorizationError != ""
		if !pastes {
			program.Close() // the last to hold it is then the program itself
		}
		var shown []string
		for lines := bufio.NewScanner(person); lines.Scan(); { // to the end, which is an error on a terminal
			line := strings.TrimSpace(lines.Text())
			shown = append(shown, line)
			if _, authorization, ok := strings.Cut(line, "continue in your browser: "); ok && pastes {
				go func() {
					awaitSilence(t, program)
					program.Close()
					person.WriteString(address(t, authorization) + "\n")
				}()
			}
		}
		_ = cmd.Wait()
		if all := strings.Join(shown, "\n"); cmd.ProcessState.ExitCode() != remedy.StatusDenied || strings.Contains(all, "log in with the code above instead") {
			t.Errorf("%s: exit status %d\n%s", name, cmd.ProcessState.ExitCode(), all)
		}
	}
}
