package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/provider"
)

const root = "../.."

func TestPagesAreCurrent(t *testing.T) {
	want, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(root, folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(path)] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("make generate would change %s:\n%s", folder, diff)
	}
}

// TestCommandsOfThePagesWork types what a page says to do before the login, and looks at the profile that it made.
func TestCommandsOfThePagesWork(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the pages are for sh")
	}
	pages, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "oauthget"), root+"/cmd/oauthget").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	blocks := regexp.MustCompile("(?s)(<!-- not run: [^\n]* -->\n)?```sh\n(.*?)```")
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		t.Run(name, func(t *testing.T) {
			preset := strings.TrimSuffix(name, ".md")
			script := "set -eu\n"
			for _, b := range blocks.FindAllStringSubmatch(pages[name], -1) {
				if b[1] == "" {
					script += b[2]
				}
			}
			if !slices.Contains(provider.Names(), preset) {
				if strings.Contains(script, "oauthget") {
					t.Errorf("%s has commands that this test does not know", name)
				}
				return
			}
			cmd := exec.CommandContext(t.Context(), "sh", "-c", script+"oauthget profile show "+preset+"\n")
			cmd.Env = []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if want := regexp.MustCompile(`(?m)^redirect_uri .* preset ` + preset + `$`); !want.Match(out) {
				t.Errorf("profile show does not say that redirect_uri comes from the preset:\n%s", out)
			}
		})
	}
}

// TestLinksOfThePagesLeadSomewhere is about pages of this repository; those of the providers are in the presets.
func TestLinksOfThePagesLeadSomewhere(t *testing.T) {
	pages, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+\.md)(#[a-z0-9-]+)?\)`)
	for name, text := range pages {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, ok := pages[m[1]]; ok {
				continue
			}
			target, err := os.ReadFile(filepath.Join(root, folder, filepath.FromSlash(m[1])))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if heading := strings.ReplaceAll(strings.TrimPrefix(m[2], "#"), "-", " "); heading != "" && !strings.Contains(strings.ToLower(string(target)), "# "+heading+"\n") {
				t.Errorf("%s: %s has no heading %s", name, m[1], m[2])
			}
		}
	}
}
