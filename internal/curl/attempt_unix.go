//go:build unix

package curl

import (
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"github.com/oauthget/oauthget/internal/child"
)

const canWatch = true

// passConfig makes curl read the config from a pipe that it inherits. meanwhile writes to it once curl runs: a config may be longer
// than a pipe holds.
func (a Attempt) passConfig(cmd *exec.Cmd, text string) (meanwhile func(*os.Process), done func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	done = func() { r.Close(); w.Close() }
	name, err := inherit(r)
	if err != nil {
		done()
		return nil, nil, err
	}
	cmd.Args = append(cmd.Args, a.configured(name)...)
	return func(*os.Process) {
		r.Close()
		go func() {
			_, _ = io.WriteString(w, text) // it fails if curl has ended, and curl has said why
			w.Close()
		}()
	}, done, nil
}

// inherit passes f to the next program, by the number that it has here, and returns its name there. exec.Cmd.ExtraFiles would
// give it number 3, which the user may already use: curl work -d @/dev/fd/3.
func inherit(f *os.File) (name string, err error) {
	fd := f.Fd()
	if _, err := unix.FcntlInt(fd, unix.F_SETFD, 0); err != nil {
		return "", fmt.Errorf("pass a pipe on to curl: %w", err)
	}
	return fmt.Sprintf("/dev/fd/%d", fd), nil
}

// watched runs curl, and passes on its streams and the headers of its answers itself.
func (a Attempt) watched() (Result, error) {
	targets, err := a.Command.Targets() // one, since the command is repeatable
	if err != nil {
		return Result{}, err
	}
	var r relay
	ends, err := r.pipes()
	defer r.close()
	if err != nil {
		return Result{}, err
	}
	defer closeAll(ends)
	headers, err := inherit(ends[fromHeaders])
	if err != nil {
		return Result{}, err
	}
	cmd := a.cmd()
	pass, done, err := a.passConfig(cmd, a.Command.guard()+a.Header+a.watchedConfig(headers))
	if err != nil {
		return Result{}, err
	}
	defer done()
	cmd.Stdout, cmd.Stderr = ends[fromStdout], ends[fromStderr]
	r.to = [3]io.Writer{fromStdout: a.Stdout, fromStderr: a.Stderr}
	r.headers.follows, r.refused = a.Command.follows(), a.Refused
	r.headers.from = targets[0]
	status, err := child.Run(cmd, func(p *os.Process) {
		pass(p)
		closeAll(ends)
		if r.run(); r.thrownAway {
			_ = p.Kill() // the rest of its output would not be shown
		}
	})
	return Result{status, r.thrownAway}, err
}

// watchedConfig makes curl write the headers to a pipe, and otherwise behave as if its output still went where ours goes.
func (a Attempt) watchedConfig(headers string) string {
	text := "dump-header = \"" + headers + "\"\nno-buffer\n"
	if !a.Command.showsHeaders() {
		text += "suppress-connect-headers\n" // a proxy's headers would be taken for the answer's
	}
	if a.Terminal && !a.Command.has("output", "remote-name", "remote-name-all") {
		text += "no-progress-meter\n" // it would be mixed with the answer
	}
	return text
}

func closeAll(files [3]*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// follows reports whether curl follows redirects.
func (c Command) follows() bool { return c.has("location", "follow") }

// showsHeaders reports whether curl writes the headers of a response to stdout, before its body.
func (c Command) showsHeaders() bool { return c.has("include", "show-headers", "head") }
