package architecture

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// floors is the house. A package imports only from lower floors, so that each can be read, tested and changed knowing
// nothing but what is below it. A new package takes a floor here.
//
// Every package may use the ones below 0: what a secret is, how a server's text is shown, and small things that several
// need.
var floors = map[string]int{
	"cmd/oauthget": 6,

	"internal/account": 5,
	"internal/remedy":  5,

	"internal/session": 4,

	"internal/demo":        3,
	"internal/tokensource": 3,

	"internal/curl":   2,
	"internal/doctor": 2,
	"internal/flow":   2,

	"internal/config":      1,
	"internal/discovery":   1,
	"internal/endpoint":    1,
	"internal/walkthrough": 1,
	"internal/idtoken":     1,
	"internal/output":      1,
	"internal/proxy":       1,
	"internal/store":       1,

	"internal/browser":    0,
	"internal/child":      0,
	"internal/clientauth": 0,
	"internal/credential": 0,
	"internal/dpop":       0,
	"internal/loopback":   0,
	"internal/term":       0,
	"internal/tomlfile":   0,
	"internal/trace":      0,

	"internal/confidential": -1,
	"internal/hint":         -1,
	"internal/peer":         -1,
	"internal/resend":       -1,
	"internal/shell":        -1,
	"internal/signing":      -1,
	"internal/token":        -1,
	"internal/untrusted":    -1,
	"internal/userdir":      -1,

	"internal/ascii":     -2,
	"internal/bounded":   -2,
	"internal/origin":    -2,
	"internal/ownership": -2,
}

// demoas, the server of the demo, and the packages for tests stand beside the floors: the client talks to them and must not
// need them.
const (
	demoas       = "internal/demoas"
	registration = "internal/demoas/registration"
	testas       = "internal/demoas/testas"
	testbus      = "internal/testbus"
	testpty      = "internal/testpty"
)

// forTests are the packages that only tests import, and testas the benchmark too.
var forTests = []string{registration, testas, testbus, testpty}

// testOnly are the packages of which no program consists.
var testOnly = []string{"internal/architecture", "internal/interop"}

// strangers may not know each other although their floors would allow it.
var strangers = []struct{ importer, imported, reason string }{
	{
		"internal/flow", "internal/store",
		"obtaining a token and keeping it change for different reasons; tokensource is where they meet",
	},
	{
		"internal/session", "internal/term",
		"what a person is told or asked goes through session.Console, so that a session needs no terminal",
	},
}

// trespass tells what is wrong with an import between two packages of the module; empty where nothing is.
func trespass(importer, imported string, test bool) string {
	servers := []string{demoas, registration, testas}
	switch {
	case slices.Contains(servers, importer) && slices.Contains(servers, imported) && importer != demoas:
		return ""
	case slices.Contains(forTests, imported) && !test && !(imported == testas && isTool(importer)):
		return "only tests import it: the program talks to real servers, and to the session's own bus and terminal"
	case slices.Contains(forTests, imported):
		return ""
	case imported == demoas && (test || isTool(importer) || importer == "internal/demo"):
		return ""
	case imported == demoas:
		return "only internal/demo and tests import demoas: the client must not need the server it is tested against"
	case (slices.Contains(servers, importer) || importer == testbus) && !test:
		return "a server that shares the client's code repeats its mistakes: it imports nothing of the client"
	case imported == "cmd/oauthget" || isTool(imported) || slices.Contains(testOnly, imported):
		return "nobody imports a program or a package of tests"
	case test || isTool(importer): // a test may bring together what its package keeps apart
		return ""
	}
	for _, s := range strangers {
		if s.importer == importer && s.imported == imported {
			return s.reason
		}
	}
	from, known := floors[importer]
	to, alsoKnown := floors[imported]
	if known && alsoKnown && to >= from {
		return fmt.Sprintf("imports only go down, and %s is on floor %d, %s on floor %d", importer, from, imported, to)
	}
	return ""
}

// isTool tells the programs that build, test and measure the house and are no part of it.
func isTool(pkg string) bool {
	return strings.HasPrefix(pkg, "scripts/") || pkg == "bench" || strings.HasPrefix(pkg, "bench/")
}

