//go:build linux

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// token returns the command that prints a stored token.
func (b *bench) token(w *world, profiles int, name string) string {
	return fmt.Sprintf("%s token %s --config %s", b.program("oauthget"), name, w.config(profiles))
}

func (b *bench) lookup(name string) string {
	return "secret-tool lookup service bench username " + name
}

func (b *bench) gokeyring(name string) string { return b.program("gokeyring") + " bench " + name }

// stored measures printing a token that is stored and valid.
func (b *bench) stored(ctx context.Context, w *world) error {
	commands := []command{
		{"hello", b.program("hello")},
		{"small", b.token(w, 1, "small")},
		{"large", b.token(w, 1, "large")},
		{"gokeyring", b.gokeyring("small")},
		{"secret-tool", b.lookup("small")},
		{"gokeyring large", b.gokeyring("large")},
	}
	for _, c := range commands[1:] { // a command that fails is fast
		out, err := output(ctx, strings.Fields(c.line)...)
		if err != nil {
			return err
		}
		if len(out) < smallSet/2 {
			return fmt.Errorf("%s printed %d bytes", c.line, len(out))
		}
	}
	times, err := b.timed(ctx, commands...)
	if err != nil {
		return err
	}
	const what = "stored token, 1 KB"
	b.report.ratio(what, times["small"], "a Go hello world", times["hello"], 0)
	b.report.ratio(what, times["small"], "`secret-tool lookup`", times["secret-tool"], 0.5)
	b.report.ratio(what, times["small"], "go-keyring's `Get` alone", times["gokeyring"], 1)
	b.report.ratio("stored token, 4 KB", times["large"], "1 KB", times["small"], 1.2)
	b.report.ratio("stored token, 4 KB", times["large"], "go-keyring's `Get` alone, 4 KB", times["gokeyring large"], 0)
	return nil
}

// scale measures the same with longer tokens, and with many profiles.
func (b *bench) scale(ctx context.Context, w *world) error {
	times, err := b.timed(ctx,
		command{"1", b.token(w, 1, "small")},
		command{"16 KB", b.token(w, 1, "larger")},
		command{"64 KB", b.token(w, 1, "largest")},
		command{"100", b.token(w, 100, "small")},
	)
	if err != nil {
		return err
	}
	b.report.ratio("stored token, 16 KB", times["16 KB"], "1 KB", times["1"], 0)
	b.report.ratio("stored token, 64 KB", times["64 KB"], "1 KB", times["1"], 0)
	b.report.ratio("100 profiles in the file", times["100"], "one", times["1"], 1.3)
	return nil
}

// memory measures the peak memory and the page faults of printing a stored token.
func (b *bench) memory(ctx context.Context, w *world) error {
	kilobytes, err := b.resources(ctx, "%M", b.token(w, 1, "small"))
	if err != nil {
		return err
	}
	b.report.limit("resident memory, stored token", kilobytes/1024, "MB", 8)
	faults, err := b.resources(ctx, "%R", b.token(w, 1, "small"))
	if err != nil {
		return err
	}
	least, err := b.resources(ctx, "%R", b.program("hello"))
	if err != nil {
		return err
	}
	b.report.limit("page faults, stored token, beside a Go hello world", faults/least, "×", 2.2)
	return nil
}

// resources returns the median of what the program time tells of a command. time starts the command, because a process
// inherits the peak memory of its parent, and that of time is small.
func (b *bench) resources(ctx context.Context, format, line string) (float64, error) {
	var told []float64
	for range min(b.rounds, 5) {
		args := append([]string{"-c", "exec 3>&1; time -f " + format + ` -o /dev/fd/3 "$@" >/dev/null`, "-"}, strings.Fields(line)...)
		out, err := output(ctx, append([]string{"sh"}, args...)...)
		if err != nil {
			return 0, err
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
		if err != nil {
			return 0, err
		}
		told = append(told, value)
	}
	return median(told), nil
}
