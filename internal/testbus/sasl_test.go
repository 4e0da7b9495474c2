package testbus

import (
	"bufio"
	"strings"
	"testing"
)

func TestAuthentication(t *testing.T) {
	for _, tt := range []struct {
		name, client, server string
		left                 string // what follows, or "error"
	}{
		{"no nul byte", "AUTH\r\n", "", "error"},
		{"begin before ok", "\x00BEGIN\r\n", "", "error"},
		{"end in the middle", "\x00AUTH EXTERNAL 30\r\n", "OK id\r\n", "error"},
		{"endless line", "\x00" + strings.Repeat("A", 1<<16), "", "error"},
		{"unknown command", "\x00\r\nHELP\r\nBEGIN\r\n", "ERROR\r\nERROR\r\n", "error"},
		{"unknown mechanism", "\x00AUTH ANONYMOUS\r\nBEGIN\r\n", "REJECTED EXTERNAL\r\n", "error"},
		{
			"godbus", "\x00AUTH\r\nAUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\nmessage",
			"REJECTED EXTERNAL\r\nOK id\r\nERROR\r\n", "message",
		},
		{"sd-bus", "\x00AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n", "DATA\r\nOK id\r\nERROR\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := bufio.NewReader(strings.NewReader(tt.client))
			var said strings.Builder
			err := authenticate(r, &said, "id")
			left, _ := r.Peek(r.Buffered())
			if got := string(left); (err != nil) != (tt.left == "error") || err == nil && got != tt.left {
				t.Errorf("left %q, error %v, want %q", got, err, tt.left)
			}
			if said.String() != tt.server {
				t.Errorf("said %q, want %q", said.String(), tt.server)
			}
		})
	}
}
