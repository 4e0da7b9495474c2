//go:build interop && linux

package interop

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// suite is the public conformance suite of the Model Context Protocol, by its name in docs/internals/interop.md. It plays an API and its
// authorization server, and judges the client.
const suite = "@modelcontextprotocol/conformance"

// suiteLimit bounds a scenario's client in milliseconds, for busy machines.
const suiteLimit = "60000"

// scenario is one of the suite's, run under each revision that it applies to. docs/internals/interop.md has a line for each.
type scenario struct {
	name      string
	revisions []string // as the suite lists them; "extension" for one that is in none
	status    int      // of the call that ends the scenario; 0 if none is refused
	says      string   // in the line of its error
}

// extension is what the suite lists in place of revisions.
const extension = "extension"

var (
	latest    = []string{"2026-07-28"}
	sinceThen = []string{"2025-11-25", "2026-07-28"}
)

// scenarioRows are all scenarios of the suite about authorization.
var scenarioRows = []scenario{
	{name: "auth/metadata-default", revisions: sinceThen},
	{name: "auth/metadata-var1", revisions: sinceThen},
	{name: "auth/metadata-var2", revisions: sinceThen},
	{name: "auth/metadata-var3", revisions: sinceThen},
	{name: "auth/basic-cimd", revisions: sinceThen},
	{name: "auth/scope-from-www-authenticate", revisions: sinceThen},
	{name: "auth/scope-from-scopes-supported", revisions: sinceThen},
	{name: "auth/scope-omitted-when-undefined", revisions: sinceThen},
	{name: "auth/scope-step-up", revisions: sinceThen},
	{name: "auth/scope-retry-limit", revisions: sinceThen, status: 22, says: "The requested URL returned error: 403"},
	{name: "auth/token-endpoint-auth-basic", revisions: slices.Concat([]string{"2025-06-18"}, sinceThen)},
	{name: "auth/token-endpoint-auth-post", revisions: slices.Concat([]string{"2025-06-18"}, sinceThen)},
	{name: "auth/token-endpoint-auth-none", revisions: slices.Concat([]string{"2025-06-18"}, sinceThen)},
	{name: "auth/pre-registration", revisions: sinceThen},
	{name: "auth/2025-03-26-oauth-metadata-backcompat", revisions: []string{"2025-03-26"}},
	{name: "auth/2025-03-26-oauth-endpoint-fallback", revisions: []string{"2025-03-26"}},
	{name: "auth/resource-mismatch", revisions: latest, status: 6, says: "error: read the API's metadata: "},
	{name: "auth/offline-access-scope", revisions: latest},
	{name: "auth/offline-access-not-supported", revisions: latest},
	{name: "auth/authorization-server-migration", revisions: latest},
	{name: "auth/iss-supported", revisions: latest},
	{name: "auth/iss-not-advertised", revisions: latest},
	{name: "auth/iss-supported-missing", revisions: latest, status: 6, says: "error: check authorization response: it has no iss"},
	{name: "auth/iss-wrong-issuer", revisions: latest, status: 6, says: `error: check authorization response: it comes from the issuer "https://evil.example.com"`},
	{name: "auth/iss-unexpected", revisions: latest, status: 6, says: `error: check authorization response: it comes from the issuer "https://evil.example.com"`},
	{name: "auth/iss-normalized", revisions: latest, status: 6, says: `error: check authorization response: it comes from the issuer "http://localhost:`},
	{name: "auth/metadata-issuer-mismatch", revisions: latest, status: 6, says: `names the issuer "https://attacker.example.com"`},
	{name: "auth/client-credentials-jwt", revisions: []string{extension}},
	{name: "auth/client-credentials-basic", revisions: []string{extension}},
	{name: "auth/enterprise-managed-authorization", revisions: []string{extension}},
	{name: "auth/dpop", revisions: []string{extension}},
	{name: "auth/dpop-nonce", revisions: []string{extension}},
	{name: "auth/wif-jwt-bearer", revisions: []string{extension}},
}

