package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChangelogIsDebians(t *testing.T) {
	const markdown = `# Changelog

Words before it.

## [Unreleased]

- Not in a release yet.

## [0.2.0] - 2027-01-02

### Fixed

- ` + "`oauthget token`" + ` prints
  a token.

## [0.1.0] - 2026-11-30

- The first.

[Unreleased]: https://example.com/
`
	const released = `oauthget (0.2.0) unstable; urgency=medium

  * oauthget token prints
    a token.

 -- The oauthget maintainers <oauthget@users.noreply.github.com>  Sat, 02 Jan 2027 00:00:00 +0000

oauthget (0.1.0) unstable; urgency=medium

  * The first.

 -- The oauthget maintainers <oauthget@users.noreply.github.com>  Mon, 30 Nov 2026 00:00:00 +0000
`
	date := time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC)
	got, err := debianChangelog(markdown, "0.2.0", date)
	if diff := cmp.Diff(released, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	got, err = debianChangelog(markdown, "0.2.1-next", date)
	if want := "oauthget (0.2.1~next) unstable; urgency=medium\n"; err != nil || !strings.HasPrefix(got, want) || !strings.HasSuffix(got, released) {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestLicencesNameEachDependency(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	text, err := licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// One of each system, and Go itself.
	for _, want := range []string{"\nGo 1.", "\ngithub.com/godbus/dbus/v5 v5.", "\ngithub.com/danieljoos/wincred v1.", "\ngithub.com/zalando/go-keyring v0.", "\ngolang.org/x/oauth2 v0.", "Redistribution and use in source and binary forms"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the licences lack %q", want)
		}
	}
	if strings.Contains(string(text), "go-internal") {
		t.Error("the licences have that of a module for tests, which is not linked")
	}
}

func TestSameTreeGivesTheSameBytes(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	man := t.TempDir()
	if err := os.MkdirAll(filepath.Join(man, "man1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(man, "man1", "oauthget.1"), []byte(".Dd November 30, 2026\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var written [2]map[string]string
	for i := range written {
		folder := t.TempDir()
		if err := run(t.Context(), options{man: man, date: "2026-11-30T12:00:00+01:00", version: "0.1.0"}, folder); err != nil {
			t.Fatal(err)
		}
		written[i] = map[string]string{}
		for _, name := range []string{"THIRD_PARTY_LICENSES", "copyright", "changelog.gz", "man1/oauthget.1.gz"} {
			text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			written[i][name] = string(text)
		}
	}
	if diff := cmp.Diff(written[0], written[1]); diff != "" {
		t.Error(diff)
	}
}
