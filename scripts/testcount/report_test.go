package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSummaryEndsWithOnePlainLine(t *testing.T) {
	out, good := summarise(t, false,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: no browser here\n"}`,
		`{"Action":"skip","Package":"p","Test":"TestB"}`,
		`{"Action":"pass","Package":"p"}`,
	)
	want := "\nSkipped:\n  p TestB: b_test.go:7: no browser here\n\n1 passed, 0 failed, 1 skipped\n"
	if diff := cmp.Diff(want, out); diff != "" || !good {
		t.Errorf("good = %v, want true; output (-want +got):\n%s", good, diff)
	}
}

func TestSkipFailsCI(t *testing.T) {
	_, good := summarise(t, true,
		`{"Action":"pass","Package":"p","Test":"TestA"}`, `{"Action":"skip","Package":"p","Test":"TestB"}`)
	if good {
		t.Error("a run with a skipped test passed in CI")
	}
}

func TestRunWithoutTestsFails(t *testing.T) {
	if _, good := summarise(t, false, `{"Action":"skip","Package":"p"}`); good {
		t.Error("a run that executed no test passed")
	}
}

func TestSubtestsAreCountedInsteadOfTheirParent(t *testing.T) {
	out, _ := summarise(t, false,
		`{"Action":"pass","Package":"p","Test":"TestA/one"}`,
		`{"Action":"skip","Package":"p","Test":"TestA/two"}`,
		`{"Action":"pass","Package":"p","Test":"TestA"}`,
		`{"Action":"fail","Package":"p","Test":"TestB/deep/one"}`,
		`{"Action":"fail","Package":"p","Test":"TestB/deep"}`,
		`{"Action":"fail","Package":"p","Test":"TestB"}`,
		`{"Action":"pass","Package":"p","Test":"TestC/one"}`,
		`{"Action":"fail","Package":"p","Test":"TestC"}`,
	)
	if want := "\n2 passed, 2 failed, 1 skipped\n"; !strings.HasSuffix(out, want) {
		t.Errorf("output ends\n%s\nwant %s", out, want)
	}
}

func TestTestThatRanTwiceKeepsItsWorstOutcome(t *testing.T) {
	out, good := summarise(t, false,
		`{"Action":"fail","Package":"p","Test":"TestA"}`, `{"Action":"pass","Package":"p","Test":"TestA"}`)
	if want := "\n0 passed, 1 failed, 0 skipped\n"; good || !strings.HasSuffix(out, want) {
		t.Errorf("good = %v, output ends\n%s\nwant %s", good, out, want)
	}
}

// TestRealFailuresAreShownAndCounted runs go test on packages that fail in different ways.
func TestRealFailuresAreShownAndCounted(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.mod":          "module m\n\ngo 1.26\n",
		"a/a_test.go":     "package a\nimport \"testing\"\nfunc TestPasses(t *testing.T) {}\nfunc TestSays(t *testing.T) { t.Error(\"what went wrong\") }\n",
		"build/b_test.go": "package build\nvar x int = \"no\"\n",
		"main/m_test.go":  "package main\nimport (\"os\"; \"testing\")\nfunc TestMain(*testing.M) { os.Exit(3) }\nfunc TestNever(t *testing.T) {}\n",
		"panic/p_test.go": "package panic\nimport \"testing\"\nfunc TestPanics(t *testing.T) { panic(\"boom\") }\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	r := newReport(&out)
	if err := goTest(r, []string{"-vet=off", "./..."}); err != nil {
		t.Fatal(err)
	}
	if r.summary(false) {
		t.Error("the run passed")
	}
	for _, want := range []string{
		"--- FAIL: TestSays (0.00s)\n    a_test.go:4: what went wrong\n", "cannot use", "boom", "panic: ", "exit status 3",
		"  m/a TestSays\n", "  m/build\n", "  m/main\n", "  m/panic TestPanics\n",
		"\n1 passed, 4 failed, 0 skipped\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Logf("output:\n%s", out.String())
	}
}

func TestGoTestThatCannotStartIsAFailure(t *testing.T) {
	t.Chdir(t.TempDir()) // no module here
	r := newReport(t.Output())
	if err := goTest(r, []string{"./..."}); err != nil {
		t.Fatal(err)
	}
	if r.summary(false) {
		t.Error("a go test that could not run passed")
	}
}

func TestGroupsAreCutAtDoubleDashes(t *testing.T) {
	for in, want := range map[string][][]string{
		"":              {{}},
		"-race ./...":   {{"-race", "./..."}},
		"./a -- -v -- ": {{"./a"}, {"-v"}, {}},
	} {
		if diff := cmp.Diff(want, groups(strings.Fields(in))); diff != "" {
			t.Errorf("groups(%q) (-want +got):\n%s", in, diff)
		}
	}
}

func summarise(t *testing.T, ci bool, events ...string) (out string, good bool) {
	t.Helper()
	var b strings.Builder
	r := newReport(&b)
	if err := r.read(strings.NewReader(strings.Join(events, "\n"))); err != nil {
		t.Fatal(err)
	}
	good = r.summary(ci)
	return b.String(), good
}
