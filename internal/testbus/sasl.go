package testbus

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// authenticate accepts every client, by the D-Bus Specification, "Authentication Protocol". It reads r up to BEGIN.
func authenticate(r *bufio.Reader, w io.Writer, guid string) error {
	// "Immediately after connecting to the server, the client must send a single nul byte."
	nul, err := r.ReadByte()
	if err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	if nul != 0 {
		return errors.New("authenticate: no nul byte first")
	}
	known := false
	for {
		line, err := r.ReadSlice('\n') // fails on a line longer than the buffer
		if err != nil {
			return fmt.Errorf("authenticate: %w", err)
		}
		command := strings.Fields(string(line))
		if len(command) == 1 && command[0] == "BEGIN" {
			if !known {
				return errors.New("authenticate: BEGIN before OK")
			}
			return nil
		}
		reply, ok := saslReply(command, guid)
		known = known || ok
		if _, err := io.WriteString(w, reply+"\r\n"); err != nil {
			return fmt.Errorf("authenticate: %w", err)
		}
	}
}

// saslReply returns the answer to a command, and whether it accepts the client.
func saslReply(command []string, guid string) (reply string, known bool) {
	verb, args := "", command
	if len(command) > 0 {
		verb, args = command[0], command[1:]
	}
	switch {
	case verb == "AUTH" && len(args) == 2 && args[0] == "EXTERNAL", verb == "DATA":
		return "OK " + guid, true
	case verb == "AUTH" && len(args) == 1 && args[0] == "EXTERNAL": // sd-bus sends its identity with DATA
		return "DATA", false
	case verb == "AUTH", verb == "CANCEL", verb == "ERROR":
		return "REJECTED EXTERNAL", false
	default: // NEGOTIATE_UNIX_FD too: no secret is sent by file descriptor
		return "ERROR", false
	}
}
