//go:build linux

// Command bench measures what users of oauthget notice, beside programs that do less or the same, and prints one table with the
// goals of docs/internals/performance.md. `make bench` runs it.
//
// It makes an environment of its own and removes it: a session bus with an unlocked GNOME keyring, an authorization server on
// loopback, profiles, and programs built as for a release. It does not touch the user's files or keyring.
//
// It compares programs that run in turns: on a shared machine ratios are stable and milliseconds are not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	rounds := flag.Int("rounds", 15, "how often each table is run; its programs take turns")
	runs := flag.Int("runs", 10, "runs of each program in a round")
	only := flag.String("only", "", "the tables to run, separated by commas (default all)")
	other := flag.String("other", "", "another build of oauthget, which the table \"sealed\" compares with")
	shell := flag.String("sh", "", "run a shell command instead, for a profiler: $BIN has the programs, $CONFIG the profile \"small\"")
	inside := flag.String("inside", "", "the directory of the environment (internal)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	if *inside == "" {
		err = runAgain(ctx)
	} else {
		err = (&bench{dir: *inside, rounds: *rounds, runs: *runs, only: *only, shell: *shell, other: *other}).measure(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// needs are the programs that are needed besides Go, with their Debian packages.
var needs = []struct{ program, pkg string }{
	{"hyperfine", "hyperfine"},
	{"gnome-keyring-daemon", "gnome-keyring"},
	{"dbus-run-session", "dbus"},
	{"secret-tool", "libsecret-tools"},
	{"time", "time"},
}

func checkNeeds() error {
	var missing, packages []string
	for _, n := range needs {
		if _, err := exec.LookPath(n.program); err != nil {
			missing, packages = append(missing, n.program), append(packages, n.pkg)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("MISSING HERE: %s\n  apt-get install -y --no-install-recommends %s",
		strings.Join(missing, ", "), strings.Join(packages, " "))
}

// runAgain builds the programs and runs this one again with the same flags, on a new session bus and with a new home directory.
func runAgain(ctx context.Context) (err error) {
	if err := checkNeeds(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	runtimeDir := filepath.Join(dir, "run")
	if err := os.Mkdir(runtimeDir, 0o700); err != nil {
		return err
	}
	if err := build(ctx, dir); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{"--", self, "-inside", dir}, os.Args[1:]...)
	cmd := exec.CommandContext(ctx, "dbus-run-session", args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// No other variables: settings of the user would change what is measured.
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + dir,
		"XDG_RUNTIME_DIR=" + runtimeDir, "XDG_DATA_HOME=" + filepath.Join(dir, "keyring"),
	}
	return cmd.Run()
}

// bench is a run of the benchmarks.
type bench struct {
	dir          string
	rounds, runs int
	only, shell  string
	other        string // path of another oauthget; empty for none
	report       report
}

// program returns the path of a program that was built.
func (b *bench) program(name string) string { return filepath.Join(b.dir, "bin", name) }

func (b *bench) measure(ctx context.Context) error {
	stop, err := startKeyring(ctx)
	if err != nil {
		return err
	}
	defer stop()
	w, err := b.prepare(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if b.shell != "" {
		cmd := exec.CommandContext(ctx, "sh", "-c", b.shell)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.Env = append(os.Environ(), "BIN="+b.program(""), "CONFIG="+w.config(1))
		return cmd.Run()
	}
	for _, table := range []struct {
		name string
		run  func(context.Context, *world) error
	}{
		{"start", b.start},
		{"stored", b.stored},
		{"scale", b.scale},
		{"memory", b.memory},
		{"crowds", b.crowds},
		{"agent", b.agent},
		{"sealed", b.sealed},
		{"login", b.login},
	} {
		if b.only != "" && !slices.Contains(strings.Split(b.only, ","), table.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s\n", table.name)
		if err := table.run(ctx, w); err != nil {
			return err
		}
	}
	return b.report.print(os.Stdout)
}
