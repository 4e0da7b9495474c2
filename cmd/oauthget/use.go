package main

import (
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/child"
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
	request.MinTTL = 30 * time.Second
	cmd.Flags().Func("min-ttl", "how much longer the token must live, a `duration` (default 30s)", func(text string) (err error) {
		if request.MinTTL, err = time.ParseDuration(text); err == nil && request.MinTTL < 0 {
			err = errors.New("it must not be negative")
		}
		return err
	})
	cmd.Flags().BoolVar(&request.Force, "force", false, "do not use the stored token: refresh, or log in")
	addKeyFlags(cmd)
}
