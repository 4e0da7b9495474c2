package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
)

const (
	// maxStdin bounds what is read for a token, in bytes. It is as much as a server's answer may have.
	maxStdin = 1 << 20
	// maxTyped is what Linux's terminals take in one line, in bytes; of a longer one the rest is lost without a word.
	maxTyped = 4095
)

// readToken reads the token on standard input. A person at a terminal is asked for it, and does not see what they paste.
func (i *inspector) readToken(ctx context.Context) (token.Secret, error) {
	if term.Is(i.stdin) && !i.global.noInput {
		text, err := term.AskSecret(ctx, "token")
		switch {
		case err != nil:
			return token.Secret{}, fmt.Errorf("read token: %w", err)
		case len(text.Reveal()) >= maxTyped:
			return token.Secret{}, misread("a terminal takes no line so long: use a pipe or a file")
		}
		return tokenIn(text.Reveal())
	}
	text, err := i.readStdin(ctx)
	if err != nil {
		return token.Secret{}, fmt.Errorf("read token: %w", err)
	}
	return tokenIn(text)
}

func (i *inspector) readStdin(ctx context.Context) (string, error) {
	type result struct {
		data []byte
		err  error
	}
	came := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(i.stdin, maxStdin+1))
		came <- result{data, err}
	}()
	select {
	case r := <-came:
		if len(r.data) > maxStdin {
			return "", misread(fmt.Sprintf("standard input is longer than %d bytes", maxStdin))
		}
		return string(r.data), r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// tokenIn takes the token out of what was given: alone, with its type before it, or as a whole header field. Its errors
// contain none of it.
func tokenIn(text string) (token.Secret, error) {
	words := strings.Fields(text)
	for _, before := range []string{"Authorization:", "Bearer", "DPoP"} {
		if len(words) > 1 && strings.EqualFold(words[0], before) {
			words = words[1:]
		}
	}
	switch {
	case len(words) == 0:
		return token.Secret{}, misread("there is no token on standard input")
	case len(words) > 1:
		return token.Secret{}, misread("there are several words on standard input, and a token is one")
	// RFC 6749 §A.12: "access-token = 1*VSCHAR"
	case strings.ContainsFunc(words[0], func(r rune) bool { return r <= ' ' || r > '~' }):
		return token.Secret{}, misread("there is a character on standard input that no token has")
	}
	return token.NewSecret(words[0]), nil
}

func misread(why string) error { return &hint.UsageError{Err: errors.New(why)} }
