package agentserver

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/userdir"
)

// Run checks that the profiles are there, writes the path of the agent's socket to stdout, and serves until ctx ends. socket is empty for the default one.
func Run(ctx context.Context, o Options, socket string, stdout io.Writer) error {
	if err := o.check(); err != nil {
		return &hint.UsageError{Err: err}
	}
	for _, name := range o.Profiles {
		if !session.IsURL(name) { // one that is misspelt would be served to nobody
			if _, err := session.OpenNamed(ctx, o.Session, name, nil); err != nil {
				return err
			}
		}
	}
	path, err := o.socket(socket)
	if err != nil {
		return err
	}
	listener, err := Listen(ctx, path)
	if err != nil {
		return err
	}
	defer listener.Close()
	if _, err := fmt.Fprintln(stdout, listener.Addr()); err != nil {
		return err
	}
	return New(o).Serve(ctx, listener)
}

// AnyShell has PrintEnv guess the shell.
const AnyShell = "auto"

// PrintEnv writes to stdout the assignment by which a shell names the agent's socket. sh is one of [shell.Names], or AnyShell.
func PrintEnv(o Options, socket, sh string, stdout io.Writer) error {
	path, err := o.socket(socket)
	if err != nil {
		return err
	}
	if sh == AnyShell {
		sh = shell.Default(o.Session.GOOS)
		if running, _ := o.Session.LookupEnv("SHELL"); filepath.Base(running) == "fish" {
			sh = "fish"
		}
	}
	text, err := shell.Assignment(sh, agent.Variable, path)
	if err != nil {
		return &hint.UsageError{Err: fmt.Errorf("--print-env: %w", err)}
	}
	_, err = io.WriteString(stdout, text)
	return err
}

func (o Options) socket(given string) (string, error) {
	getenv := func(name string) string {
		value, _ := o.Session.LookupEnv(name)
		return value
	}
	standard, err := DefaultSocket(getenv, o.Session.GOOS)
	if path := cmp.Or(userdir.Expand(given, getenv), standard); path != "" {
		return filepath.Abs(path)
	}
	return "", err
}
