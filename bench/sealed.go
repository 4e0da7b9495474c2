//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/demoas/testas"
)

// sealedCrowd is how many processes find an expired token in a sealed file at once.
const sealedCrowd = 40

// sealed measures the store of sealed files, opened by a passphrase and by an identity file. If there is another build, the two
// take turns.
func (b *bench) sealed(ctx context.Context, w *world) error {
	identity := filepath.Join(b.dir, "age.key")
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	if err := os.WriteFile(identity, []byte(key.String()+"\n"), 0o600); err != nil {
		return err
	}
	builds := map[string]string{"": b.program("oauthget")}
	if b.other != "" {
		builds["other "] = b.other
	}
	lines := map[string]string{}
	var commands []command
	for build, program := range builds {
		for opener, how := range map[string]string{"a passphrase": "OAUTHGET_PASSPHRASE=bench", "an identity file": "OAUTHGET_IDENTITY_FILE=" + identity} {
			state := filepath.Join(b.dir, "state "+build+opener)
			state = strings.ReplaceAll(state, " ", "-")
			line := fmt.Sprintf("env XDG_STATE_HOME=%s OAUTHGET_STORE=file %s %s token crowd --config %s", state, how, program, w.config(1))
			if _, err := logIn(ctx, strings.Fields(line)...); err != nil {
				return err
			}
			lines[build+opener] = line
			commands = append(commands, command{build + opener, line}, command{build + opener + ", refresh", line + " --force"})
		}
	}
	times, err := b.inTurns(ctx, commands)
	if err != nil {
		return err
	}
	for _, opener := range []string{"a passphrase", "an identity file"} {
		what := "stored token, sealed file, " + opener
		b.report.limit(what, milliseconds(times[opener]), "ms", 0)
		b.report.ratio("refresh, sealed file, "+opener, times[opener+", refresh"], "the stored token", times[opener], 0)
		if b.other != "" {
			b.report.ratio(what, times[opener], "the other build", times["other "+opener], 0)
			b.report.ratio("refresh, sealed file, "+opener, times[opener+", refresh"], "the other build", times["other "+opener+", refresh"], 0)
		}
	}
	return b.sealedCrowds(ctx, w, lines)
}

// inTurns is timed for commands that take so long that it does not matter how they are started.
func (b *bench) inTurns(ctx context.Context, commands []command) (map[string]time.Duration, error) {
	all := map[string][]time.Duration{}
	for range b.rounds + 1 { // the first to warm up
		for _, c := range commands {
			took, err := crowd(ctx, 1, c.line)
			if err != nil {
				return nil, err
			}
			all[c.name] = append(all[c.name], took)
		}
	}
	medians := map[string]time.Duration{}
	for name, times := range all {
		medians[name] = median(times[1:])
	}
	return medians, nil
}

// sealedCrowds measures many processes with an expired token.
func (b *bench) sealedCrowds(ctx context.Context, w *world, lines map[string]string) error {
	w.server.SetFaults(testas.Faults{TokenDelayMillis: int(tokenDelay.Milliseconds())})
	defer w.server.SetFaults(testas.Faults{})
	took := map[string][]time.Duration{}
	for range min(b.rounds, 3) {
		for name, line := range lines {
			time.Sleep(fresh + time.Second) // stored times are whole seconds
			t, err := crowd(ctx, sealedCrowd, line+" --no-input --min-ttl "+minTTL.String())
			if err != nil {
				return err
			}
			took[name] = append(took[name], t)
		}
	}
	for _, opener := range []string{"a passphrase", "an identity file"} {
		what := fmt.Sprintf("%d processes, expired token, %s", sealedCrowd, opener)
		goal := 0.0
		if opener == "an identity file" {
			goal = 2
		}
		b.report.ratio(what, median(took[opener]), "the endpoint's delay", tokenDelay, goal)
		if b.other != "" {
			b.report.ratio(what, median(took[opener]), "the other build", median(took["other "+opener]), 0)
		}
	}
	return nil
}
