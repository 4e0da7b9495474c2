package term

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// shellOn is an interactive shell on a terminal, and the person in front of it.
type shellOn struct {
	t               *testing.T
	person, program *os.File
	mu              sync.Mutex
	shown           strings.Builder
}

// newShell starts the shell called name, in which $ASK runs the program that asks.
func newShell(t *testing.T, name string) *shellOn {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("NOT TESTED: " + name + " is not installed")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &shellOn{t: t}
	s.person, s.program = terminal(t)
	args := map[string][]string{"dash": {"-i"}, "bash": {"--norc", "--noprofile", "-i"}}
	cmd := exec.CommandContext(t.Context(), path, args[name]...)
	cmd.Env = []string{"PS1=prompt> ", "PATH=/usr/bin:/bin", "ASK=" + self, "GORACE=atexit_sleep_ms=0", "HOME=/nowhere", "TERM=dumb"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.program, s.program, s.program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	go func() {
		for buffer := make([]byte, 1024); ; {
			n, err := s.person.Read(buffer)
			s.mu.Lock()
			s.shown.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	s.see("prompt> ")
	return s
}

// types is what the person does; what the terminal shows from then on is seen next.
func (s *shellOn) types(text string) {
	s.t.Helper()
	s.mu.Lock()
	s.shown.Reset()
	s.mu.Unlock()
	if _, err := s.person.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// see waits until the terminal shows text.
func (s *shellOn) see(text string) {
	s.t.Helper()
	s.await("the terminal does not show "+text, func() bool { return strings.Contains(s.all(), text) })
}

func (s *shellOn) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

func (s *shellOn) await(failure string, condition func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return
		}
	}
	s.t.Fatalf("%s:\n%q", failure, s.all())
}

// modes waits until the terminal echoes what is typed, or does not.
func (s *shellOn) modes(echo bool) {
	s.t.Helper()
	s.await("the terminal's echo is wrong", func() bool {
		now, err := unix.IoctlGetTermios(int(s.program.Fd()), unix.TCGETS)
		return err == nil && (now.Lflag&unix.ECHO != 0) == echo
	})
}

// dash restores nothing by itself; bash restores what it had.
func eachShell(t *testing.T, test func(*testing.T, *shellOn)) {
	for _, name := range []string{"dash", "bash"} {
		t.Run(name, func(t *testing.T) { test(t, newShell(t, name)) })
	}
}

func TestTerminalIsGivenBackAndTakenAgain(t *testing.T) {
	eachShell(t, func(t *testing.T, s *shellOn) {
		s.types("TERM_TEST_ASKS=line $ASK\n")
		s.see("ready")
		s.modes(false)
		for range 2 {
			s.types("half\x1a")
			s.see("prompt> ")
			if strings.Contains(s.all(), "half") {
				t.Errorf("what was pasted is shown: %q", s.all())
			}
			if strings.HasSuffix(t.Name(), "dash") { // bash edits lines itself
				s.modes(true)
			}
			s.types("fg\n")
			s.see("ASK")
			s.modes(false)
		}
		s.types("whole\n")
		s.see(`5 "whole" <nil>`)
		s.see("prompt> ")
	})
}

func TestReaderInTheBackgroundTouchesNothing(t *testing.T) {
	eachShell(t, func(t *testing.T, s *shellOn) {
		s.types("TERM_TEST_ASKS=line $ASK\n")
		s.see("ready")
		s.modes(false)
		s.types("\x1a")
		s.see("prompt> ")
		s.types("bg\n")
		s.see("prompt> ")
		// The end of the wait, as by a login that the browser finished.
		s.types("kill -INT %1; wait %1; echo it said $?\n")
		s.see("interrupt signal received")
		s.see("it said 0")
	})
}

func TestReaderComesToTheForeground(t *testing.T) {
	eachShell(t, func(t *testing.T, s *shellOn) {
		s.types("TERM_TEST_ASKS=line $ASK &\n")
		s.see("ready")
		s.types("echo still here\n")
		s.see("\nstill here")
		s.types("fg\n")
		s.see("ASK")
		s.modes(false)
		s.types("whole\n")
		s.see(`5 "whole" <nil>`)
	})
}

func TestQuestionIsAskedAgain(t *testing.T) {
	eachShell(t, func(t *testing.T, s *shellOn) {
		s.types("TERM_TEST_ASKS=1 $ASK\n")
		s.see("Word")
		s.modes(false)
		s.types("wrong\x1a")
		s.see("prompt> ")
		s.types("bg\n") // where it stops again, as everything that asks does
		s.see("prompt> ")
		s.await("it does not stop in the background", func() bool {
			s.types("jobs\n")
			s.see("prompt> ")
			return strings.Contains(s.all(), "topped")
		})
		s.types("fg\n")
		s.see("Word")
		s.modes(false)
		s.types("canary\n")
		s.see("understood")
		s.see("prompt> ")
		if strings.Contains(s.all(), "canary") {
			t.Errorf("the answer is shown: %q", s.all())
		}
	})
}
