//go:build interop && linux

package interop

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startLimit = 30 * time.Second // for a server to say it is ready, on a busy machine
	stopLimit  = 5 * time.Second  // for a process to go once it was told to
)

// process is a process beside a test. It ends with the test, and with the test binary if that is killed.
type process struct {
	cmd    *exec.Cmd
	lines  <-chan string // of its stdout; closed at its end
	stderr *lockedBuffer
}

// start runs cmd until the test ends. Its stdin stays open until then, unless input is given.
func start(t *testing.T, cmd *exec.Cmd, input string) *process {
	t.Helper()
	need(t, cmd.Path)
	p := &process{cmd: cmd, stderr: &lockedBuffer{}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = p.stderr
	cmd.WaitDelay = stopLimit
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.lines = readLines(stdout)
	t.Cleanup(func() { p.stop(stdin) })
	if input != "" {
		io.WriteString(stdin, input)
		stdin.Close()
	}
	return p
}

// stop ends the process with SIGTERM first, since a killed Chromium or daemon would leave files behind.
func (p *process) stop(stdin io.Closer) {
	stdin.Close()
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	timer := time.AfterFunc(stopLimit, func() { p.signal(syscall.SIGKILL) })
	defer timer.Stop()
	for range p.lines {
	}
	p.cmd.Wait() //nolint:errcheck // its status does not matter
	p.signal(syscall.SIGKILL)
}

// signal sends a signal to the process group.
func (p *process) signal(sig syscall.Signal) { syscall.Kill(-p.cmd.Process.Pid, sig) }

// firstLine waits for the line that says that a server is ready.
func (p *process) firstLine(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-p.lines:
		if ok {
			return line
		}
		p.cmd.Wait() // so that all of stderr has been copied
		t.Fatalf("%s ended before it was ready: %s", p.cmd.Path, p.stderr)
	case <-time.After(startLimit):
		t.Fatalf("%s not ready after %v: %s", p.cmd.Path, startLimit, p.stderr)
	}
	return ""
}

// readLines does not block the writer: its buffer is larger than the log of any test.
func readLines(r io.Reader) <-chan string {
	lines := make(chan string, 4096)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(r)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// lockedBuffer may be read while the process still writes.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// survivors returns the processes with the variable in their environment, as "PID NAME". It finds daemons that have left their
// process group and session too, as those of dbus-launch do.
func survivors(variable string) map[int]string {
	found := map[int]string{}
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		// A process may have ended, or belong to another user.
		environ, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(append(environ, 0), append([]byte(variable), 0)) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		found[pid] = strings.ReplaceAll(strings.TrimRight(string(cmdline), "\x00"), "\x00", " ")
	}
	return found
}

// expectNobody fails the test if a process of it is still alive, and ends the process.
func expectNobody(t *testing.T, variable string) {
	left := survivors(variable)
	for deadline := time.Now().Add(stopLimit); len(left) > 0 && time.Now().Before(deadline); left = survivors(variable) {
		time.Sleep(20 * time.Millisecond)
	}
	for pid, name := range left {
		t.Errorf("left behind: process %d: %.200s", pid, name)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Error(err)
		}
	}
}
