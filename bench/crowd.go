//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// crowds measures many processes at once.
func (b *bench) crowds(ctx context.Context, w *world) error {
	for _, n := range []int{50, 100} {
		if err := b.validCrowd(ctx, w, n); err != nil {
			return err
		}
	}
	w.server.SetFaults(testas.Faults{TokenDelayMillis: int(tokenDelay.Milliseconds())})
	defer w.server.SetFaults(testas.Faults{})
	if _, err := logIn(ctx, strings.Fields(b.token(w, 1, "crowd"))...); err != nil {
		return err
	}
	for _, n := range []int{50, 100} {
		if err := b.expiredCrowd(ctx, w, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) validCrowd(ctx context.Context, w *world, n int) error {
	var ours, theirs []time.Duration
	for range b.rounds {
		for line, times := range map[string]*[]time.Duration{b.token(w, 1, "small"): &ours, b.gokeyring("small"): &theirs} {
			took, err := crowd(ctx, n, line)
			if err != nil {
				return err
			}
			*times = append(*times, took)
		}
	}
	goal := 1.0
	if n != 50 {
		goal = 0
	}
	b.report.ratio(fmt.Sprintf("%d processes, valid token", n), median(ours), fmt.Sprintf("%d × go-keyring's `Get`", n), median(theirs), goal)
	return nil
}

// minTTL is such that a token older than fresh counts as expired and a new one does not: the server's tokens live an hour.
const (
	fresh  = 4 * time.Second
	minTTL = time.Hour - fresh
)

func (b *bench) expiredCrowd(ctx context.Context, w *world, n int) error {
	line := b.token(w, 1, "crowd")
	var times []time.Duration
	refreshes := 0
	for range min(b.rounds, 5) { // each is slow
		time.Sleep(fresh + time.Second) // stored times are whole seconds
		before := w.server.Requests(demoas.EndpointToken)
		took, err := crowd(ctx, n, line+" --no-input --min-ttl "+minTTL.String())
		if err != nil {
			return err
		}
		times = append(times, took)
		refreshes = max(refreshes, w.server.Requests(demoas.EndpointToken)-before)
	}
	b.report.limit(fmt.Sprintf("%d processes, expired token: refreshes", n), float64(refreshes), "", 1)
	b.report.ratio(fmt.Sprintf("%d processes, expired token", n), median(times), "the endpoint's delay", tokenDelay, 2)
	return nil
}

// crowd runs a command n times at once. It returns the time until the last process ends, and an error if they print different
// things.
func crowd(ctx context.Context, n int, line string) (time.Duration, error) {
	args := strings.Fields(line)
	outs, errs := make([]string, n), make([]error, n)
	var all sync.WaitGroup
	start := time.Now()
	for i := range n {
		all.Go(func() {
			out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
			outs[i], errs[i] = string(out), err
		})
	}
	all.Wait()
	took := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	if slices.Sort(outs); outs[0] != outs[n-1] || outs[0] == "" {
		return 0, fmt.Errorf("%s: printed different things", line)
	}
	return took, nil
}
