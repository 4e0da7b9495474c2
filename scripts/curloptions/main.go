// Command curloptions adds to internal/curl/options.txt what `curl --help all` lists.
//
//	go run ./scripts/curloptions [HELP…]
//
// Each HELP is a file with the output of one curl, the oldest first. Without one, the curl of this machine is asked. An
// option that is in the table stays in it: a command line is read for whichever curl will run it.
package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

const tableFile = "internal/curl/options.txt"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "curloptions: %v\n", err)
		os.Exit(1)
	}
}

func run(files []string) error {
	before, err := os.ReadFile(tableFile)
	if err != nil {
		return err
	}
	t := table{}
	if err := t.add(before); err != nil {
		return fmt.Errorf("%s: %w", tableFile, err)
	}
	for _, name := range files {
		help, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := t.add(help); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(files) == 0 {
		help, err := exec.Command("curl", "--help", "all").Output()
		if err != nil {
			return fmt.Errorf("curl --help all: %w", err)
		}
		if err := t.add(help); err != nil {
			return fmt.Errorf("curl --help all: %w", err)
		}
	}
	return os.WriteFile(tableFile, t.text(), 0o644)
}

// table has the options by their long names.
type table map[string]option

type option struct {
	letter string // without its dash; empty for none
	value  bool   // whether it takes one
}

// line is a line of curl's help and of the table. A value is in brackets.
var line = regexp.MustCompile(`^ *(?:-(.), )?--([a-z0-9][a-z0-9.-]*)( [<[])?`)

// misprinted are the options whose value the help of some versions does not show.
var misprinted = []string{
	"haproxy-clientip", // 8.2.0 to 8.3.0
	"trace-config",     // 8.3.0
}

// add adds the options of a help text, or of a table. A letter stays with the option that had it first: -i was --include's
// before it was --show-headers'. Neither an option nor a letter ever changed whether it takes a value, so that is an error.
func (t table) add(help []byte) error {
	found := 0
	for text := range strings.Lines(string(help)) {
		m := line.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		found++
		// Help shows how to turn off what is on by default. That is the option with a "no-" before it.
		name := strings.TrimPrefix(m[2], "no-")
		o := option{m[1], m[3] != "" || slices.Contains(misprinted, name)}
		for other, known := range t {
			if (other == name || o.letter != "" && known.letter == o.letter) && known.value != o.value {
				return fmt.Errorf("--%s takes a value in one version of curl, and none in another", name)
			}
			if other != name && known.letter == o.letter {
				o.letter = ""
			}
		}
		if known, ok := t[name]; ok && known.letter != "" {
			o.letter = known.letter
		}
		t[name] = o
	}
	if found == 0 {
		return fmt.Errorf("it lists no option")
	}
	return nil
}

func (t table) text() []byte {
	var b bytes.Buffer
	b.WriteString("# What `curl --help all` lists, from 7.88 on. Written by scripts/curloptions.\n")
	for _, name := range slices.Sorted(maps.Keys(t)) {
		o := t[name]
		if o.letter != "" {
			b.WriteString("-" + o.letter + ", ")
		}
		b.WriteString("--" + name)
		if o.value {
			b.WriteString(" <value>")
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
