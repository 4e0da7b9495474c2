//go:build unix

package child

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
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
	for script, want := range map[string]Status{
		"exit 0": {}, "exit 42": {Code: 42}, "exit 130": {Code: 130},
		"kill -KILL $$": {137, syscall.SIGKILL}, "kill -TERM $$": {143, syscall.SIGTERM}, "kill -INT $$": {130, syscall.SIGINT},
	} {
		got, err := Run(exec.Command("sh", "-c", script), nil)
		if got != want || err != nil {
			t.Errorf("%s: %+v %v", script, got, err)
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
	if got.Code != 5 || err != nil {
		t.Errorf("status %+v, %v: the program was not told", got, err)
	}
}

// TestMain runs the test binary as a program that ends as the test says.
func TestMain(m *testing.M) {
	if code, err := strconv.Atoi(os.Getenv("CHILD_TEST_CODE")); err == nil {
		number, _ := strconv.Atoi(os.Getenv("CHILD_TEST_SIGNAL"))
		Status{code, syscall.Signal(number)}.Die()
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func TestEndIsThatOfAnotherProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Status{
		{}, {Code: 42}, {Code: 130}, {130, syscall.SIGINT}, {143, syscall.SIGTERM}, {129, syscall.SIGHUP}, {137, syscall.SIGKILL},
	} {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), fmt.Sprintf("CHILD_TEST_CODE=%d", want.Code), fmt.Sprintf("CHILD_TEST_SIGNAL=%d", want.Signal), "GORACE=atexit_sleep_ms=0")
		got, err := Run(cmd, nil)
		if got != want || err != nil {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	// One that would not end a program, or has been ignored from the beginning, does not end it.
	cmd := exec.Command("sh", "-c", `trap "" HUP; exec "$0"`, self)
	cmd.Env = append(os.Environ(), "CHILD_TEST_CODE=129", "CHILD_TEST_SIGNAL=1")
	if got, err := Run(cmd, nil); got != (Status{Code: 129}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	cmd = exec.Command(self)
	cmd.Env = append(os.Environ(), "CHILD_TEST_CODE=131", "CHILD_TEST_SIGNAL=3") // SIGQUIT
	if got, err := Run(cmd, nil); got != (Status{Code: 131}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
