package secretsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
)

// run gives what a program prints. It is started without a shell, and without the variables that hold secrets: a program
// that prints one of them has no need of another, and passes its environment on to agents and helpers that live on.
func run(ctx context.Context, argv []string, access Access) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second // a grandchild that holds the pipe must not hold the command
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, access.Stderr
	cmd.Env = child.Environ(slices.Concat(config.SecretVariables(), access.WithoutEnv)...)
	err := cmd.Run()
	if interrupted(ctx, err) {
		return "", context.Cause(ctx)
	}
	if e, ok := errors.AsType[*exec.Error](err); ok {
		err = e.Err // without the program's name
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return "", fmt.Errorf("run %s: %w", config.Printable(argv[0]), err)
	}
	return out.kept.String(), nil
}

// signalGrace is how long ctx may take to learn of the Ctrl-C that has ended a program already: the terminal sends it to
// both at once.
const signalGrace = 200 * time.Millisecond

// interrupted reports whether ctx has ended, or ends right after a program that a signal ended. A shell tells that of
// another program by 128 and the signal's number.
func interrupted(ctx context.Context, err error) bool {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && (exit.ExitCode() < 0 || exit.ExitCode() > 128) {
		select {
		case <-ctx.Done():
		case <-time.After(signalGrace):
		}
	}
	return ctx.Err() != nil
}

// output keeps one byte more than a secret may have, and discards the rest.
type output struct{ kept bytes.Buffer }

func (o *output) Write(p []byte) (int, error) {
	o.kept.Write(p[:min(len(p), maxSecret+1-o.kept.Len())])
	return len(p), nil
}
