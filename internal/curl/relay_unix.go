//go:build unix

package curl

import (
	"errors"
	"io"
	"net/http"
	"os"

	"golang.org/x/sys/unix"
)

// The streams of curl.
const (
	fromHeaders = iota
	fromStdout
	fromStderr
)

const (
	chunk   = 32 << 10 // bytes read at once
	maxHeld = 64 << 10 // bytes of an answer held back until its headers are known
)

// relay passes on curl's output, and holds back the answer until its status is known. curl writes the headers first, so all headers
// written before a piece of output can be read before it is passed on. One thread is enough, and there is no race.
type relay struct {
	from    [3]*os.File
	to      [3]io.Writer
	polled  []unix.PollFd
	headers headers
	refused func(int, http.Header) bool

	held       []byte // of stdout
	decided    bool
	thrownAway bool
}

// pipes creates the pipes and returns curl's ends.
func (r *relay) pipes() (ends [3]*os.File, err error) {
	for i := range r.from {
		if r.from[i], ends[i], err = os.Pipe(); err != nil {
			closeAll(ends)
			return ends, err
		}
		r.polled = append(r.polled, unix.PollFd{Fd: int32(r.from[i].Fd()), Events: unix.POLLIN})
	}
	return ends, nil
}

func (r *relay) close() { closeAll(r.from) }

// run returns when curl has closed all pipes, or when the answer is discarded.
func (r *relay) run() {
	for r.reading() && !r.thrownAway {
		if _, err := unix.Poll(r.polled, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return // it does not fail for three open descriptors
		}
		for _, i := range []int{fromStdout, fromStderr, fromHeaders} {
			if r.polled[i].Revents != 0 && !r.thrownAway {
				r.pass(i)
			}
		}
	}
	if !r.thrownAway {
		r.letGo()
	}
}

func (r *relay) reading() bool {
	for _, p := range r.polled {
		if p.Fd >= 0 {
			return true
		}
	}
	return false
}

// pass reads one piece. The headers written before it are read first.
func (r *relay) pass(i int) {
	piece := r.read(i)
	if i == fromHeaders {
		r.learn(piece)
		return
	}
	head := r.polled[fromHeaders : fromHeaders+1]
	for head[0].Fd >= 0 {
		if n, _ := unix.Poll(head, 0); n <= 0 {
			break
		}
		r.learn(r.read(fromHeaders))
	}
	head[0].Revents = 0
	r.write(i, piece)
}

func (r *relay) read(i int) []byte {
	piece := make([]byte, chunk)
	n, err := r.from[i].Read(piece)
	if n == 0 && err != nil {
		r.polled[i].Fd = -1 // poll ignores it
	}
	return piece[:n]
}

func (r *relay) learn(piece []byte) {
	r.headers.feed(piece)
	switch {
	case r.decided || r.headers.status == 0:
	case (r.headers.status == http.StatusUnauthorized || r.headers.status == http.StatusForbidden) && !r.headers.strayed && r.refused(r.headers.status, r.headers.fields):
		r.decided, r.thrownAway = true, true
	default:
		r.letGo()
	}
}

func (r *relay) write(i int, piece []byte) {
	switch {
	case r.thrownAway:
	case i == fromStdout && !r.decided:
		if r.held = append(r.held, piece...); len(r.held) > maxHeld {
			r.letGo()
		}
	default:
		r.passOn(i, piece)
	}
}

func (r *relay) letGo() {
	r.decided = true
	if len(r.held) > 0 {
		r.passOn(fromStdout, r.held)
		r.held = nil
	}
}

// passOn writes one piece. If the reader of our stdout has gone, curl finds its own stdout closed, and ends as it does then.
func (r *relay) passOn(i int, piece []byte) {
	if _, err := r.to[i].Write(piece); err != nil && i == fromStdout {
		r.polled[i].Fd = -1
		r.from[i].Close()
	}
}
