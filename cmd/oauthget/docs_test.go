package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// document is one Markdown file that users read.
type document struct {
	path string // from the root of the module
	text string
}

const moduleRoot = "../.."

// documents returns those at the root of the module, in docs and in docs/internals.
func documents(t *testing.T) []document {
	t.Helper()
	var all []document
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/internals/*.md"} {
		paths, err := filepath.Glob(filepath.Join(moduleRoot, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rel, _ := filepath.Rel(moduleRoot, path)
			all = append(all, document{filepath.ToSlash(rel), string(text)})
		}
	}
	return all
}

// read returns the document at path.
func read(t *testing.T, path string) document {
	t.Helper()
	for _, d := range documents(t) {
		if d.path == path {
			return d
		}
	}
	t.Fatalf("%s is not there", path)
	panic("unreachable")
}

// block is a fenced block of a document.
type block struct {
	line   int    // of its text
	kind   string // what stands behind the fence: sh, toml, …
	text   string
	notRun string // the reason given in a comment before it
}

var notRun = regexp.MustCompile(`^<!-- not run: (.+) -->$`)

// blocks returns the fenced blocks of d.
func (d document) blocks() []block {
	var all []block
	var open *block
	reason, indent, number := "", "", 0
	for line := range strings.Lines(d.text) {
		number++
		bare := strings.TrimSpace(line)
		kind, fence := strings.CutPrefix(bare, "```")
		switch {
		case fence && open != nil:
			all = append(all, *open)
			open = nil
		case fence:
			open = &block{line: number + 1, kind: kind, notRun: reason}
			indent = line[:strings.Index(line, "`")]
			reason = ""
		case open != nil:
			open.text += strings.TrimPrefix(line, indent)
		case bare != "":
			reason = ""
			if m := notRun.FindStringSubmatch(bare); m != nil {
				reason = m[1]
			}
		}
	}
	return all
}

// prose is d without its fenced blocks.
func (d document) prose() string {
	parts := strings.Split(d.text, "```")
	for i := range parts {
		if i%2 == 1 {
			parts[i] = ""
		}
	}
	return strings.Join(parts, "")
}

var span = regexp.MustCompile("`([^`]+)`")

// spans returns what stands between backquotes in text.
func spans(text string) []string {
	var all []string
	for _, m := range span.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Join(strings.Fields(m[1]), " "))
	}
	return all
}

// table returns the rows of the first table of d whose head begins with the cell first, without the head.
func (d document) table(t *testing.T, first string) [][]string {
	t.Helper()
	return d.tablesOf(t, first)[0]
}

// tables returns the rows of all tables of d whose head begins with the cell first, without the heads.
func (d document) tables(t *testing.T, first string) [][]string {
	t.Helper()
	return slices.Concat(d.tablesOf(t, first)...)
}

func (d document) tablesOf(t *testing.T, first string) [][][]string {
	t.Helper()
	var all [][][]string
	var rows [][]string // of the table that is being read, with its head
	for line := range strings.Lines(d.text + "\n\n") {
		row := cells(line)
		if row != nil {
			rows = append(rows, row)
			continue
		}
		if len(rows) > 2 && rows[0][0] == first {
			all = append(all, rows[2:])
		}
		rows = nil
	}
	if all == nil {
		t.Fatalf("%s has no table of %s", d.path, first)
	}
	return all
}

// cells are those of a line of a table; nil where it is none.
func cells(line string) []string {
	line, ok := strings.CutPrefix(strings.TrimSpace(line), "|")
	if !ok {
		return nil
	}
	row := strings.Split(strings.TrimSuffix(line, "|"), "|")
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksInTheDocsLeadSomewhere(t *testing.T) {
	for _, d := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(d.prose(), -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			target := filepath.ToSlash(filepath.Join(filepath.Dir(d.path), path))
			if path == "" {
				target = d.path
			}
			if _, err := os.Stat(filepath.Join(moduleRoot, target)); err != nil {
				t.Errorf("%s: %s leads nowhere", d.path, m[1])
			} else if anchor != "" && !slices.Contains(read(t, target).anchors(), anchor) {
				t.Errorf("%s: %s has no heading #%s", d.path, target, anchor)
			}
		}
	}
}

// anchors are the names that hosts of Markdown give to headings.
func (d document) anchors() []string {
	var all []string
	for line := range strings.Lines(d.prose()) {
		title := strings.TrimLeft(line, "#")
		if title == line {
			continue
		}
		title = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
		all = append(all, strings.ReplaceAll(title, " ", "-"))
	}
	return all
}

var (
	// invocation is the program where a command may stand, with its arguments as far as the shell's own characters.
	invocation = regexp.MustCompile(`(?m)(?:^|[|;&({]\s*|\$ |@|\bdo |\bx |/)oauthget( [^|;&()"\n>]*)`)
	quoted     = regexp.MustCompile(`'[^']*'`)
)

func TestFlagsInTheDocsExist(t *testing.T) {
	for _, d := range documents(t) {
		root := newApp(system()).rootCommand(anything)
		root.InitDefaultHelpCmd()
		root.InitDefaultCompletionCmd()
		said := spans(d.prose())
		for _, s := range said {
			exists := func(c *cobra.Command) bool { return missingFlag(c, s) == "" }
			if strings.HasPrefix(s, "--") && !slices.ContainsFunc(tree(root), exists) {
				t.Errorf("%s: no command has %s", d.path, s)
			}
		}
		for _, b := range d.blocks() {
			text := strings.ReplaceAll(b.text, "\\\n", "")
			said = append(said, quoted.ReplaceAllString(text, "x"))
			for _, inner := range quoted.FindAllString(text, -1) { // a command may be the argument of another
				said = append(said, strings.Trim(inner, "'"))
			}
		}
		for _, text := range said {
			for _, m := range invocation.FindAllStringSubmatch(text, -1) {
				if err := checkInvocation(root, m[1]); err != nil {
					t.Errorf("%s: oauthget%s: %v", d.path, m[1], err)
				}
			}
		}
	}
}

func checkInvocation(root *cobra.Command, args string) error {
	cmd, _, err := root.Find(strings.Fields(args))
	if err != nil {
		return err
	}
	if flag := missingFlag(cmd, ownArguments(cmd, args)); flag != "" {
		return fmt.Errorf("%s has no flag %s", cmd.CommandPath(), flag)
	}
	return nil
}

// ownArguments are those before what belongs to another program: what follows --, and curl's profile.
func ownArguments(cmd *cobra.Command, args string) string {
	own, _, _ := strings.Cut(args, " -- ")
	if cmd.Name() != "curl" {
		return own
	}
	fields := strings.Fields(own)
	for i := 1; i < len(fields); i++ {
		name, _, hasValue := strings.Cut(strings.TrimLeft(fields[i], "-"), "=")
		flag := cmd.Flag(name)
		switch {
		case !strings.HasPrefix(fields[i], "-"):
			return strings.Join(fields[:i], " ")
		case flag != nil && flag.NoOptDefVal == "" && !hasValue:
			i++
		}
	}
	return own
}

// missingFlag returns the first flag in args that cmd does not have; empty where it has all.
func missingFlag(cmd *cobra.Command, args string) string {
	cmd.InitDefaultHelpFlag()
	for _, arg := range strings.Fields(args) {
		name, _, _ := strings.Cut(strings.TrimRight(arg, "'…,."), "=")
		short := strings.TrimPrefix(name, "-")
		switch {
		case name == "-" || name == "--" || short == name:
		case strings.HasPrefix(short, "-"):
			if cmd.Flag(short[1:]) == nil {
				return name
			}
		case cmd.Flags().ShorthandLookup(short[:1]) == nil && cmd.InheritedFlags().ShorthandLookup(short[:1]) == nil:
			return name
		}
	}
	return ""
}

func tree(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		all = append(all, tree(c)...)
	}
	return all
}

// TestPagesThatTheSourcesNameAreThere is for help, hints and comments: a page that has moved takes them along.
func TestPagesThatTheSourcesNameAreThere(t *testing.T) {
	page := regexp.MustCompile(`\bdocs/[a-z/-]+\.md\b`)
	for _, dir := range []string{"bench", "cmd", "internal", "scripts"} {
		err := filepath.WalkDir(filepath.Join(moduleRoot, dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				return err
			}
			text, err := os.ReadFile(path)
			for _, name := range page.FindAllString(string(text), -1) {
				if _, err := os.Stat(filepath.Join(moduleRoot, name)); err != nil {
					t.Errorf("%s names %s, which is not there", path, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
