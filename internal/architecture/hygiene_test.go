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

// stain is something that no file of the project says. It is written here so that it does not find itself.
type stain struct {
	name   string
	reason string
	// words are looked for first, since that is fast; the pattern tells what around them makes the stain.
	words   []string
	pattern *regexp.Regexp
	found   string   // an example
	spared  []string // what looks like one and is none
	files   []string // names of files that may say it
}

var stains = []stain{
	{
		name:    "a path of one machine",
		reason:  "nobody else has it; ~ and $HOME are everybody's",
		words:   []string{"/root", "/home", "/Users"},
		pattern: regexp.MustCompile("(?:^|[\\s\"'`(=:])/(?:root|home/[a-z]+|Users/[A-Za-z]+)/"),
		found:   "see /" + "home/jsmith/notes",
		spared:  []string{"/home/u/", "/home/user/", "/home/you/", "/Users/u/", "/Users/you/"},
	},
	{
		name:    "the host of a package registry",
		reason:  "which mirror packages come from is for each machine to say",
		words:   []string{"golang", "npmjs", "debian"},
		pattern: regexp.MustCompile(`(?:proxy\.golang|registry\.npmjs|deb\.debian)\.org`),
		found:   "https://registry.npmjs." + "org/",
		files:   []string{"go.sum"},
	},
	{
		name:    "a note of something unfinished",
		reason:  "what is left to do has a place in the tracker, where somebody looks for it",
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
		spared:  []string{"time.RFC3339"},
	},
}

// find returns what of line is the stain, or nothing.
func (s stain) find(line string) string {
	if !slices.ContainsFunc(s.words, func(w string) bool { return strings.Contains(line, w) }) {
		return ""
	}
	for _, spared := range s.spared {
		line = strings.ReplaceAll(line, spared, "")
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
			continue // no text
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for _, s := range stains {
				if found := s.find(line); found != "" && !slices.Contains(s.files, path.Base(name)) {
					t.Errorf("%s:%d: %q is %s: %s", name, number, found, s.name, s.reason)
				}
			}
		}
	}
}

func TestStainsAreFound(t *testing.T) {
	for _, s := range stains {
		if s.find(s.found) == "" {
			t.Errorf("%s: %q is not found", s.name, s.found)
		}
		for _, clean := range append(s.spared, "") {
			if found := s.find("x " + clean + " y"); found != "" {
				t.Errorf("%s: %q is found in %q", s.name, found, clean)
			}
		}
	}
}

// tracked returns the files that are the project's, by their path from its root: what git has or would take, or every
// file where this is no clone.
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
