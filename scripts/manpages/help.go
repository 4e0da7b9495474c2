package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
)

// command is what the help of a command says.
type command struct {
	parent   string // path of the command above; empty for the program
	name     string
	short    string // one line, from the list of the command above
	long     []string
	usage    []string
	examples []string
	commands []command
	flags    []entry
	keys     bool // whether the profile's keys are flags of it
	global   []entry
}

// entry is a flag and what it is for.
type entry struct{ name, text string }

func (c command) path() string { return strings.TrimSpace(c.parent + " " + c.name) }

// flagLine is a flag as package pflag writes it: two spaces or more stand between it and its text.
var flagLine = regexp.MustCompile(`^\s+(-\S.*?)\s{2,}(\S.*)$`)

var commandLine = regexp.MustCompile(`^  (\S+)\s{2,}(\S.*)$`)

// readHelp reads the help of the command at path, such as "oauthget profile add".
func readHelp(ctx context.Context, program, path string) (command, error) {
	words := strings.Fields(path)
	text, err := exec.CommandContext(ctx, program, append([]string{"help"}, words[1:]...)...).Output()
	if err != nil {
		return command{}, fmt.Errorf("%s: %w", path, err)
	}
	last := len(words) - 1
	c := command{parent: strings.Join(words[:last], " "), name: words[last]}
	before, after, ok := strings.Cut(string(text), "\nUsage:\n")
	if !ok {
		return command{}, fmt.Errorf("%s: its help has no usage", path)
	}
	c.long = strings.Split(strings.TrimSpace(before), "\n")
	section := "Usage:"
	for line := range strings.SplitSeq(after, "\n") {
		switch {
		case line != "" && line[0] != ' ':
			section = line
			c.keys = c.keys || strings.HasPrefix(line, "Profile keys")
		case section == "Usage:" && line != "":
			c.usage = append(c.usage, strings.TrimSpace(line))
		case section == "Examples:":
			c.examples = append(c.examples, strings.TrimPrefix(line, "  "))
		case strings.HasPrefix(section, "Profile keys"):
		case section == "Flags:" || section == "Global flags:":
			m := flagLine.FindStringSubmatch(line)
			switch {
			case line == "":
			case m == nil:
				return command{}, fmt.Errorf("%s: %q is no flag with a text", path, line)
			case section == "Flags:":
				c.flags = append(c.flags, entry{m[1], m[2]})
			default:
				c.global = append(c.global, entry{m[1], m[2]})
			}
		default: // a group of commands
			if m := commandLine.FindStringSubmatch(line); m != nil {
				c.commands = append(c.commands, command{parent: path, name: m[1], short: m[2]})
			}
		}
	}
	return c, nil
}

// keyGroup is a heading of `oauthget help keys` with the keys below it.
type keyGroup struct {
	title string
	keys  []config.Key
}

// keyGroups returns the keys of a profile by their groups. A key without a flag belongs where the one before it does.
func keyGroups(ctx context.Context, program string) ([]keyGroup, error) {
	text, err := exec.CommandContext(ctx, program, "help", "keys").Output()
	if err != nil {
		return nil, fmt.Errorf("help keys: %w", err)
	}
	first := map[string]string{} // title by the first flag below it
	title := ""
	for line := range strings.SplitSeq(string(text), "\n") {
		if heading, ok := strings.CutSuffix(line, ":"); ok && line[0] != ' ' {
			title = heading
		} else if fields := strings.Fields(line); title != "" && len(fields) > 0 {
			first[strings.TrimPrefix(fields[0], "--")] = title
			title = ""
		}
	}
	var groups []keyGroup
	for _, key := range config.Keys() {
		switch title, ok := first[key.Flag()]; {
		case ok && groups != nil && groups[0].title == "": // --url is a flag of the token command with another meaning, so the list does not have it
			groups[0].title = title
		case ok || groups == nil:
			groups = append(groups, keyGroup{title: title})
		}
		last := &groups[len(groups)-1]
		last.keys = append(last.keys, key)
	}
	return groups, nil
}
