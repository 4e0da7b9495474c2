package main

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/testpty"
)

func TestDeviceGrantIsOfferedWhereTheServerHasItAndNoBrowserIs(t *testing.T) {
	person, program, err := testpty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), program.Close() })
	offers := func(change func(*session, *discovery.Metadata)) bool {
		overSSH := map[string]string{"SSH_CONNECTION": "198.51.100.7 50022 192.0.2.1 22"}
		s := &session{app: &app{outside: outside{stderr: program, lookupEnv: func(name string) (string, bool) {
			value, ok := overSSH[name]
			return value, ok
		}}}, withheld: func() []string { return nil }}
		var server discovery.Metadata
		server.DeviceAuthorizationEndpoint = "https://as.example/device"
		change(s, &server)
		return s.offersDevice(&flow.Client{Server: server})
	}
	if !offers(func(*session, *discovery.Metadata) {}) {
		t.Error("it is not offered")
	}
	for why, change := range map[string]func(*session, *discovery.Metadata){
		"a browser is named":              func(s *session, _ *discovery.Metadata) { s.profile.Browser = "firefox" },
		"the server has no such endpoint": func(_ *session, m *discovery.Metadata) { m.DeviceAuthorizationEndpoint = "" },
		"the server lists other grants":   func(_ *session, m *discovery.Metadata) { m.GrantTypesSupported = []string{"authorization_code"} },
		"the security profile has none":   func(s *session, _ *discovery.Metadata) { s.profile.SecurityProfile = config.FAPI2 },
		"one grant is told step by step":  func(s *session, _ *discovery.Metadata) { s.narration = &narration{} },
	} {
		if offers(change) {
			t.Errorf("%s, and it is offered", why)
		}
	}
}

func TestPersonsNoEndsBothWays(t *testing.T) {
	for name, faults := range map[string]demoas.Faults{
		"at the device":  {DeviceError: "access_denied"},
		"in the browser": {AuthorizationError: "access_denied", DevicePending: true},
	} {
		server, err := demoas.Start(t.Context(), "127.0.0.1:0", demoas.Config{
			AutoApprove: true, Prefix: canary, Faults: faults, Features: demoas.Features{Device: true, DeviceInterval: 1},
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
		if all := strings.Join(shown, "\n"); cmd.ProcessState.ExitCode() != remedy.StatusDenied || strings.Contains(all, "the code above is left") {
			t.Errorf("%s: exit status %d\n%s", name, cmd.ProcessState.ExitCode(), all)
		}
	}
}
