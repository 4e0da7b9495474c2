package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/token"
)

// SecretSource says how to get a secret: the client's, the passphrase of the file store, or a token that a grant
// presents. It is not the secret: a command that needs none never runs the program nor opens the keychain.
type SecretSource struct {
	Key     string       // the profile key that says it; empty where there is no secret
	Literal token.Secret // of client_secret
	Value   string       // the path, variable, keychain item or profile of the other keys
	Command []string     // of the keys …_command: the program and its arguments
}

// stdin in the place of a path is the standard input.
const stdin = "-"

// Empty reports whether there is no secret.
func (s SecretSource) Empty() bool { return s.Key == "" }

// Passphrase is the source of the file store's passphrase where a program prints it.
func (p Profile) Passphrase() SecretSource {
	if len(p.PassphraseCommand) == 0 {
		return SecretSource{}
	}
	return SecretSource{Key: keyPassphraseCommand, Command: p.PassphraseCommand}
}

// Source names where the secret is, and for a literal only that there is one.
func (s SecretSource) Source() string {
	switch {
	case s.Key == keySecret:
		return "[set]"
	case s.Command != nil:
		return strings.Join(s.Command, " ")
	default:
		return s.Value
	}
}

// SecretAccess is what Resolve may touch of the outside world.
type SecretAccess struct {
	LookupEnv func(string) (string, bool) // os.LookupEnv where nil
	// Run starts a program without a shell and returns what it printed; nil for os/exec.
	Run    func(ctx context.Context, argv []string) ([]byte, error)
	Stderr io.Writer // of that program, which may have to ask for a passphrase; nil for none
	// Without names the variables that such a program is not to see, beside those of our own that hold a secret.
	Without []string
	// Keychain looks up an item of the OS keychain. It belongs to the caller: this package opens no socket.
	Keychain func(ctx context.Context, name string) (string, error)
	// Stdin is read where a path is "-"; nil for none.
	Stdin io.Reader
	// Profile gives the token of another profile.
	Profile func(ctx context.Context, name string) (token.Secret, error)
}

// maxSecret bounds what is read from a file or a program, in bytes.
const maxSecret = 64 << 10

