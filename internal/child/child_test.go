//go:build unix

package child

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestMissingProgramIsToldFromOneThatCannotBeRun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("text", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, notFound := range map[string]bool{"no-such-program": true, "./nowhere": true, "/no/where": true, "./text": false, "./": false} {
		_, err := Look(name)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.NotFound() != notFound || !strings.HasPrefix(err.Error(), "run "+name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnvironLeavesOutTheNamedVariables(t *testing.T) {
	t.Setenv("CHILD_A", "1")
	t.Setenv("CHILD_B", "2")
	env := Environ("child_a", "")
	if slices.Contains(env, "CHILD_A=1") || !slices.Contains(env, "CHILD_B=2") {
		t.Errorf("%q", env)
	}
	with := With(env, "CHILD_B", "3")
	if slices.Contains(with, "CHILD_B=2") || !slices.Contains(with, "CHILD_B=3") || !slices.Contains(env, "CHILD_B=2") {
		t.Errorf("%q", with)
	}
}

func TestStatusIsThatOfTheProgram(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 42": 42, "kill -KILL $$": 128 + 9, "kill -TERM $$": 128 + 15} {
		got, err := Run(exec.Command("sh", "-c", script), nil)
		if got != want || err != nil {
			t.Errorf("%s: %d %v", script, got, err)
		}
	}
	if _, err := Run(&exec.Cmd{Path: "/no/where", Args: []string{"x"}}, nil); err == nil {
		t.Error("a program that is not there was run")
	}
}

func TestSignalIsPassedOn(t *testing.T) {
	r, w := io.Pipe()
	cmd := exec.Command("sh", "-c", `trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done`)
	cmd.Stdout = w
	ready := make(chan struct{})
	go func() {
		_, _ = bufio.NewReader(r).ReadString('\n')
		close(ready)
	}()
	got, err := Run(cmd, func(*os.Process) {
		<-ready
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	})
	if got != 5 || err != nil {
		t.Errorf("status %d, %v: the program was not told", got, err)
	}
}
