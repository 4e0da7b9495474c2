package architecture

import (
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers has the layer of each package. A package imports only from lower layers, so that it can be read, tested and changed
// without the ones above. A new package needs a row here.
//
// The layers below 0 are for what every package may use: what a secret is, how a server's text is shown, and small helpers.
var layers = map[string]int{
	"cmd/oauthget": 9,

	"internal/setup": 8,

	"internal/agentserver": 7,
	"internal/doctor":      7,

	"internal/account":     6,
	"internal/demo":        6,
	"internal/inspect":     6,
	"internal/remedy":      6,
	"internal/walkthrough": 6,

	"internal/session": 5,

	"internal/tokensource": 4,

	"internal/curl":         3,
	"internal/flow":         3,
	"internal/secretsource": 3,

	"internal/config": 2,

	"internal/agent":        1,
	"internal/discovery":    1,
	"internal/endpoint":     1,
	"internal/idtoken":      1,
	"internal/output":       1,
	"internal/provider":     1,
	"internal/proxy":        1,
	"internal/registration": 1,
	"internal/resource":     1,
	"internal/store":        1,

	"internal/browser":             0,
	"internal/child":               0,
	"internal/clientauth":          0,
	"internal/credential":          0,
	"internal/form":                0,
	"internal/dpop":                0,
	"internal/loopback":            0,
	"internal/socket":              0,
	"internal/store/secretservice": 0,
	"internal/term":                0,
	"internal/tomlfile":            0,
	"internal/trace":               0,

	"internal/challenge":    -1,
	"internal/confidential": -2,
	"internal/hint":         -1,
	"internal/parameter":    -1,
	"internal/peer":         -1,
	"internal/refusal":      -1,
	"internal/resend":       -1,
	"internal/shell":        -1,
	"internal/signing":      -1,
	"internal/token":        -1,
	"internal/untrusted":    -1,
	"internal/userdir":      -1,

	"internal/ascii":       -2,
	"internal/textfile":    -2,
	"internal/bounded":     -2,
	"internal/issuer":      -2,
	"internal/jsonpointer": -2,
	"internal/origin":      -2,
	"internal/similar":     -2,
	"internal/ownership":   -2,
	"internal/pagestyle":   -2,
}

// demoas, the server of the demo, and the packages for tests have no layer: the client talks to them and must not need them.
const (
	demoas       = "internal/demoas"
	registration = "internal/demoas/registration"
	testas       = "internal/demoas/testas"
	testbus      = "internal/testbus"
	testpty      = "internal/testpty"
	testnet      = "internal/testnet"
	testsecurity = "internal/testsecurity"

	pagestyle = "internal/pagestyle" // has no behaviour, so that servers may share it with the client
)

// forTests are the packages that only tests import, and testas the benchmark too.
var forTests = []string{testas, testbus, testpty, testnet, testsecurity}

// testOnly are the packages that consist of tests.
var testOnly = []string{"internal/architecture", "internal/interop"}

// separate are imports that are forbidden although the layers allow them.
var separate = []struct{ importer, imported, reason string }{
	{
		"internal/flow", "internal/store",
		"obtaining a token and keeping it change for different reasons; tokensource is where they meet",
	},
	{
		"internal/session", "internal/term",
		"what a person is told or asked goes through session.Console, so that a session needs no terminal",
	},
}

// whyForbidden returns the reason why a package of the module must not import another; empty if it may.
func whyForbidden(importer, imported string, test bool) string {
	servers := []string{demoas, registration, testas}
	switch {
	case slices.Contains(servers, importer) && slices.Contains(servers, imported) && importer != demoas:
		return ""
	case slices.Contains(forTests, imported) && !test && !(imported == testas && isTool(importer)):
		return "only tests import it: the program talks to real servers, and to the session's own bus and terminal"
	case slices.Contains(forTests, imported):
		return ""
	case (imported == demoas || imported == registration) && (test || isTool(importer) || importer == "internal/demo"):
		return ""
	case imported == demoas || imported == registration:
		return "only internal/demo and tests import demoas: the client must not need the server it is tested against"
	case imported == pagestyle && slices.Contains(servers, importer):
		return ""
	case (slices.Contains(servers, importer) || importer == testbus) && !test:
		return "a server that shares the client's code repeats its mistakes: it imports nothing of the client"
	case imported == "cmd/oauthget" || isTool(imported) || slices.Contains(testOnly, imported):
		return "a program or a package of tests cannot be imported"
	case test || isTool(importer): // a test may use what its package must not
		return ""
	}
	for _, s := range separate {
		if s.importer == importer && s.imported == imported {
			return s.reason
		}
	}
	from, known := layers[importer]
	to, alsoKnown := layers[imported]
	if known && alsoKnown && to >= from {
		return fmt.Sprintf("imports only go down, but %s is in layer %d and %s in layer %d", importer, from, imported, to)
	}
	return ""
}

// isTool reports whether pkg is a program that builds, tests or measures the module.
func isTool(pkg string) bool {
	return strings.HasPrefix(pkg, "scripts/") || pkg == "bench" || strings.HasPrefix(pkg, "bench/")
}

func TestImportsOnlyGoDown(t *testing.T) {
	for _, s := range sources(t) {
		for i, imported := range s.imports() {
			if !ours(imported) {
				continue
			}
			if why := whyForbidden(s.pkg(), imported, s.test()); why != "" {
				t.Errorf("%s: imports %s: %s", s.at(s.file.Imports[i]), imported, why)
			}
		}
	}
}

func ours(imported string) bool {
	return strings.HasPrefix(imported, "internal/") && !strings.Contains(imported, ".") ||
		strings.HasPrefix(imported, "cmd/oauthget") || isTool(imported)
}

func TestForbiddenImportsAreFound(t *testing.T) {
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
		{"internal/demo", registration, false, true},
		{"internal/session", registration, false, false},
		{demoas, registration, false, false},
		{"internal/flow", testas, true, true},
		{"bench", testas, false, true},
		{"bench", testbus, false, false},
		{"internal/flow", testbus, false, false},
		{"internal/flow", "internal/interop", false, false},
		{"internal/flow", "scripts/testcount", false, false},
	} {
		if why := whyForbidden(c.importer, c.imported, c.test); (why == "") != c.allowed {
			t.Errorf("%s imports %s (test: %v): allowed is %v, want %v", c.importer, c.imported, c.test, why == "", c.allowed)
		}
	}
}

