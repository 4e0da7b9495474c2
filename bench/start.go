//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// start measures the start of every command.
func (b *bench) start(ctx context.Context, _ *world) error {
	times, err := b.timed(ctx,
		command{"hello", b.program("hello")},
		command{"version", b.program("oauthget") + " version"},
	)
	if err != nil {
		return err
	}
	b.report.ratio("oauthget version", times["version"], "a Go hello world", times["hello"], 1.6)
	initialisation, err := b.initialisation(ctx)
	if err != nil {
		return err
	}
	b.report.limit("package initialisation", milliseconds(initialisation), "ms", 1.0)
	return nil
}

var initClock = regexp.MustCompile(`(?m)^init .* ([0-9.]+) ms clock,`)

// initialisation returns the median time of the initialisation of packages, as the runtime traces it.
func (b *bench) initialisation(ctx context.Context) (time.Duration, error) {
	var sums []time.Duration
	for range b.rounds * b.runs {
		cmd := exec.CommandContext(ctx, b.program("oauthget"), "version")
		var told strings.Builder
		cmd.Env, cmd.Stderr = append(os.Environ(), "GODEBUG=inittrace=1"), &told
		if err := cmd.Run(); err != nil {
			return 0, fmt.Errorf("oauthget version: %w", err)
		}
		var sum time.Duration
		for _, line := range initClock.FindAllStringSubmatch(told.String(), -1) {
			ms, err := strconv.ParseFloat(line[1], 64)
			if err != nil {
				return 0, err
			}
			sum += time.Duration(ms * float64(time.Millisecond))
		}
		sums = append(sums, sum)
	}
	return median(sums), nil
}
