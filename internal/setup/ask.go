package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// question is a question that is answered by a line.
type question struct {
	key   string   // the profile key that is the answer, for those who cannot be asked
	about []string // lines before it, fit for a terminal
	text  string
	ready string // the answer of an empty line; may be empty
	// hint is what the empty line does if that is no answer.
	hint string
}

// ask returns the answer to a question, without spaces around it.
func (s *setup) ask(ctx context.Context, q question) (string, error) {
	if !s.canAsk() {
		return "", s.missing(q.key)
	}
	var prompt strings.Builder
	for _, line := range q.about {
		prompt.WriteString(line + "\n")
	}
	prompt.WriteString(q.text)
	switch {
	case q.ready != "":
		prompt.WriteString(" [" + untrusted.Line(q.ready) + "]")
	case q.hint != "":
		prompt.WriteString(" [" + q.hint + "]")
	}
	answer, err := s.Ask(ctx, prompt.String()+": ")
	if err != nil {
		return "", ended(err)
	}
	if answer = strings.TrimSpace(answer); answer == "" {
		answer = q.ready
	}
	return answer, nil
}

// unansweredError is returned for a question that nobody answers.
type unansweredError struct{ text string }

func (e *unansweredError) Error() string { return e.text }

// Unwrap makes it a [tokensource.ErrInteractionRequired].
func (e *unansweredError) Unwrap() error { return tokensource.ErrInteractionRequired }

// ended is the error of a question without an answer.
func ended(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, term.ErrNoTerminal) {
		return err
	}
	return hint.With(&unansweredError{"the terminal ended before the answer"}, "run the command again, or answer by flags: oauthget setup --help")
}

// missing is the error for a key that nobody can be asked for.
func (s *setup) missing(key string) error {
	advice := "give --" + config.FlagOf(key)
	switch key {
	case "preset":
		advice += ", --issuer or --url"
	case "client_secret_file":
		advice += " FILE, or - for standard input"
	}
	if s.Session.NoInput {
		return &config.Error{Key: key, Err: fmt.Errorf("%s is missing", key), Advice: advice}
	}
	return hint.With(&unansweredError{key + " is missing, and there is no terminal to ask on"}, advice)
}

// yes asks a question whose answer is yes if the line is empty.
func (s *setup) yes(ctx context.Context, about []string, text string) (bool, error) {
	answer, err := s.ask(ctx, question{about: about, text: text, hint: "Y/n"})
	switch strings.ToLower(answer) {
	case "", "y", "yes":
		return true, err
	}
	return false, err
}
