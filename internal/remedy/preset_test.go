package remedy

import (
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/session"
)

// TestPresetsErrorsAreRemedied holds each known error of a preset to an answer that has it: one that another hides is found
// by none.
func TestPresetsErrorsAreRemedied(t *testing.T) {
	all, err := provider.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, known := range p.Errors {
			answer := &flow.ServerError{Op: "redeem code", Endpoint: "token_endpoint", Status: 400, Code: known.Code}
			if answer.Code == "" {
				answer.Code = "invalid_request"
			}
			if known.Contains != "" {
				answer.Description = "It says: " + known.Contains + " Trace ID: 1"
			}
			if hints := hintsWith(p.Name, answer); hints[0] != known.Hint {
				t.Errorf("%s, %s %q:\n%s\nwant: %s", p.Name, known.Code, known.Contains, strings.Join(hints, "\n"), known.Hint)
			}
		}
	}
	// The same answer of another server, and another answer of this one.
	disabled := &flow.ServerError{Op: "poll", Endpoint: "token_endpoint", Status: 400, Code: "device_flow_disabled"}
	if hints := hintsWith("", disabled); strings.Contains(hints[0], "github.com") {
		t.Error(hints)
	}
	other := &flow.ServerError{Op: "redeem code", Endpoint: "token_endpoint", Status: 400, Code: "invalid_target"}
	if hints := hintsWith("github", other); !strings.Contains(hints[0], "compare resource") {
		t.Error(hints)
	}
}

func hintsWith(preset string, err error) []string {
	profile := config.Profile{Name: "work", Preset: preset, ClientID: "cli", Grant: config.GrantAuthorizationCode}
	_, hints := Of(&session.Error{Profile: profile, Words: []string{"work"}, Err: err}, Command{Path: "oauthget token"})
	return hints
}
