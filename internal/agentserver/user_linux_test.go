package agentserver

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/socket"
)

const nobody = 65534

// asNobody calls do on a thread that acts as another user. Only root can: do is not called for others.
func asNobody(t *testing.T, do func()) (done bool) {
	t.Helper()
	if os.Getuid() != 0 {
		return false
	}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if _, _, errno := syscall.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), nobody, ^uintptr(0)); errno != 0 {
			t.Errorf("act as another user: %v", errno)
			return
		}
		do()
	}()
	<-finished
	return true
}

// reachable opens a folder and a socket to everybody, as a person might do by mistake.
func reachable(t *testing.T, path string) {
	t.Helper()
	for dir := filepath.Dir(path); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionOfAnotherUserIsClosed(t *testing.T) {
	w := start(t, nil)
	w.mustAsk(t, "work")
	reachable(t, w.socket)
	acted := asNobody(t, func() {
		fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Error(err)
			return
		}
		conn := os.NewFile(uintptr(fd), "connection")
		defer conn.Close()
		if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: w.socket}); err != nil {
			t.Errorf("another user cannot connect, so nothing is tested: %v", err)
			return
		}
		_, _ = io.WriteString(conn, request("GET", agent.PathStatus, ""))
		if answer, err := io.ReadAll(conn); len(answer) > 0 {
			t.Errorf("another user is answered %q, %v", answer, err)
		}
	})
	if !acted {
		t.Log("only root can act as two users: package peer tests how they are told apart")
	}
	w.mustAsk(t, "work")
}

func TestSocketOfAnotherUserIsNotAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "s")
	listener, err := socket.Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	reachable(t, path)
	if os.Getuid() != 0 { // only root can give a file away
		t.Log("only root can make a socket of another user")
		return
	}
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		if _, direct := socket.Dial(t.Context(), path); !errors.Is(direct, socket.ErrForeign) {
			t.Errorf("dialled: %v", direct)
		}
	})
}
