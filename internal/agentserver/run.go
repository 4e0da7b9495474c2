package agentserver

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/userdir"
)

// Run writes the path of the agent's socket to stdout, and serves until ctx ends. socket is empty for the default one.
func Run(ctx context.Context, o Options, socket string, stdout io.Writer) error {
	if err := o.check(); err != nil {
		return &hint.UsageError{Err: err}
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

// PrintEnv writes to stdout what has a shell name the agent's socket.
func PrintEnv(o Options, socket string, stdout io.Writer) error {
	path, err := o.socket(socket)
	if err == nil {
		shell, _ := o.Session.LookupEnv("SHELL")
		_, err = io.WriteString(stdout, agent.Assignment(shell, path))
	}
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
