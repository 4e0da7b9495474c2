package curl

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/windows"
)

// canWatch is false: there is no /dev/fd for curl to write its headers to.
const canWatch = false

func (a Attempt) watched() (Result, error) { panic("unreachable: canWatch is false") }

// passConfig makes curl read the config from a named pipe that this user alone may open, once. So the token is in no file,
// which a program that is killed would leave behind.
func (a Attempt) passConfig(cmd *exec.Cmd, text string) (meanwhile func(*os.Process), done func(), err error) {
	name := `\\.\pipe\oauthget-curl-` + rand.Text()
	pipe, err := namedPipe(name)
	if err != nil {
		return nil, nil, fmt.Errorf("pass a pipe on to curl: %w", err)
	}
	cmd.Args = append(cmd.Args, a.configured(name)...)
	var ended atomic.Bool
	written := make(chan struct{})
	return func(*os.Process) {
			go func() {
				defer close(written)
				// It returns at once, with an error that says so, if curl has been faster.
				if err := windows.ConnectNamedPipe(windows.Handle(pipe.Fd()), nil); (err == nil || err == windows.ERROR_PIPE_CONNECTED) && !ended.Load() {
					_, _ = io.WriteString(pipe, text)                       // it fails if curl has ended, and curl has said why
					_ = windows.FlushFileBuffers(windows.Handle(pipe.Fd())) // what has not been read would be lost
				}
				pipe.Close()
			}()
		}, func() {
			ended.Store(true)
			if cmd.Process == nil {
				pipe.Close()
				return
			}
			// A curl that has not read its config has ended; the pipe still waits for a reader.
			if reader, err := os.Open(name); err == nil {
				reader.Close()
			}
			<-written
		}, nil
}

// namedPipe returns the end of a new pipe that is written to. Its other end can be opened once, by this user on this machine.
func namedPipe(name string) (*os.File, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	// Protected, so that nothing is inherited: all access to the user, and none to others.
	descriptor, err := windows.SecurityDescriptorFromString("D:P(A;;GA;;;" + user.User.Sid.String() + ")")
	if err != nil {
		return nil, err
	}
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	const one, buffer = 1, 4096
	pipe, err := windows.CreateNamedPipe(path, windows.PIPE_ACCESS_OUTBOUND|windows.FILE_FLAG_FIRST_PIPE_INSTANCE,
		windows.PIPE_TYPE_BYTE|windows.PIPE_WAIT|windows.PIPE_REJECT_REMOTE_CLIENTS, one, buffer, buffer, 0,
		&windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: descriptor})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(pipe), name), nil
}
