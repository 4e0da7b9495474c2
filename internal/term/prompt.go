package term

import (
	"context"
	"errors"
	"os"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// ErrNoTerminal is returned if the process has no terminal to ask the user on.
var ErrNoTerminal = errors.New("there is no terminal to ask on")

// CanAsk reports whether there is a terminal for AskSecret, even if the standard streams are redirected.
func CanAsk() bool {
	in, out, err := openTerminal()
	if err != nil {
		return false
	}
	closeBoth(in, out)
	return true
}

// AskSecret writes prompt and a colon to the terminal and reads a line without echo. If ctx ends first, as by Ctrl-C, the
// terminal is restored and the error is that of ctx. After Ctrl-Z and fg it asks again.
//
// The error wraps ErrNoTerminal if there is none. Ctrl-D is ignored, as in x/term.
func AskSecret(ctx context.Context, prompt string) (token.Secret, error) {
	if err := ctx.Err(); err != nil {
		return token.Secret{}, err
	}
	return askSecret(ctx, untrusted.Text(prompt)+": ") // a path in it may contain control characters
}

// Ask writes prompt to the terminal and reads a line, which is shown while it is typed and is cut at limit bytes. The error is
// io.EOF after Ctrl-D, or if the terminal has gone. In all else Ask does as [AskSecret]. Lines and control characters of the
// prompt go out as they are.
func Ask(ctx context.Context, prompt string, limit int) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return ask(ctx, prompt, limit)
}

func closeBoth(in, out *os.File) {
	_ = in.Close()
	if out != in {
		_ = out.Close()
	}
}
