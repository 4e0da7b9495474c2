package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/inspect"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
)

const inspectLong = `Show what a token says, who signed it, and what the server knows about it. The token itself is never shown.

The token is the profile's access token, obtained as by oauthget token, or with - the one on standard input. A JWT is decoded
and its signature checked with the issuer's keys. For any other token the introspection endpoint is asked (RFC 7662), if the
server lets this client ask. The claims of the UserInfo endpoint follow, for a profile's token with the scope openid. What an
endpoint does not tell, or must not be believed, is left out with the reason.

A token from standard input is checked against the issuer that --issuer or NAME gives, never the one that it names itself;
without one it is decoded and not verified. A bad signature, or another issuer's, ends with status 6 and nothing on stdout;
--offline decodes the token all the same.`

const inspectExample = `  oauthget inspect work
  oauthget inspect work --id-token
  oauthget inspect - <token.txt
  oauthget inspect - --issuer https://login.example.com --json <token.txt
  oauthget inspect work - <token.txt`

func (a *app) inspectCommand() *cobra.Command {
	i := inspect.Inspector{Now: a.now}
	cmd := &cobra.Command{
		Use:     "inspect [NAME] [-]",
		Short:   "Show what a token says, and verify it",
		Long:    inspectLong,
		Example: inspectExample,
		Args:    nameAndStdin,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.prepareInspection(cmd, args, &i); err != nil {
				return err
			}
			report, err := i.Inspect(cmd.Context())
			switch {
			case err != nil:
				return err
			case a.global.json:
				return a.printJSON(report)
			}
			_, err = io.WriteString(a.stdout, report.Text(a.now()))
			return err
		},
	}
	cmd.Flags().BoolVar(&i.IDToken, "id-token", false, "inspect the ID Token; a token on standard input must be an ID Token for the client")
	cmd.Flags().BoolVar(&i.Offline, "offline", false, "decode only: ask neither the server nor a person, and verify nothing")
	a.addKeyFlags(cmd)
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

// prepareInspection finds out whose token is meant, and reads the one on standard input. It asks nothing of the network.
func (a *app) prepareInspection(cmd *cobra.Command, args []string, i *inspect.Inspector) (err error) {
	piped := len(args) > 0 && args[len(args)-1] == stdinArgument
	if !piped {
		o := a.options()
		o.NoInput = o.NoInput || i.Offline // the store must not ask to be unlocked
		i.Session, err = session.OpenNamed(cmd.Context(), o, nameOf(args), keyFlags(cmd))
		return err
	}
	if len(args) > 1 {
		i.Session, err = a.open(cmd, args[0])
	} else {
		i.Session, i.Anonymous, err = a.openFlags(keyFlags(cmd))
	}
	switch {
	case err != nil:
		return err
	case i.IDToken && !i.Offline && (i.Session == nil || i.Anonymous):
		return hint.Usagef("--id-token checks that the token on standard input was issued to a client: name a profile, or give --issuer and --client-id")
	}
	i.Given, err = a.readToken(cmd.Context())
	return err
}

// openFlags makes the session of a token for which no profile is named; nil where no flag names a server. The default
// profile has nothing to do with it. Without a client the session is anonymous.
func (a *app) openFlags(keys map[string][]string) (s *session.Session, anonymous bool, err error) {
	given := func(key, env string) bool { return len(keys[key]) > 0 || a.getenv(env) != "" }
	if !given("issuer", "OAUTHGET_ISSUER") && !given("token_endpoint", "OAUTHGET_TOKEN_ENDPOINT") {
		return nil, false, nil
	}
	if anonymous = !given("client_id", "OAUTHGET_CLIENT_ID"); anonymous {
		keys["client_id"] = []string{"-"} // a profile has one; nothing is asked in its name
	}
	s, err = session.Open(a.options(), nil, "", keys)
	return s, anonymous, err
}

const (
	// maxStdin bounds what is read for a token, in bytes. It is as much as a server's answer may have.
	maxStdin = 1 << 20
	// maxTyped is the longest line that Linux's terminals take, in bytes. They drop the rest silently.
	maxTyped = 4095
)

// readToken reads the token on standard input. A person at a terminal is asked for it, and does not see what they paste.
func (a *app) readToken(ctx context.Context) (token.Secret, error) {
	if term.Is(a.stdin) && !a.global.noInput {
		text, err := term.AskSecret(ctx, "token")
		switch {
		case err != nil:
			return token.Secret{}, fmt.Errorf("read token: %w", err)
		case text.Len() >= maxTyped:
			return token.Secret{}, hint.Usagef("a terminal takes no line so long: use a pipe or a file")
		}
		return inspect.ParseToken(text.Reveal())
	}
	text, err := bounded.ReadContext(ctx, a.stdin, maxStdin)
	if long, ok := errors.AsType[*bounded.TooLongError](err); ok {
		return token.Secret{}, hint.Usagef("standard input is %w", long)
	}
	if err != nil {
		return token.Secret{}, fmt.Errorf("read token: %w", err)
	}
	return inspect.ParseToken(string(text))
}
