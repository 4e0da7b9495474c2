package secretsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
)

// run returns what a program prints. The program runs without a shell. It does not see variables with secrets, which it
// could pass on to agents that keep running.
func run(ctx context.Context, argv []string, access Access) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second // for a grandchild that keeps the pipe open
	out := &output{}
	cmd.Stdout, cmd.Stderr = out, access.Stderr
	cmd.Env = child.Environ(slices.Concat(config.SecretVariables(), access.WithoutEnv)...)
	err := cmd.Run()
	if interrupted(ctx, err) {
		return nil, context.Cause(ctx)
	}
	if e, ok := errors.AsType[*exec.Error](err); ok {
		err = e.Err // which does not repeat the name
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, fmt.Errorf("run %s: %w", config.Printable(argv[0]), err)
	}
	return bounded.Read(&out.kept, maxRead)
}

// signalGrace is how long to wait for ctx after a program was ended by a signal: the terminal sends Ctrl-C to both.
const signalGrace = 200 * time.Millisecond

// interrupted reports whether ctx has ended, or ends right after a signal ended the program. Shells report a signal as 128
// plus its number.
func interrupted(ctx context.Context, err error) bool {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && (exit.ExitCode() < 0 || exit.ExitCode() > 128) {
		select {
		case <-ctx.Done():
		case <-time.After(signalGrace):
		}
	}
	return ctx.Err() != nil
}

// output keeps one byte more than may be read and discards the rest.
type output struct{ kept bytes.Buffer }

func (o *output) Write(p []byte) (int, error) {
	o.kept.Write(p[:min(len(p), maxRead+1-o.kept.Len())])
	return len(p), nil
}
