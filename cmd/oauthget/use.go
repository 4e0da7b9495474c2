package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// exited is the end of a program that was run in our place: its status is ours, and it has said itself what was wrong.
type exited struct{ status int }

func (e *exited) Error() string { return fmt.Sprintf("exit status %d", e.status) }

// exit passes on how a program ended.
func exit(status int, err error) error {
	if err != nil || status == 0 {
		return err
	}
	return &exited{status}
}

// become runs a program in our place.
func (a *app) become(program string, argv, env []string) error {
	return exit(child.Exec(&exec.Cmd{Path: program, Args: argv, Env: env, Stdin: a.stdin, Stdout: a.stdout, Stderr: a.stderr}))
}

// addRequestFlags are the flags by which a command asks for a token that is to be used at once.
func addRequestFlags(cmd *cobra.Command, request *tokensource.Request) {
	cmd.Flags().DurationVar(&request.MinTTL, "min-ttl", 30*time.Second, "how much longer the token must live")
	cmd.Flags().BoolVar(&request.Force, "force", false, "do not use the stored token: refresh, or log in")
	addKeyFlags(cmd)
}

func checkRequest(cmd *cobra.Command, request tokensource.Request) error {
	if request.MinTTL < 0 {
		return hint.Usagef("--min-ttl must not be negative, not %s", request.MinTTL)
	}
	return nil
}

// obtain returns a set whose access token can be used, unless it is the ID Token that is wanted, and whether it was there
// already: one that was obtained just now is not to be obtained again, whatever a server says of it.
func (s *session) obtain(ctx context.Context, request tokensource.Request) (set token.Set, stored bool, err error) {
	source := s.source()
	stored = true
	refresh, login := source.Refresh, source.Login
	source.Refresh = func(ctx context.Context, old token.Set) (token.Set, error) {
		stored = false
		return refresh(ctx, old)
	}
	if login != nil {
		source.Login = func(ctx context.Context) (token.Set, error) {
			stored = false
			return login(ctx)
		}
	}
	if set, err = source.Token(ctx, request); err != nil {
		return token.Set{}, false, s.failed(err)
	}
	if err := output.CheckAccessToken(set); err != nil && !request.IDToken {
		return token.Set{}, false, fmt.Errorf("use token: %w", err)
	}
	return set, stored, nil
}

// another returns a token in the place of one that a server has refused, without anybody being asked.
func (s *session) another(ctx context.Context, refused token.Secret) (token.Set, error) {
	source := s.source()
	if s.profile.NeedsPerson() {
		source.Login = nil
	}
	set, err := source.Token(ctx, tokensource.Request{Refused: refused})
	if err == nil && set.AccessToken.Equal(refused) {
		err = errors.New("the server gave the same token again")
	}
	return set, err
}
