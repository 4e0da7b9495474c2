package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/agentserver"
)

const agentLong = `Give the access tokens of your profiles to your programs over a Unix socket, until Ctrl-C: here, and where the socket is
forwarded (ssh -R) or mounted (a container). Browser, keychain and refresh tokens stay on this machine, and so do the keys of DPoP:
the agent signs.

stdout gets the path of the socket. With OAUTHGET_AGENT=SOCKET, or --agent SOCKET, the commands token, exec, curl, proxy,
credential and status ask the agent, and write nothing where they run. A login that is needed opens the browser here.

Whoever reaches the socket can use the tokens: it is for you alone, and root. --profiles limits which, and --confirm asks you.
docs/recipes.md has the ways to forward it, docs/agent.md the protocol.`

const agentExample = `  oauthget agent --profiles work,home
  eval "$(oauthget agent --print-env)"
  oauthget agent --confirm
  ssh -R /home/you/.oauthget.sock:"$XDG_RUNTIME_DIR/oauthget/agent.sock" server.example.com`

func agentCommand(a *app) *cobra.Command {
	var o agentserver.Options
	var socket, printEnv string
	cmd := &cobra.Command{
		Use:     "agent",
		Short:   "Give access tokens to your programs, here and elsewhere, over a socket",
		Long:    agentLong,
		Example: agentExample,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Session = a.options()
			o.Remedy = func(err error) (int, []string) { return a.remedyOf(err, "oauthget token") }
			if printEnv != "" {
				return agentserver.PrintEnv(o, socket, printEnv, a.stdout)
			}
			return agentserver.Run(cmd.Context(), o, socket, a.stdout)
		},
	}
	f := cmd.Flags()
	f.StringVar(&socket, "socket", "", "`PATH` of the socket (default: oauthget/agent.sock in $XDG_RUNTIME_DIR, or agent.sock in the state directory)")
	f.StringSliceVar(&o.Profiles, "profiles", nil, "`NAMES` of the profiles, or URLs of APIs, that are served; all without it")
	f.StringVar((*string)(&o.Confirm), "confirm", "", "ask here before a client gets a token: `connection` (once for each connection), or each")
	f.Lookup("confirm").NoOptDefVal = string(agentserver.ConfirmConnection)
	f.StringVar(&printEnv, "print-env", "", "print the assignment of OAUTHGET_AGENT for your `SHELL` (or sh, fish, powershell, cmd), and end")
	f.Lookup("print-env").NoOptDefVal = agentserver.AnyShell
	return cmd
}