func TestImportsOnlyGoDown(t *testing.T) {
	for _, s := range house(t) {
		for i, imported := range s.imports() {
			if !ours(imported) {
				continue
			}
			if why := trespass(s.pkg(), imported, s.test()); why != "" {
				t.Errorf("%s: imports %s: %s", s.at(s.file.Imports[i]), imported, why)
			}
		}
	}
}

func ours(imported string) bool {
	return strings.HasPrefix(imported, "internal/") && !strings.Contains(imported, ".") ||
		strings.HasPrefix(imported, "cmd/oauthget") || isTool(imported)
}

func TestTrespassersAreFound(t *testing.T) {
	for _, c := range []struct {
		importer, imported string
		test, allowed      bool
	}{
		{"cmd/oauthget", "internal/tokensource", false, true},
		{"internal/demo", demoas, false, true},
		{"cmd/oauthget", demoas, false, false},
		{"internal/flow", "internal/endpoint", false, true},
		{"internal/trace", "internal/token", false, true},
		{"internal/flow", demoas, true, true},
		{"internal/flow", demoas, false, false},
		{"internal/flow", "internal/tokensource", false, false},
		{"internal/flow", "internal/store", false, false},
		{"internal/session", "internal/term", false, false},
		{"internal/session", "internal/term", true, true},
		{"internal/store", "internal/flow", false, false},
		{"internal/store", "internal/endpoint", false, false},
		{"internal/loopback", "internal/browser", false, false},
		{"internal/token", "internal/untrusted", false, false},
		{demoas, "internal/token", false, false},
		{demoas, testas, false, false},
		{testas, demoas, false, true},
		{testas, registration, false, true},
		{testas, "internal/token", false, false},
		{"internal/demo", testas, false, false},
		{"internal/demo", registration, false, false},
		{"internal/flow", testas, true, true},
		{"bench", testas, false, true},
		{"bench", testbus, false, false},
		{"internal/flow", testbus, false, false},
		{"internal/flow", "internal/interop", false, false},
		{"internal/flow", "scripts/testcount", false, false},
	} {
		if why := trespass(c.importer, c.imported, c.test); (why == "") != c.allowed {
			t.Errorf("%s imports %s (test: %v): allowed is %v, want %v", c.importer, c.imported, c.test, why == "", c.allowed)
		}
	}
}

func TestEveryPackageHasAFloor(t *testing.T) {
	for _, pkg := range slices.Sorted(maps.Keys(packages(t))) {
		_, known := floors[pkg]
		if !known && pkg != demoas && !slices.Contains(forTests, pkg) && !isTool(pkg) && !slices.Contains(testOnly, pkg) {
			t.Errorf("%s: has no floor: give it one in the table of internal/architecture/floors_test.go, and tell why in docs/internals/design.md", pkg)
		}
	}
}

func TestPackagesOfTestsHoldNothingElse(t *testing.T) {
	for _, s := range house(t) {
		if slices.Contains(testOnly, s.pkg()) && !s.test() && len(s.file.Decls) > 0 { // a package comment may stand alone
			t.Errorf("%s: %s consists of tests alone: what they need from a program belongs to its package", s.path, s.pkg())
		}
	}
}

// namesOfNothing say where things were put and not what they are: such a package grows without end.
var namesOfNothing = []string{
	"base", "common", "core", "helper", "helpers", "lib", "misc", "mock", "mocks", "model", "models",
	"shared", "type", "types", "util", "utils",
}

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	for pkg, names := range packages(t) {
		for _, word := range strings.Split(pkg, "/") {
			if slices.Contains(namesOfNothing, word) {
				t.Errorf("%s: %q says where things were put and not what they are", pkg, word)
			}
		}
		for _, name := range names {
			if name != "main" && strings.TrimSuffix(name, "_test") != path.Base(pkg) {
				t.Errorf("%s: the package is called %s and its folder is not: one name for one thing", pkg, name)
			}
		}
	}
}

// packages returns the packages of the module, each with the names its files give it.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, s := range house(t) {
		all[s.pkg()] = append(all[s.pkg()], s.file.Name.Name)
	}
	return all
}
