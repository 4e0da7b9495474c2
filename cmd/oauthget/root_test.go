package main

import (
	"slices"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagsOf are the names of the flags that a command takes, those of its parents too.
func flagsOf(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.LocalFlags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	slices.Sort(names)
	return names
}

// eachBelow calls visit for each command below cmd, with the words that lead to it.
func eachBelow(cmd *cobra.Command, words []string, visit func(words []string, cmd *cobra.Command)) {
	for _, c := range cmd.Commands() {
		to := append(slices.Clone(words), c.Name())
		visit(to, c)
		eachBelow(c, to, visit)
	}
}

// anything are arguments after which every command has all its flags.
var anything = []string{"--help"}

func TestCommandThatRunsHasAllItsFlags(t *testing.T) {
	seen := 0
	eachBelow(newApp(system()).rootCommand(anything), nil, func(words []string, want *cobra.Command) {
		seen++
		args := append(slices.Clone(words), "--help") // and any of its flags
		got, rest, err := newApp(system()).rootCommand(args).Find(words)
		if err != nil || len(rest) != 0 || got.CommandPath() != want.CommandPath() || !slices.Equal(flagsOf(got), flagsOf(want)) {
			t.Errorf("%q: %s with %q and %q left, want %s with %q: %v",
				words, got.CommandPath(), flagsOf(got), rest, want.CommandPath(), flagsOf(want), err)
		}
	})
	if seen < 10 {
		t.Errorf("%d commands", seen)
	}
}

func TestRootRunsAsTokenForAProfile(t *testing.T) {
	whole := newApp(system()).rootCommand(anything)
	for _, args := range [][]string{{"work", "-h"}, {"work", "--min-ttl", "5s", "--help"}, {"work", "token", "-vh"}, {"", "--help=true"}} {
		root := newApp(system()).rootCommand(args)
		got, _, err := root.Find(args)
		if err != nil || got != root || !got.Runnable() || !slices.Equal(flagsOf(root), flagsOf(whole)) {
			t.Errorf("%q: %s with %q: %v", args, got.CommandPath(), flagsOf(got), err)
		}
	}
}

func TestAllCommandsHaveTheirFlagsWhereAnythingMayCome(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"-v", "token", "-h"}, {"-v", "login", "--issuer=x"}, {"help"}, {"__complete", ""}, {"__completeNoDesc"}} {
		cmd, _, err := newApp(system()).rootCommand(args).Find([]string{"login"})
		if err != nil || !slices.Contains(flagsOf(cmd), "issuer") {
			t.Errorf("%q: %q %v", args, flagsOf(cmd), err)
		}
	}
}

func TestCommandThatRunsHasTheKeysThatAreGiven(t *testing.T) {
	for _, args := range [][]string{
		{"login", "--issuer", "x", "--dpop"},
		{"--dpop", "login", "--issuer=x"},
		{"login", "--config", "--issuer", "--dpop=false"},
		{"work", "--issuer=x", "--dpop"},
		{"--issuer", "x", "--dpop"},
		{"profile", "set", "work", "--issuer", "", "--dpop="},
	} {
		got, _, err := newApp(system()).rootCommand(args).Find(args)
		if names := flagsOf(got); err != nil || !slices.Contains(names, "issuer") || !slices.Contains(names, "dpop") || slices.Contains(names, "audience") {
			t.Errorf("%q: %s with %q, %v", args, got.CommandPath(), names, err)
		}
	}
}

func TestOtherCommandsDoNotPayForTheKeys(t *testing.T) {
	root := newApp(system()).rootCommand([]string{"version"})
	eachBelow(root, nil, func(words []string, cmd *cobra.Command) {
		if slices.Contains(flagsOf(cmd), "issuer") {
			t.Errorf("%q has the keys' flags", words)
		}
	})
}
