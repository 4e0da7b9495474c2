package bounded

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadStopsAtItsLimit(t *testing.T) {
	for text, want := range map[string]string{"": "", "abc": "abc", "abcd": "abcd", "abcde": "abcd"} {
		data, err := Read(strings.NewReader(text), 4)
		if string(data) != want {
			t.Errorf("%q: %q", text, data)
		}
		if long, ok := errors.AsType[*TooLongError](err); ok != (len(text) > 4) || ok && long.Error() != "longer than 4 bytes" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read(iotest.ErrReader(io.ErrClosedPipe), 4); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

func TestReadContextEndsWithItsContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	why := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if data, err := ReadContext(ctx, r, 4); !errors.Is(err, why) || data != nil {
		t.Errorf("%q, %v", data, err)
	}
	if data, err := ReadContext(t.Context(), strings.NewReader("abc"), 4); err != nil || string(data) != "abc" {
		t.Errorf("%q, %v", data, err)
	}
}