// Resolve gets the secret: the first line of what the source holds. Errors name the key, never what was found. It ends
// when ctx does.
func (s SecretSource) Resolve(ctx context.Context, access SecretAccess) (token.Secret, error) {
	text, err := s.read(ctx, access)
	if err != nil && s.is("_profile") {
		return token.Secret{}, fmt.Errorf("%s: %w", s.Key, err) // what failed there is no fault of this configuration
	}
	if err != nil {
		return token.Secret{}, &Error{Key: s.Key, Err: fmt.Errorf("%s: %w", s.Key, err), Advice: s.advice(err)}
	}
	line, _, _ := strings.Cut(text, "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" && !s.Empty() {
		return token.Secret{}, &Error{Key: s.Key, Err: fmt.Errorf("%s: there is no secret in %s", s.Key, s.holder()), Advice: "see what it holds: the first line is taken"}
	}
	return token.NewSecret(line), nil
}

// advice is a thing to do about a source that could not be read; empty where there is none to give.
func (s SecretSource) advice(err error) string {
	switch {
	case s.is("_command") && errors.Is(err, exec.ErrNotFound):
		return "install " + printable(s.Command[0]) + ", or give its whole path in " + s.Key
	case s.is("_command"):
		words := make([]string, len(s.Command))
		for i, word := range s.Command {
			words[i] = shell.Word(word)
		}
		return "see by hand what is wrong with it: " + printable(strings.Join(words, " ")) + " >/dev/null"
	case s.is("_env"):
		return "set $" + printable(s.Value) + " where oauthget runs, or name another variable in " + s.Key
	case s.is("_file") && !s.Stdin():
		return fileAdvice(s.Key, err)
	}
	return ""
}

// fileAdvice is the thing to do about the file of a key that could not be read.
func fileAdvice(key string, err error) string {
	if wide, ok := errors.AsType[*wideFileError](err); ok {
		return "chmod 600 " + shell.Word(wide.path)
	}
	return "set " + key + " to a file that is there and that you may read"
}

func (s SecretSource) holder() string {
	switch {
	case s.Command != nil:
		return "the first line that " + printable(s.Command[0]) + " printed"
	case s.is("_env"):
		return "$" + printable(s.Value)
	case s.is("_keychain"):
		return "the keychain item " + printable(s.Value)
	case s.Value == stdin:
		return "standard input"
	default:
		return printable(s.Value)
	}
}

// Stdin reports whether the secret is read from standard input.
func (s SecretSource) Stdin() bool { return s.is("_file") && s.Value == stdin }

// is reports by the end of its name what kind of key says it.
func (s SecretSource) is(kind string) bool { return strings.HasSuffix(s.Key, kind) }

func (s SecretSource) read(ctx context.Context, access SecretAccess) (string, error) {
	switch {
	case s.Empty():
		return "", nil
	case s.Key == keySecret:
		return s.Literal.Reveal(), nil
	case s.is("_command"):
		return s.run(ctx, access)
	case s.is("_env"):
		return s.lookUp(access)
	case s.is("_keychain") && access.Keychain != nil:
		return access.Keychain(ctx, s.Value)
	case s.is("_profile") && access.Profile != nil:
		t, err := access.Profile(ctx, s.Value)
		return t.Reveal(), err
	case s.Stdin() && access.Stdin != nil:
		data, err := io.ReadAll(io.LimitReader(access.Stdin, maxSecret))
		return string(data), err
	case s.File() != "":
		return readSecretFile(ctx, s.Value, strings.HasPrefix(s.Key, keySecret))
	default:
		return "", errors.New("it cannot be read here")
	}
}

func (s SecretSource) run(ctx context.Context, access SecretAccess) (string, error) {
	run := access.Run
	if run == nil {
		run = runner(access)
	}
	out, err := run(ctx, s.Command)
	if err != nil {
		return "", fmt.Errorf("run %s: %w", printable(s.Command[0]), err)
	}
	return string(out), nil
}

func (s SecretSource) lookUp(access SecretAccess) (string, error) {
	lookupEnv := access.LookupEnv
	if lookupEnv == nil {
		lookupEnv = os.LookupEnv
	}
	text, ok := lookupEnv(s.Value)
	if !ok {
		return "", fmt.Errorf("$%s is not set", printable(s.Value))
	}
	return text, nil
}

// wideFileError says that the secret is not one.
type wideFileError struct {
	path string
	mode fs.FileMode
}

func (e *wideFileError) Error() string {
	return fmt.Sprintf("other users of this machine may read %s (mode %04o)", printable(e.path), e.mode.Perm())
}

// readSecretFile takes the file of a client secret under the same condition as a profile file with a secret in it: that it
// is for nobody else. A token to be presented lives for minutes, and stands where a platform put it for its workloads: it
// has the mode that the platform chose, as Kubernetes does 0644.
func readSecretFile(ctx context.Context, path string, private bool) (string, error) {
	data, info, err := readPath(ctx, path, maxSecret)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", printable(path), err)
	}
	if private && readableByOthers(info.Mode()) {
		return "", &wideFileError{path, info.Mode()}
	}
	return string(data), nil
}

// runner runs a program without a shell. Its stdout is the secret, so it goes nowhere but here.
func runner(access SecretAccess) func(context.Context, []string) ([]byte, error) {
	return func(ctx context.Context, argv []string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		// A grandchild that holds the pipe must not hold the command.
		cmd.WaitDelay = time.Second
		out := &capped{}
		cmd.Stdout, cmd.Stderr = out, access.Stderr
		cmd.Env = withoutSecrets(access.Without)
		err := cmd.Run()
		if interrupted(ctx, err) {
			return nil, context.Cause(ctx)
		}
		if errors.Is(err, exec.ErrWaitDelay) {
			err = nil // it ended well; only a child of its own lives on
		}
		// exec.Error repeats the program's name.
		if e := new(exec.Error); errors.As(err, &e) {
			err = e.Err
		}
		return out.kept.Bytes(), err
	}
}

// signalGrace is how long ctx may take to learn of the Ctrl-C that has ended a program already: the terminal sends it to
// both at once.
const signalGrace = 200 * time.Millisecond

// interrupted reports whether ctx has ended, or ends right after a program that ended by a signal, be it that a shell says
// so for another (128 and the signal's number).
func interrupted(ctx context.Context, err error) bool {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && (exit.ExitCode() < 0 || exit.ExitCode() > 128) {
		select {
		case <-ctx.Done():
		case <-time.After(signalGrace):
		}
	}
	return ctx.Err() != nil
}

// capped keeps the first maxSecret bytes and takes the rest for done.
type capped struct{ kept bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	c.kept.Write(p[:min(len(p), maxSecret-c.kept.Len())])
	return len(p), nil
}