func TestEveryPackageHasALayer(t *testing.T) {
	for _, pkg := range slices.Sorted(maps.Keys(packages(t))) {
		_, known := layers[pkg]
		if !known && pkg != demoas && pkg != registration && !slices.Contains(forTests, pkg) && !isTool(pkg) && !slices.Contains(testOnly, pkg) {
			t.Errorf("%s: has no layer: add it to the table of internal/architecture/layers_test.go and to that of docs/internals/design.md", pkg)
		}
	}
}

// designRow is a row of the table of packages in docs/internals/design.md.
var designRow = regexp.MustCompile("(?m)^\\| (-?\\d+) \\| `([a-z/]+)` \\|")

func TestLayersAreThoseOfTheDesign(t *testing.T) {
	text, err := os.ReadFile("../../docs/internals/design.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, row := range designRow.FindAllStringSubmatch(string(text), -1) {
		pkg := row[2]
		if pkg != "cmd/oauthget" {
			pkg = "internal/" + pkg
		}
		told[pkg], _ = strconv.Atoi(row[1])
	}
	for _, pkg := range slices.Sorted(maps.Keys(layers)) {
		if layer, ok := told[pkg]; !ok || layer != layers[pkg] {
			t.Errorf("docs/internals/design.md has %s in layer %d (a row: %v), and the table of this test in %d", pkg, layer, ok, layers[pkg])
		}
	}
	for pkg := range told {
		if _, ok := layers[pkg]; !ok {
			t.Errorf("docs/internals/design.md has a row for %s, which has no layer here", pkg)
		}
	}
}

func TestPackagesOfTestsHoldNothingElse(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains(testOnly, s.pkg()) && !s.test() && len(s.file.Decls) > 0 { // a package comment may stand alone
			t.Errorf("%s: %s consists of tests alone: put what they need into the package of the program", s.path, s.pkg())
		}
	}
}

// vagueNames do not say what is in a package, so that it grows without end.
var vagueNames = []string{
	"base", "common", "core", "helper", "helpers", "lib", "misc", "mock", "mocks", "model", "models",
	"shared", "type", "types", "util", "utils",
}

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	for pkg, names := range packages(t) {
		for _, word := range strings.Split(pkg, "/") {
			if slices.Contains(vagueNames, word) {
				t.Errorf("%s: %q does not say what is in the package", pkg, word)
			}
		}
		for _, name := range names {
			if name != "main" && strings.TrimSuffix(name, "_test") != path.Base(pkg) {
				t.Errorf("%s: the package is called %s, which is not the name of its directory", pkg, name)
			}
		}
	}
}

// packages returns the packages of the module, each with the names its files give it.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, s := range sources(t) {
		all[s.pkg()] = append(all[s.pkg()], s.file.Name.Name)
	}
	return all
}
