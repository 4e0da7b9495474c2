package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/term"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// console implements [session.Console], but for WarnOf, which [app] has. It writes to stderr or to the terminal: stdout is for the result.
//
// Nothing depends on its words: it goes on where they cannot be written, as by the end of a pipe's reader.
type console struct {
	outside
	style   term.Style // for stderr
	verbose bool       // write each step
	traced  bool       // each exchange is written to stderr
	words   io.Writer  // stderr
	writers []*bounded.Writer
}

func newConsole(world outside) console {
	c := console{outside: world}
	c.words = c.writer(world.stderr)
	return c
}

// writer returns a writer to w that does not wait for whoever reads there. flush does.
func (c *console) writer(w io.Writer) io.Writer {
	bw := bounded.NewWriter(w)
	c.writers = append(c.writers, bw)
	return bw
}

func (c *console) flush() {
	for _, w := range c.writers {
		w.Flush()
	}
}

// become runs a program in the place of this one.
func (c *console) become(program string, argv, env []string) error {
	c.flush()
	return child.Exec(&exec.Cmd{Path: program, Args: argv, Env: env, Stdin: c.stdin, Stdout: c.stdout, Stderr: c.stderr})
}

// Note implements [session.Console].
func (c *console) Note(format string, args ...any) {
	c.line("%s", untrusted.Line(fmt.Sprintf(format, args...)))
}

// Warn implements [session.Console].
func (c *console) Warn(format string, args ...any) {
	c.line("%s %s", c.style.Yellow("warning:"), untrusted.Line(fmt.Sprintf(format, args...)))
}

func (c *console) hint(text string) { c.line("%s %s", c.style.Cyan("hint:"), untrusted.Line(text)) }

// Step implements [session.Console].
func (c *console) Step(format string, args ...any) {
	if c.verbose {
		c.Note(format, args...)
	}
}

// line writes a line. Its arguments must be safe for a terminal.
func (c *console) line(format string, args ...any) {
	fmt.Fprintf(c.words, "oauthget: "+format+"\n", args...)
}

// ShowURL implements [session.Console].
func (c *console) ShowURL(url string) {
	c.line("continue in your browser: %s", c.style.Cyan(c.style.Link(url, c.getenv)))
}

// ShowCode implements [session.Console].
func (c *console) ShowCode(d flow.DeviceAuthorization, beside bool) {
	if beside {
		c.line("or, on any device, enter the code %s at %s",
			c.style.Bold(d.UserCode), c.style.Cyan(c.style.Link(d.VerificationURI, c.getenv)))
		if d.VerificationURIComplete != "" {
			c.showQRCode(d.VerificationURIComplete)
		}
		return
	}
	best := d.VerificationURI
	c.line("continue in your browser: %s", c.style.Cyan(d.VerificationURI))
	c.line("enter the code there, on this device or any other: %s", c.style.Bold(d.UserCode))
	if d.VerificationURIComplete != "" {
		best = d.VerificationURIComplete
		c.line("the same, with the code in it: %s", c.style.Cyan(best))
	}
	c.showQRCode(best)
}

// showQRCode draws an address as a QR Code if there is a terminal with room for it.
func (c *console) showQRCode(address string) {
	if !term.Is(c.stderr) || c.getenv("TERM") == "dumb" || !term.Unicode(c.getenv, c.goos) {
		return
	}
	lines := c.style.QRCode(address)
	if len(lines) > 0 && term.Fits(c.stderr, 2*len(lines), len(lines)) {
		fmt.Fprintln(c.words, strings.Join(lines, "\n"))
	}
}

// Waiting implements [session.Console]. It writes to a terminal only.
func (c *console) Waiting(what string, limit time.Duration) {
	if term.Is(c.stderr) {
		until := c.now().Add(limit).Local()
		c.Note("waiting %s, for %s at most (until %s)", what, limit.Round(time.Second), until.Format(time.TimeOnly))
	}
}

// Unanswered implements [session.Console]. It writes to a terminal only.
func (c *console) Unanswered(p config.Profile, redirectURI string) {
	if term.Is(c.stderr) {
		c.Note("%s", remedy.Registration(p, redirectURI))
	}
}

// countdownWidth is at least the columns of a countdown's line. A narrower terminal would break the line and keep half of
// it.
const countdownWidth = 70

// Countdown implements [session.Console]. It rewrites one line of a terminal. If the terminal cannot do that, or each step
// is written too, it writes the time once.
func (c *console) Countdown(ctx context.Context, what string, end time.Time) (stop func()) {
	if !term.Fits(c.stderr, countdownWidth, 1) || c.getenv("TERM") == "dumb" || c.verbose || c.traced {
		c.Waiting(what, end.Sub(c.now()))
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var counting sync.WaitGroup
	counting.Go(func() { c.count(ctx, what, end) })
	return func() { cancel(); counting.Wait() }
}

// count rewrites its line each second until ctx ends. It needs no escape sequence: each text covers the one before.
func (c *console) count(ctx context.Context, what string, end time.Time) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	width := 0
	write := func(text string) {
		fmt.Fprintf(c.words, "\r%-*s\r%s", width, "", text)
		width = len(text)
	}
	defer write("")
	for {
		left := max(0, end.Sub(c.now()).Round(time.Second))
		write(untrusted.Line(fmt.Sprintf("oauthget: waiting %s, for %s", what, left)))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Attended implements [session.Console].
func (c *console) Attended() bool { return term.Is(c.stderr) || term.CanAsk() }

// CanAsk implements [session.Console].
func (*console) CanAsk() bool { return term.CanAsk() }

// Confirm implements [session.Console].
func (c *console) Confirm(ctx context.Context, question string) (yes bool, err error) {
	line, err := term.Ask(ctx, "oauthget: "+untrusted.Line(question)+" [y/N] ", maxAnswer)
	return strings.EqualFold(line, "y") || strings.EqualFold(line, "yes"), err
}

// maxAnswer bounds the answer to a question, in bytes.
const maxAnswer = 64

// AskSecret implements [session.Console].
func (*console) AskSecret(ctx context.Context, prompt string) (token.Secret, error) {
	return term.AskSecret(ctx, prompt)
}

// Ask asks a question of a setup.
func (*console) Ask(ctx context.Context, question string) (string, error) {
	return term.Ask(ctx, question, maxLine)
}

// maxLine bounds what is typed or pasted to one question of a setup, in bytes.
const maxLine = 4 << 10

// ReadLines implements [session.Console].
func (*console) ReadLines(ctx context.Context, most int, take func(string) bool) error {
	return term.ReadLines(ctx, most, take)
}
