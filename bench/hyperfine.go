//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// command is a program to be timed, with its name in the report.
type command struct {
	name string
	line string // without quotes: hyperfine splits it at spaces
}

// timed runs the commands in turns, for b.rounds rounds, and returns the median time of each by name.
func (b *bench) timed(ctx context.Context, commands ...command) (map[string]time.Duration, error) {
	all := map[string][]float64{}
	for range b.rounds {
		seconds, err := b.hyperfine(ctx, commands)
		if err != nil {
			return nil, err
		}
		for i, c := range commands {
			all[c.name] = append(all[c.name], seconds[i]...)
		}
	}
	medians := map[string]time.Duration{}
	for name, seconds := range all {
		medians[name] = time.Duration(median(seconds) * float64(time.Second))
	}
	return medians, nil
}

// hyperfine returns the times of the runs of each command, in seconds.
func (b *bench) hyperfine(ctx context.Context, commands []command) ([][]float64, error) {
	file := filepath.Join(b.dir, "hyperfine.json")
	args := []string{"-N", "--style", "none", "--warmup", "3", "--runs", strconv.Itoa(b.runs), "--export-json", file}
	for _, c := range commands {
		args = append(args, c.line)
	}
	cmd := exec.CommandContext(ctx, "hyperfine", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("hyperfine: %w\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var exported struct {
		Results []struct{ Times []float64 }
	}
	if err := json.Unmarshal(data, &exported); err != nil {
		return nil, err
	}
	var times [][]float64
	for _, r := range exported.Results {
		times = append(times, r.Times)
	}
	return times, nil
}

func median[T ~int64 | ~float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
