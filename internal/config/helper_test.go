package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// written puts text into a profile file that only its owner may read.
func written(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// resolved loads text and resolves a profile of it.
func resolved(t testing.TB, text string, in Input) (Profile, Origins, error) {
	t.Helper()
	f, err := Load(t.Context(), written(t, text))
	if err != nil {
		return Profile{}, nil, err
	}
	in.File = f
	return Resolve(in)
}

// environment is a stand-in for os.LookupEnv.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// message is an error with the file's directory cut off, and its hint in a second line.
func message(err error) string {
	if err == nil {
		return "no error"
	}
	var e *Error
	if !errors.As(err, &e) {
		return "not a config.Error: " + err.Error()
	}
	text := e.Error()
	if e.Path != "" {
		dir := filepath.Dir(e.Path)
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
		if h := strings.ReplaceAll(e.Hint(), dir+string(filepath.Separator), ""); h != "" {
			text += "\n" + h
		}
		return text
	}
	if h := e.Hint(); h != "" {
		text += "\n" + h
	}
	return text
}
