package remedy

import (
	"slices"

	"github.com/oauthget/oauthget/internal/agent"
)

// agentStatus is the exit status of a command whose agent has failed: the one with which it would have ended there.
func (f failure) agentStatus(e *agent.Failure) int {
	known := []int{
		StatusUsage, StatusConfig, StatusInteraction, StatusDenied, StatusServer, StatusNetwork, StatusStore, StatusTimeout,
	}
	if slices.Contains(known, e.Status) {
		return e.Status
	}
	return StatusFailure
}

// maxAgentHint bounds a hint of an agent's, in bytes.
const maxAgentHint = 1000

// agentHints are the agent's: they are about the machine on which it runs.
func agentHints(e *agent.Failure) []string {
	var hints []string
	for _, hint := range e.Hints[:min(len(e.Hints), maxHints)] {
		if len(hint) <= maxAgentHint { // half a command would be none
			hints = append(hints, "where the agent runs: "+hint)
		}
	}
	return hints
}

// agentTrouble is about an agent that could not be asked.
func (f failure) agentTrouble(e *agent.Error) (status int, hints []string) {
	switch e.Reason {
	case agent.Foreign:
		return StatusStore, []string{"name a socket of your own, in a folder of yours alone, in " + agent.Variable + " or --agent"}
	case agent.Unknown:
		return StatusStore, []string{"update oauthget where the agent runs, and start oauthget agent again"}
	}
	return StatusNetwork, []string{
		"see whether oauthget agent runs, and the connection that forwards its socket is up",
		"do without it, on this machine: add --agent=",
	}
}
