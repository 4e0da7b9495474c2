package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// outside is what a command may touch of the world around it.
type outside struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookupEnv      func(string) (string, bool)
	goos           string
	now            func() time.Time
}

func system() outside {
	return outside{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv, runtime.GOOS, time.Now}
}

func (o outside) getenv(name string) string {
	value, _ := o.lookupEnv(name)
	return value
}

// printJSON writes what --json asks for: indented, one document, a line break at its end, and with nothing in it that a
// terminal obeys.
func (o outside) printJSON(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := o.stdout.Write(untrusted.EscapeJSON(b.Bytes()))
	return err
}
