package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oauthget/oauthget/internal/testpty"
)

// talk STATUS DIALOGUE COMMAND… runs a command on a terminal, where a person answers what is shown, and checks that it
// ends with one of the statuses, which commas separate. In the dialogue
//
//	< TEXT         waits until TEXT has been shown
//	> TEXT         types a line
//	^C, ^D         presses these keys
//	! TEXT         runs a shell command
//	keyring FAULT  as the command of that name
//	hang up        takes the terminal away
//
// $NAMES are replaced. What was shown is then in the file shown, what was printed in the file out.
func cmdTalk(ts *testscript.TestScript, neg bool, args []string) {
	person, program, err := testpty.Open()
	ts.Check(err)
	defer person.Close()
	defer program.Close()
	ts.Check(person.SetReadDeadline(time.Now().Add(30 * time.Second)))
	ts.Check(ts.Exec("env"))
	env := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, args[2], args[3:]...)
	if cmd.Path, err = exec.LookPath(args[2]); args[2] == "oauthget" {
		cmd.Path, err = os.Executable()
	}
	ts.Check(err)
	cmd.Dir, cmd.Env = ts.MkAbs("."), env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, &out, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	screen := &screen{from: person}
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = os.Expand(strings.TrimSuffix(line, "\n"), ts.Getenv)
		what, text, _ := strings.Cut(line, " ")
		switch {
		case what == "<" && !screen.await(text):
			cancel()
			_ = cmd.Wait()
			ts.Fatalf("%q is not shown in\n%s", text, screen.all)
		case what == ">":
			_, err = io.WriteString(person, text+"\n")
		case what == "^C":
			_, err = io.WriteString(person, "\x03")
		case what == "^D":
			_, err = io.WriteString(person, "\x04")
		case what == "!":
			err = ts.Exec("sh", "-c", text)
		case what == "keyring":
			cmdKeyring(ts, false, []string{text})
		case line == "hang up":
			ts.Check(program.Close())
			err = person.Close()
		}
		ts.Check(err)
	}
	_ = program.Close()
	screen.await("\x00") // to the end
	got := 0
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if got = exit.ExitCode(); got < 0 {
			got = 128 + int(exit.Sys().(syscall.WaitStatus).Signal())
		}
	} else {
		ts.Check(err)
	}
	ts.Logf("[shown]\n%s[out]\n%s", screen.all, out.String())
	ts.Check(os.WriteFile(ts.MkAbs("shown"), []byte(strings.ReplaceAll(screen.all, "\r\n", "\n")), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
	if !slices.Contains(strings.Split(args[0], ","), strconv.Itoa(got)) {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// screen is what a terminal shows.
type screen struct {
	from io.Reader
	all  string
	seen int // how much of it has been looked at
}

// await waits until text is shown behind what was seen before. It reports false if the terminal ends first.
func (s *screen) await(text string) bool {
	for buffer := make([]byte, 4096); ; {
		if i := strings.Index(s.all[s.seen:], text); i >= 0 {
			s.seen += i + len(text)
			return true
		}
		n, err := s.from.Read(buffer)
		if s.all += string(buffer[:n]); err != nil {
			return false
		}
	}
}
