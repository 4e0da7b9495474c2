package term

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/testpty"
	"github.com/oauthget/oauthget/internal/token"
)

// TestMain runs the test binary as the program that asks, if a test started it for that.
func TestMain(m *testing.M) {
	if os.Getenv("TERM_TEST_ASKS") == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if os.Getenv("TERM_TEST_ASKS") == "line" {
		fmt.Println("ready")
		err := ReadLines(ctx, 8<<10, func(line string) bool {
			fmt.Printf("%d %.20q ", len(line), line)
			return line == "more"
		})
		fmt.Println(err)
		return
	}
	if os.Getenv("TERM_TEST_ASKS") == "question" {
		answer, err := Ask(ctx, "first line\nName: ", 8)
		fmt.Printf("%q %v\n", answer, err)
		return
	}
	secret, err := AskSecret(ctx, "Word\x1b[31m")
	switch {
	case errors.Is(err, ErrNoTerminal):
		fmt.Println("no terminal")
	case errors.Is(err, context.Canceled):
		fmt.Println("interrupted")
	case err != nil:
		fmt.Println(err)
	case secret.Equal(token.NewSecret("canary")):
		fmt.Println("understood")
	default:
		fmt.Println("misunderstood")
	}
}

func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, program, err := testpty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = person.Close(), program.Close() })
	return person, program
}

func asking(t *testing.T) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), "TERM_TEST_ASKS=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

func TestSecretIsReadFromTheTerminalWithoutShowingIt(t *testing.T) {
	for typed, want := range map[string]string{
		"canary\n":       "understood\n",
		"wrong\n":        "misunderstood\n",
		"x\x7fcanary\n":  "understood\n", // with a backspace
		"x\x15canary\n":  "understood\n", // with Ctrl-U
		"can\x04ary\n":   "understood\n", // with Ctrl-D
		"\x04canary\n":   "understood\n",
		"canary\nmore\n": "understood\n",
		"\x03":           "interrupted\n",
	} {
		person, program := terminal(t)
		before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		cmd := asking(t)
		var out strings.Builder
		cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &out, &out
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		shown := make([]byte, 0, 64)
		for !strings.HasSuffix(string(shown), ": ") {
			n, err := person.Read(shown[len(shown):cap(shown)])
			if err != nil {
				t.Fatal(err)
			}
			shown = shown[:len(shown)+n]
		}
		if strings.Contains(string(shown), "\x1b") {
			t.Errorf("the prompt's control characters reached the terminal: %q", shown)
		}
		if _, err := person.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		n, err := person.Read(shown[:cap(shown)])
		if err != nil {
			t.Fatal(err)
		}
		if strings.Trim(string(shown[:n]), "\r\n") != "" || out.String() != want {
			t.Errorf("%q: shown %q, result %q, want %q", typed, shown[:n], out.String(), want)
		}
		after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if *after != *before {
			t.Errorf("%q: the terminal was left otherwise than it was found", typed)
		}
	}
}

func TestAnswerIsShownAndItsLineEnds(t *testing.T) {
	for typed, want := range map[string]struct{ result, shown string }{
		"ada\n":           {`"ada" <nil>`, "ada\r\n"},
		"\n":              {`"" <nil>`, "\r\n"},
		"one\ntwo\n":      {`"one" <nil>`, "one\r\n"},
		"longer than 8\n": {`"longer t" <nil>`, "longer than 8\r\n"},
		"\x04":            {`"" EOF`, "\r\n"},
		"\x03":            {`"" interrupt signal received`, "^C\r\n"},
	} {
		person, program := terminal(t)
		cmd := asking(t)
		cmd.Env = append(cmd.Env, "TERM_TEST_ASKS=question")
		var out strings.Builder
		cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &out, &out
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		shown := ""
		until := func(end string) {
			for buffer := make([]byte, 256); !strings.HasSuffix(shown, end); {
				n, err := person.Read(buffer)
				if err != nil {
					t.Fatalf("%q: %v after %q", typed, err, shown)
				}
				shown += string(buffer[:n])
			}
		}
		until("first line\r\nName: ")
		if _, err := person.WriteString(typed); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		until("\n")
		if got := strings.TrimSpace(out.String()); got != want.result || !strings.HasPrefix(shown, "first line\r\nName: "+want.shown) {
			t.Errorf("%q: shown %q, result %s, want %+v", typed, shown, got, want)
		}
	}
}

func TestMissingTerminalIsAnError(t *testing.T) {
	cmd := asking(t)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "no terminal\n" {
		t.Errorf("%q, %v", out, err)
	}
}
