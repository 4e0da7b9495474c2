//go:build !windows

package term

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// stops has readers give the terminal back before Ctrl-Z stops the program.
type stops struct {
	mu      sync.Mutex
	readers map[*reader]bool
}

// theStops handles SIGTSTP from its first call on, and for good: the runtime cannot restore its default, which is to stop.
var theStops = sync.OnceValue(func() *stops {
	s := &stops{readers: map[*reader]bool{}}
	signals := make(chan os.Signal, 2)
	for _, sig := range []os.Signal{syscall.SIGTSTP, syscall.SIGCONT} {
		if !signal.Ignored(sig) {
			signal.Notify(signals, sig)
		}
	}
	go func() {
		for sig := range signals {
			if sig == syscall.SIGCONT {
				s.each((*reader).resume)
				continue
			}
			s.each((*reader).pause)
			_ = syscall.Kill(os.Getpid(), syscall.SIGTTOU) // which stops as well
		}
	}()
	return s
})

func (s *stops) add(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readers[r] = true
}

func (s *stops) remove(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, r)
}

func (s *stops) each(do func(*reader)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.readers {
		do(r)
	}
}
