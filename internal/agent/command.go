package agent

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/hint"
)

// asking are the commands that ask an agent where one is named, and indifferent those that no agent is for. The others would read
// or change what is on this machine.
var (
	asking      = []string{"token", "exec", "curl", "proxy", "credential", "status"}
	indifferent = []string{"agent", "demo", "discover", "version", "help", "completion"}
)

// presets is the one command below profile that reads nothing of this machine.
const presets = "oauthget profile presets"

// For returns the client with which a command asks the agent at socket; nil where none is named, or the command is not for an
// agent. A command that would act on this machine instead is an error. path is as in "oauthget token", config the profile file that
// the command line names.
func For(path, socket, config string) (*Client, error) {
	words := append(strings.Fields(path), "")
	name := words[1] // empty for the short form of token
	switch {
	case socket == "" || slices.Contains(indifferent, name) || strings.HasPrefix(path, presets) || strings.HasPrefix(name, "__"):
		return nil, nil
	case name != "" && !slices.Contains(asking, name):
		return nil, ActsHere(path)
	case config != "":
		return nil, hint.With(hint.Usagef("--config names profiles of this machine, and the agent at %s has its own", socket), "leave it out", hereHint)
	}
	return NewClient(socket), nil
}

const hereHint = "act on this machine: add --agent="

// ActsHere is the error for a command that would act on this machine, where an agent is named.
func ActsHere(path string) error {
	return hint.With(hint.Usagef("%s acts on this machine, and an agent is named by --agent or %s", path, Variable), "run it where the agent runs", hereHint)
}
