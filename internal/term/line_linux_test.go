package term

import (
	"bufio"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestLineOfAnyLengthIsReadAndTheTerminalRestored(t *testing.T) {
	long := strings.Repeat("x", 6000) // more than a terminal keeps of a line
	for typed, want := range map[string]string{
		"http://127.0.0.1/?code=c\n": `24 "http://127.0.0.1/?co" <nil>`,
		long + "\n":                  `6000 "xxxxxxxxxxxxxxxxxxxx" <nil>`,
		"\n":                         `0 "" <nil>`,
		"abé\x7f\x7fc\x1b\n":         `2 "ac" <nil>`,
		"ab\x03":                     `interrupt signal received`,
		"more\nab\nc":                `4 "more" 2 "ab" <nil>`,
		"\x04":                       `0 "" <nil>`,
	} {
		person, program := terminal(t)
		before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		cmd := asking(t)
		cmd.Env = append(cmd.Env, "TERM_TEST_ASKS=line")
		cmd.Stdin = program
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan()
		awaitChange(t, program, before)
		go func() { // a terminal accepts little at a time
			_, _ = person.WriteString(typed)
		}()
		go func() { // the echo must be read
			for buffer := make([]byte, 1024); ; {
				if _, err := person.Read(buffer); err != nil {
					return
				}
			}
		}()
		lines.Scan()
		if err := cmd.Wait(); err != nil || lines.Text() != want {
			t.Errorf("%.20q: %s, %v; want %s", typed, lines.Text(), err, want)
		}
		after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if *after != *before {
			t.Errorf("%.20q: the terminal was left otherwise than it was found", typed)
		}
	}
}

// awaitChange waits until the program has changed the terminal.
func awaitChange(t *testing.T, tty *os.File, before *unix.Termios) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if now, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil || *now != *before {
			return
		}
	}
	t.Fatal("the terminal is never made ready")
}

func TestLineIsNotReadFromTheBackground(t *testing.T) {
	_, program := terminal(t)
	cmd := asking(t)
	cmd.Env = append(cmd.Env, "TERM_TEST_ASKS=line")
	cmd.Stdin = program
	var out strings.Builder
	cmd.Stdout = &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a terminal on stdin, and no controlling one
	if err := cmd.Run(); err != nil || !strings.Contains(out.String(), ErrNoTerminal.Error()) {
		t.Errorf("%s, %v", out.String(), err)
	}
}
