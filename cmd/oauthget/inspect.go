package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const inspectLong = `Show what a token says, who signed it, and what the server knows of it. The token itself is never shown.

The token is the profile's access token, obtained as "oauthget token" does it, or the one on standard input where - is
given. A JWT is decoded, and its signature checked with the issuer's keys; any other token is shown to the introspection
endpoint (RFC 7662), where the server lets this client ask. The claims of the UserInfo endpoint follow, for a profile's
token with the scope openid.

A token from standard input is checked against the issuer that --issuer or NAME says, never against the one that it
names itself; without, it is decoded and not verified. A signature that is bad, or another issuer's, ends the command
with status 6 and nothing on stdout; --offline decodes the token all the same.`

const inspectExample = `  oauthget inspect work
  oauthget inspect work --id-token
  oauthget inspect - <token.txt
  oauthget inspect - --issuer https://login.example.com --json <token.txt
  oauthget inspect work - <token.txt`

// inspectFlags are those that are no profile keys.
type inspectFlags struct{ idToken, offline bool }

func (a *app) inspectCommand() *cobra.Command {
	var flags inspectFlags
	cmd := &cobra.Command{
		Use:     "inspect [NAME] [-]",
		Short:   "Show what a token says, and whether that can be believed",
		Long:    inspectLong,
		Example: inspectExample,
		Args:    nameAndStdin,
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := a.inspector(cmd, args, flags)
			if err != nil {
				return err
			}
			report, err := i.inspect(cmd.Context())
			if err != nil {
				return err
			}
			if a.global.json {
				return a.printJSON(report)
			}
			return a.printInspection(report)
		},
	}
	cmd.Flags().BoolVar(&flags.idToken, "id-token", false, "the ID Token, in place of the access token; of standard input: it has to be for the client")
	cmd.Flags().BoolVar(&flags.offline, "offline", false, "decode only: ask neither the server nor a person, and verify nothing")
	addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

// stdinArgument stands for a token on standard input.
const stdinArgument = "-"

func nameAndStdin(cmd *cobra.Command, args []string) error {
	if len(args) == 2 && args[0] != stdinArgument && args[1] == stdinArgument {
		return nil
	}
	return atMostOneName(cmd, args)
}

// inspector looks at one token.
type inspector struct {
	*app
	flags   inspectFlags
	session *session.Session // nil where nothing says whose token it is
	// anonymous says that nobody's name is known to ask the server in.
	anonymous bool
	piped     bool // it is on standard input
	raw       token.Secret
	set       token.Set // the profile's; zero for a token from standard input
}

// inspector finds out whose token is meant. It asks nothing of the network.
func (a *app) inspector(cmd *cobra.Command, args []string, flags inspectFlags) (*inspector, error) {
	i := &inspector{app: a, flags: flags}
	if i.piped = len(args) > 0 && args[len(args)-1] == stdinArgument; i.piped {
		args = args[:len(args)-1]
	}
	var err error
	if flags.offline && !i.piped {
		a.global.noInput = true // the store is not to ask to be unlocked
	}
	if i.piped && len(args) == 0 {
		err = i.openFlags(keyFlags(cmd))
	} else {
		i.session, err = a.open(cmd, nameOf(args))
	}
	if err == nil && i.piped && flags.idToken && !flags.offline && (i.session == nil || i.anonymous) {
		err = hint.Usagef("--id-token has a token on standard input checked as one for a client: name a profile, or give --issuer and --client-id")
	}
	return i, err
}

// openFlags makes the session of a token that no profile is named for. The default profile has nothing to do with it.
func (i *inspector) openFlags(keys map[string][]string) (err error) {
	given := func(key, env string) bool { return len(keys[key]) > 0 || i.getenv(env) != "" }
	if !given("issuer", "OAUTHGET_ISSUER") && !given("token_endpoint", "OAUTHGET_TOKEN_ENDPOINT") {
		return nil
	}
	if i.anonymous = !given("client_id", "OAUTHGET_CLIENT_ID"); i.anonymous {
		keys["client_id"] = []string{"-"} // a profile has one; nothing is asked in its name
	}
	i.session, err = session.Open(i.options(), nil, "", keys)
	return err
}

// take obtains the token that is looked at.
func (i *inspector) take(ctx context.Context) (err error) {
	if i.piped {
		i.raw, err = i.readToken(ctx)
		return err
	}
	if i.flags.offline {
		i.set, err = i.session.Store.Load(ctx, i.session.Key)
		if errors.Is(err, store.ErrNotFound) {
			err = fmt.Errorf("nothing is stored: %w", tokensource.ErrInteractionRequired)
		}
	} else {
		i.set, _, err = i.session.Token(ctx, tokensource.Request{})
	}
	if err != nil {
		return i.session.Failed(err)
	}
	i.raw = i.set.AccessToken
	if !i.flags.idToken {
		return nil
	}
	if i.raw = i.set.IDToken; i.raw.Empty() {
		return i.session.Failed(fmt.Errorf("inspect token: %w", output.ErrNoIDToken))
	}
	return nil
}
