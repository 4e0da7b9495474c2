// Package secretsource reads the secrets, keys and certificates that a profile names: from files, environment variables,
// programs, the keychain, standard input, other profiles and the CI system.
//
// Every call ends with its context. Errors name the profile key and the source, and show nothing of its content.
package secretsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/textfile"
	"github.com/oauthget/oauthget/internal/token"
)

// Access is what [Read] uses of the outside world. A source whose field is nil cannot be read.
type Access struct {
	LookupEnv func(string) (string, bool) // os.LookupEnv if nil
	Stderr    io.Writer                   // of programs, which may ask for a passphrase
	// WithoutEnv names variables to hide from programs, in addition to those of [config.SecretVariables].
	WithoutEnv []string
	Keychain   func(ctx context.Context, item string) (string, error)
	Stdin      io.Reader
	Profile    func(ctx context.Context, name string) (token.Secret, error) // returns the token of another profile
	HTTP       *http.Client                                                 // of package endpoint, which bounds each exchange
}

// maxSecret bounds a secret, in bytes.
const maxSecret = 64 << 10

// Read returns a secret: the first line of its source. An error is a *config.Error, unless it is about another profile
// or the CI system.
func Read(ctx context.Context, source config.SecretSource, access Access) (token.Secret, error) {
	if source.Empty() {
		return token.Secret{}, nil
	}
	text, err := read(ctx, source, access)
	line, _, ended := strings.Cut(text, "\n")
	line = strings.TrimSuffix(line, "\r")
	_, cut := errors.AsType[*bounded.TooLongError](err)
	switch {
	case cut && !ended || len(line) > maxSecret:
		return token.Secret{}, &config.Error{
			Key: source.Key, Err: fmt.Errorf("%s: the secret in %s is longer than %d KiB", source.Key, place(source), maxSecret>>10),
			Advice: "put the secret, and nothing else, on its first line",
		}
	case cut: // only the first line counts
	case err != nil && (source.Profile() != "" || source.GitHubActions() != ""):
		return token.Secret{}, fmt.Errorf("%s: %w", source.Key, err) // not an error in this configuration
	case err != nil:
		return token.Secret{}, &config.Error{Key: source.Key, Err: fmt.Errorf("%s: %w", source.Key, err), Advice: advice(source, err)}
	}
	if line == "" {
		return token.Secret{}, &config.Error{
			Key: source.Key, Err: fmt.Errorf("%s: %s", source.Key, emptiness(source, text != "")), Advice: emptyAdvice(source),
		}
	}
	return token.NewSecret(line), nil
}

// maxRead is how much of a source is read, in bytes: a secret and the end of its line.
const maxRead = maxSecret + 2

// read returns the content of a source. If that is longer than maxRead, it returns the beginning and a
// *bounded.TooLongError.
func read(ctx context.Context, source config.SecretSource, access Access) (string, error) {
	switch {
	case !source.Literal.Empty():
		return source.Literal.Reveal(), nil
	case source.Command != nil:
		printed, err := run(ctx, source.Command, access)
		return string(textfile.Decode(printed)), err
	case source.Variable() != "":
		return lookUp(source.Variable(), access)
	case source.Keychain() != "" && access.Keychain != nil:
		return access.Keychain(ctx, source.Keychain())
	case source.Profile() != "" && access.Profile != nil:
		t, err := access.Profile(ctx, source.Profile())
		return t.Reveal(), err
	case source.GitHubActions() != "" && access.HTTP != nil:
		return identityToken(ctx, source.GitHubActions(), access)
	case source.Stdin() && access.Stdin != nil:
		data, err := bounded.ReadContext(ctx, access.Stdin, maxRead)
		return string(textfile.Decode(data)), err
	case source.Key == "client_secret_file":
		data, err := readPrivate(ctx, source.File(), maxRead)
		return string(data), err
	case source.File() != "":
		// A token to present may be readable by others: platforms write short-lived ones for their workloads, Kubernetes
		// with mode 0644.
		data, _, err := readFile(ctx, source.File(), maxRead)
		return string(data), err
	}
	return "", errors.New("it cannot be read here")
}

func lookUp(variable string, access Access) (string, error) {
	lookupEnv := access.LookupEnv
	if lookupEnv == nil {
		lookupEnv = os.LookupEnv
	}
	text, ok := lookupEnv(variable)
	if !ok {
		return "", fmt.Errorf("$%s is not set", config.Printable(variable))
	}
	return text, nil
}

// advice is something to do about a source that cannot be read; may be empty.
func advice(source config.SecretSource, err error) string {
	switch {
	case source.Command != nil && errors.Is(err, exec.ErrNotFound):
		return "install " + config.Printable(source.Command[0]) + ", or give its whole path in " + source.Key
	case source.Command != nil:
		return "run it by hand to see what is wrong: " + config.Printable(shell.Words(source.Command)) + " >/dev/null"
	case source.Variable() != "":
		return "set $" + config.Printable(source.Variable()) + " where oauthget runs, or name another variable in " + source.Key
	case source.File() != "":
		return fileAdvice(source.Key, err)
	}
	return ""
}

// emptiness says that there is no secret in a source. more reports that something follows its first line.
func emptiness(source config.SecretSource, more bool) string {
	if more {
		return "the first line of " + place(source) + " is empty"
	}
	return place(source) + " is empty"
}

// emptyAdvice is something to do about a source that is there and holds nothing.
func emptyAdvice(source config.SecretSource) string {
	switch {
	case source.Command != nil:
		return "run it by hand; this shows how many bytes it prints: " + config.Printable(shell.Words(source.Command)) + " | head -n 1 | wc -c"
	case source.Variable() != "":
		return "set $" + config.Printable(source.Variable()) + " where oauthget runs"
	case source.Stdin():
		return "pipe what " + source.Key + " takes into the command"
	case source.File() != "":
		return "put the secret on the first line of " + shell.Word(source.File())
	}
	return "set " + source.Key + " to one that holds the secret"
}

// place names the source of a secret.
func place(source config.SecretSource) string {
	switch {
	case source.Command != nil:
		return "the output of " + config.Printable(source.Command[0])
	case source.Variable() != "":
		return "$" + config.Printable(source.Variable())
	case source.Keychain() != "":
		return "the keychain item " + config.Printable(source.Keychain())
	case source.Stdin():
		return "standard input"
	}
	return config.Printable(source.Value)
}
