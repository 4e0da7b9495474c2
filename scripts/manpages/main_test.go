package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
)

// writePages writes the pages into a folder as `make install` does, and returns it.
func writePages(t *testing.T) string {
	t.Helper()
	t.Chdir(filepath.Join("..", ".."))
	folder := t.TempDir()
	if err := run(t.Context(), "2026-11-30T12:00:00Z", folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestEachCommandAndTheProfileFileHaveAPage(t *testing.T) {
	folder := writePages(t)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, has := range map[string][]string{
		"man1/oauthget.1":             {".Dd November 30, 2026", ".Nd obtain OAuth 2.0", "exit 4 instead", `.It "124"`, ".Xr oauthget-token 1 ,"},
		"man1/oauthget-token.1":       {".Nm oauthget-token", `.It "\-\-min\-ttl duration"`, "see oauthget.toml(5)", ".Sh EXAMPLES"},
		"man1/oauthget-profile-add.1": {".Nm oauthget\nprofile add NAME"},
	} {
		for _, want := range has {
			if !strings.Contains(read(name), want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
	}
	file := read("man5/oauthget.toml.5")
	for _, key := range config.Keys() {
		if !strings.Contains(file, `.It "`+escape(key.Name)+`"`) {
			t.Errorf("oauthget.toml(5) has no %s", key.Name)
		}
	}
}

func TestPagesAreCleanForMandoc(t *testing.T) {
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Skip("mandoc is not installed; testdata/interop/setup installs it")
	}
	folder := writePages(t)
	files, err := filepath.Glob(filepath.Join(folder, "man*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	lint := exec.CommandContext(t.Context(), "mandoc", append([]string{"-Tlint", "-Wstyle"}, files...)...)
	lint.Env = append(os.Environ(), "MANPATH="+folder)
	// It says on stderr that the folder has no index; what is wrong with the pages is on stdout.
	if out, err := lint.Output(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
