package architecture

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unwanted is text that no file of the project may contain. It is written here so that it does not find itself.
type unwanted struct {
	name   string
	reason string
	// words are searched for first, since that is fast. The pattern decides.
	words   []string
	pattern *regexp.Regexp
	found   string   // an example
	allowed []string // looks like it and is allowed
	files   []string // names of files that may contain it
}

var unwantedTexts = []unwanted{
	{
		name:    "a path of one machine",
		reason:  "other machines do not have it: write ~ or $HOME",
		words:   []string{"/root", "/home", "/Users"},
		pattern: regexp.MustCompile("(?:^|[\\s\"'`(=:])/(?:root|home/[a-z]+|Users/[A-Za-z]+)/"),
		found:   "see /" + "home/jsmith/notes",
		allowed: []string{"/home/u/", "/home/user/", "/home/you/", "/Users/u/", "/Users/you/"},
	},
	{
		name:    "the host of a package registry",
		reason:  "each machine has its own mirror of packages",
		words:   []string{"golang", "npmjs", "debian"},
		pattern: regexp.MustCompile(`(?:proxy\.golang|registry\.npmjs|deb\.debian)\.org`),
		found:   "https://registry.npmjs." + "org/",
		files:   []string{"go.sum"},
	},
	{
		name:    "a note of something unfinished",
		reason:  "what is left to do belongs in the tracker",
		words:   []string{"TO" + "DO", "FIX" + "ME"},
		pattern: regexp.MustCompile(`\b(?:TO[D]O|FIX[M]E)\b`),
		found:   "// TO" + "DO: later",
	},
	{
		name:    "an RFC named in another form than RFC NNNN §S",
		reason:  "one form can be searched for",
		words:   []string{"RFC"},
		pattern: regexp.MustCompile(`(?:^|[^.[\w])RFC-?[0-9]{4}|RFC [0-9]{4},? [sS]ec(?:tion|\.)`),
		found:   "RFC 6749, " + "Section 5.1",
		allowed: []string{"time.RFC3339"},
	},
}

// find returns the unwanted text in line, or "".
func (s unwanted) find(line string) string {
	if !slices.ContainsFunc(s.words, func(w string) bool { return strings.Contains(line, w) }) {
		return ""
	}
	for _, allowed := range s.allowed {
		line = strings.ReplaceAll(line, allowed, "")
	}
	return strings.TrimSpace(s.pattern.FindString(line))
}

func TestFilesAreClean(t *testing.T) {
	for _, name := range tracked(t) {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // binary
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for _, s := range unwantedTexts {
				if found := s.find(line); found != "" && !slices.Contains(s.files, path.Base(name)) {
					t.Errorf("%s:%d: %q is %s: %s", name, number, found, s.name, s.reason)
				}
			}
		}
	}
}

func TestUnwantedTextIsFound(t *testing.T) {
	for _, s := range unwantedTexts {
		if s.find(s.found) == "" {
			t.Errorf("%s: %q is not found", s.name, s.found)
		}
		for _, clean := range append(s.allowed, "") {
			if found := s.find("x " + clean + " y"); found != "" {
				t.Errorf("%s: %q is found in %q", s.name, found, clean)
			}
		}
	}
}

// tracked returns the project's files by their path from its root: what git has or would add, or every file if this is no
// clone.
func tracked(t *testing.T) []string {
	t.Helper()
	git := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	git.Dir = root
	if out, err := git.Output(); err == nil {
		names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
		return slices.DeleteFunc(names, func(name string) bool { // deleted and not yet committed, or a link
			info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(name)))
			return err != nil || !info.Mode().IsRegular()
		})
	}
	var names []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.Contains(filepath.ToSlash(name), "/node_modules/") {
			rel, _ := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
