package bounded

import (
	"io"
	"slices"
	"sync"
	"time"
)

const (
	patience   = time.Second
	maxPending = 1 << 20 // bytes
)

// Writer passes on to an [io.Writer] what is written to it, and waits no longer than a moment for whoever reads there: what
// is not read in time is written in the background, and dropped where it becomes too much. It is for words that nothing
// depends on.
type Writer struct {
	to io.Writer

	mu      sync.Mutex
	pending []byte
	drained chan struct{} // closed when nothing is pending any more; nil where nothing is
	slow    bool          // somebody has waited in vain since nothing was pending
}

// NewWriter returns a Writer that writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Write implements [io.Writer]. It does not fail.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	if len(w.pending)+len(p) <= maxPending {
		w.pending = append(w.pending, p...)
	}
	if w.drained == nil {
		w.drained = make(chan struct{})
		go w.drain()
	}
	drained, slow := w.drained, w.slow
	w.mu.Unlock()
	if slow {
		return len(p), nil
	}
	select {
	case <-drained:
	case <-time.After(patience):
		w.mu.Lock()
		w.slow = w.drained != nil
		w.mu.Unlock()
	}
	return len(p), nil
}

// Flush waits until everything is written, however long that takes.
func (w *Writer) Flush() {
	w.mu.Lock()
	drained := w.drained
	w.mu.Unlock()
	if drained != nil {
		<-drained
	}
}

func (w *Writer) drain() {
	for {
		w.mu.Lock()
		p := slices.Clone(w.pending)
		w.pending = w.pending[:0]
		if len(p) == 0 {
			close(w.drained)
			w.drained, w.slow = nil, false
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		_, _ = w.to.Write(p) // where nobody reads, nobody misses it
	}
}