// TestConformance has the unmodified program judged by the suite. Each call of the protocol is one `oauthget curl URL`, see
// testdata/interop/conformance-client.mjs.
func TestConformance(t *testing.T) {
	t.Parallel()
	judgeAll(t, scenarioRows)
}

// judgeAll runs the scenarios, and expects that the suite has no others.
func judgeAll(t *testing.T, rows []scenario) {
	t.Helper()
	expectScenarios(t, rows)
	documented := documentedServers(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if server := documented[t.Name()]; server != suite {
				t.Errorf("docs/internals/interop.md says of it that the server is %q, not %q", server, suite)
			}
			for _, revision := range row.revisions {
				t.Run(revision, func(t *testing.T) {
					t.Parallel()
					judge(t, row, revision)
				})
			}
		})
	}
}

// judge runs one scenario in a home of its own, and fails the test for each check that the suite does not call a success.
func judge(t *testing.T, row scenario, revision string) {
	t.Helper()
	w := newWorld(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w.sitDown(t, "browser-allow")
	w.env["OAUTHGET"] = product(t)
	w.env["OAUTHGET_STORE"], w.env["OAUTHGET_IDENTITY_FILE"] = "file", w.keep(t, "age.key", identity.String()+"\n")
	results := w.path("results")
	args := []string{
		"client", "--command", "node " + interopFile(t, "conformance-client.mjs"), "--scenario", row.name,
		"--timeout", suiteLimit, "--output-dir", results,
	}
	if revision == extension {
		args = append(args, "--spec-version", latest[0], "--force")
	} else {
		args = append(args, "--spec-version", revision)
	}
	done := w.run(t, exec.Command("node", append([]string{suiteFile(t)}, args...)...))
	failed := false
	said := resultsIn(t, results, "stderr.txt")
	if last := said[strings.LastIndex(said, ": status "):]; !strings.HasPrefix(last, fmt.Sprintf(": status %d\n", row.status)) || !strings.Contains(last, row.says) {
		t.Errorf("want status %d and %q: %s", row.status, row.says, said)
	}
	var checks []check
	if err := json.Unmarshal([]byte(resultsIn(t, results, "checks.json")), &checks); err != nil || len(checks) == 0 {
		t.Fatalf("%d checks, %v", len(checks), err)
	}
	for _, c := range checks {
		if c.Status != "SUCCESS" && c.Status != "INFO" {
			t.Errorf("%s %s: %s %s", c.Status, c.ID, c.Description, c.ErrorMessage)
			failed = true
		}
	}
	if done.status != 0 || failed {
		done.stderr, _, _ = strings.Cut(done.stderr, "\nChecks:\n") // they have been told
		t.Errorf("%v", done)
	}
}

// check is one of the suite's judgements.
type check struct{ ID, Status, Description, ErrorMessage string }

// resultsIn reads a file of the results that the suite has written.
func resultsIn(t *testing.T, results, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(results, "auth", "*", name))
	if err != nil || len(files) != 1 {
		t.Fatalf("the suite left %q, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// listed is a line of the suite's list of scenarios: "  - auth/dpop [extension]".
var listed = regexp.MustCompile(`(?m)^  - (auth/\S+) \[(.*)\]$`)

// expectScenarios checks that the rows are what the suite lists.
func expectScenarios(t *testing.T, rows []scenario) {
	t.Helper()
	list, err := exec.Command("node", suiteFile(t), "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, m := range listed.FindAllStringSubmatch(string(list), -1) {
		want[m[1]] = m[2]
	}
	got := map[string]string{}
	for _, row := range rows {
		got[row.name] = strings.Join(row.revisions, ",")
	}
	if !maps.Equal(want, got) {
		t.Fatalf("the suite lists %s,\nthe rows are %s", fmt.Sprint(want), fmt.Sprint(got))
	}
}

func suiteFile(t *testing.T) string {
	t.Helper()
	file := interopFile(t, "node_modules", suite, "dist", "index.js")
	need(t, file, "node")
	return file
}
