package architecture

import (
	"slices"
	"strings"
	"testing"
)

// forbidden must not be imported, not even by a dependency or a test. A path includes all that is below it.
var forbidden = map[string]string{
	"charm.land":                     "queries the terminal at every start",
	"github.com/99designs/keyring":   "takes 31 ms to initialise, where reading a stored token takes 4",
	"github.com/charmbracelet":       "queries the terminal at every start",
	"github.com/chromedp/chromedp":   "hangs on Debian's Chromium; the interop suite drives the browser through playwright-core",
	"github.com/go-rod/rod":          "hangs on Debian's Chromium; the interop suite drives the browser through playwright-core",
	"github.com/golang-jwt/jwt":      "is a second JOSE library, and a second set of checks to get wrong; go-jose v4 is here",
	"github.com/golang/mock":         "generates mocks that repeat the code they should test; testas and independent servers answer instead",
	"github.com/google/wire":         "hides the wiring that session.Session.source shows in one place",
	"github.com/schollz/progressbar": "is much code for one line on stderr",
	"github.com/spf13/viper":         "keeps global state, and does not say where a value came from",
	"github.com/stretchr/testify":    "is a second language for tests; the standard library and go-cmp are enough",
	"go.uber.org/fx":                 "hides the wiring that session.Session.source shows in one place",
	"go.uber.org/mock":               "generates mocks that repeat the code they should test; testas and independent servers answer instead",
}

// forbiddenInProgram may be in tests and tools, and not in the program.
var forbiddenInProgram = map[string]string{
	"expvar":                          "registers an HTTP handler at start that tells about the process",
	"github.com/google/go-cmp":        "is for tests",
	"github.com/rogpeppe/go-internal": "is for tests",
	"github.com/spf13/cobra/doc":      "brings writers of Markdown and man pages; a generator is a tool of its own",
	"go.uber.org/goleak":              "is for tests",
	"net/http/httptest":               "is for tests, and adds a flag to the command line",
	"net/http/pprof":                  "registers HTTP handlers at start that tell about the process",
	"testing":                         "is for tests, and adds flags to the command line",
}

// forbiddenInOurs may be in a dependency, and not in our own code.
var forbiddenInOurs = map[string]string{
	"math/rand":    "can be guessed; use crypto/rand even if that does not matter",
	"math/rand/v2": "can be guessed; use crypto/rand even if that does not matter",
}

// forbiddenBelowCmd may be in cmd/oauthget only.
var forbiddenBelowCmd = map[string]string{
	"github.com/spf13/cobra": "is the command line: other packages take an options struct",
	"github.com/spf13/pflag": "is the command line: other packages take an options struct",
}

// sockets are what config must not import, so that a command that fails in its profile has sent nothing. What of net it may use
// is a rule of rules_test.go.
var sockets = map[string]string{
	"crypto/tls":          "opens connections",
	"golang.org/x/oauth2": "sends requests",
	"net/http":            "sends requests",
	"net/rpc":             "opens connections",
	"net/smtp":            "opens connections",
}

// reason returns the entry of table for imported, or for a path above it.
func reason(table map[string]string, imported string) string {
	for p := imported; ; p = p[:strings.LastIndexByte(p, '/')] {
		if why := table[p]; why != "" {
			return why
		}
		if !strings.Contains(p, "/") {
			return ""
		}
	}
}

func TestReasonIsFoundForPathsBelow(t *testing.T) {
	for imported, want := range map[string]bool{
		"github.com/spf13/viper": true, "github.com/golang-jwt/jwt/v5": true, "charm.land/lipgloss/v2": true,
		"github.com/spf13/viperfish": false, "github.com/spf13": false, "fmt": false,
	} {
		if why := reason(forbidden, imported); (why != "") != want {
			t.Errorf("%s: reason %q, want one: %v", imported, why, want)
		}
	}
}

func TestSourcesImportNothingForbidden(t *testing.T) {
	for _, s := range sources(t) {
		tables := []map[string]string{forbidden}
		if !s.test() && !isTool(s.pkg()) {
			tables = append(tables, forbiddenInProgram, forbiddenInOurs)
		}
		if strings.HasPrefix(s.pkg(), "internal/") {
			tables = append(tables, forbiddenBelowCmd)
		}
		if !s.test() && s.pkg() == "internal/config" {
			tables = append(tables, sockets)
		}
		for i, imported := range s.imports() {
			for _, table := range tables {
				if why := reason(table, imported); why != "" {
					t.Errorf("%s: %s imports %s, which %s", s.at(s.file.Imports[i]), s.pkg(), imported, why)
				}
			}
		}
	}
}

func TestProgramLinksNothingForbidden(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		env := []string{"GOOS=" + system, "CGO_ENABLED=0"}
		for linked := range strings.FieldsSeq(goCommand(t, env, "list", "-e", "-deps", "./cmd/...", "./internal/...")) {
			for _, table := range []map[string]string{forbidden, forbiddenInProgram} {
				if why := reason(table, linked); why != "" {
					t.Errorf("the program for %s links %s, which %s; `go mod why %s` tells how it came in", system, linked, why, linked)
				}
			}
		}
	}
}

func TestProgramLinksNoPackageOfTests(t *testing.T) {
	linked := strings.Fields(goCommand(t, nil, "list", "-deps", "./cmd/oauthget"))
	for _, pkg := range append(testOnly, forTests...) {
		if slices.Contains(linked, module+"/"+pkg) {
			t.Errorf("the program links %s, which is for tests; `go mod why` tells how it came in", pkg)
		}
	}
	if !slices.Contains(linked, module+"/"+demoas) {
		t.Error("the program does not link the demo's server: this test looks for the wrong names")
	}
}
