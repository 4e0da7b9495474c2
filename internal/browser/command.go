package browser

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"
)

// splitList splits $BROWSER at its colons, except those in quotes and, on Windows, the one of a drive letter.
func splitList(list, goos string) [][]string {
	var commands [][]string
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	endWord := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	for i, r := range list {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, inWord = r, true
		case quote == 0 && r == ':' && !(goos == "windows" && isDrive(word.String(), list[i+1:])):
			endWord()
			if words != nil {
				commands = append(commands, words)
			}
			words = nil
		case quote == 0 && unicode.IsSpace(r):
			endWord()
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	endWord()
	if words != nil {
		commands = append(commands, words)
	}
	return commands
}

func isDrive(before, after string) bool {
	return len(before) == 1 && unicode.IsLetter(rune(before[0])) && (strings.HasPrefix(after, `\`) || strings.HasPrefix(after, "/"))
}

// openWith tries each command in turn until one works.
func (o Opener) openWith(ctx context.Context, commands [][]string, u string) error {
	var errs []error
	for _, words := range commands {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := o.run(ctx, words, u)
		if err == nil || ctx.Err() != nil {
			return err
		}
		errs = append(errs, err)
	}
	return join(errs)
}

// run starts one command with the URL and waits for the grace period.
func (o Opener) run(ctx context.Context, words []string, u string) error {
	name := filepath.Base(words[0])
	// exec.Command runs a program of the current directory only if it is written with ./ (exec.ErrDot).
	cmd := exec.Command(words[0], withURL(words[1:], u)...) // not CommandContext: it would kill the browser
	cmd.Env, _ = o.environment()
	detach(cmd)
	// Stdin, Stdout and Stderr stay nil, which is the null device. A pipe would break when we exit, and SIGPIPE end the browser.
	if err := checkProgram(cmd); err != nil {
		return &Error{name, err}
	}
	if err := cmd.Start(); err != nil {
		if e, ok := errors.AsType[*exec.Error](err); ok {
			err = e.Err // Error has the name
		}
		return &Error{name, err}
	}
	// Wait goes on in the background and reaps a command that ends while we still run.
	return failed(ctx, name, o.withGrace(ctx, cmd.Wait))
}

// failed adds the command to err, unless ctx has ended.
func failed(ctx context.Context, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return &Error{name, err}
	}
}

// withURL replaces each %s by u, or appends u if there is none.
func withURL(args []string, u string) []string {
	all := make([]string, 0, len(args)+1)
	found := false
	for _, arg := range args {
		found = found || strings.Contains(arg, "%s")
		all = append(all, strings.ReplaceAll(arg, "%s", u))
	}
	if !found {
		all = append(all, u)
	}
	return all
}

// join returns the errors as one, on one line.
func join(errs []error) error {
	switch len(errs) {
	case 0:
		return errors.New("open browser: no command is given")
	case 1:
		return errs[0]
	}
	return failures(errs)
}

type failures []error

func (f failures) Error() string {
	parts := make([]string, len(f))
	for i, err := range f {
		parts[i] = strings.TrimPrefix(err.Error(), "open browser: ")
	}
	return "open browser: " + strings.Join(parts, "; ")
}

func (f failures) Unwrap() []error { return f }
