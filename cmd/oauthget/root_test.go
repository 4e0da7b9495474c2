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

func TestTreeForACommandIsThatPartOfTheWhole(t *testing.T) {
	seen := 0
	eachBelow(newApp(system()).rootCommand(), nil, func(words []string, want *cobra.Command) {
		seen++
		got, rest, err := newApp(system()).rootFor(words).Find(words)
		if err != nil || len(rest) != 0 || got.CommandPath() != want.CommandPath() || !slices.Equal(flagsOf(got), flagsOf(want)) {
			t.Errorf("%q: %s with %q and %q left, want %s with %q: %v",
				words, got.CommandPath(), flagsOf(got), rest, want.CommandPath(), flagsOf(want), err)
		}
	})
	if seen < 10 {
		t.Errorf("%d commands", seen)
	}
}

func TestTreeForAProfileIsTheRootThatRunsAsToken(t *testing.T) {
	whole := newApp(system()).rootCommand()
	for _, args := range [][]string{{"work"}, {"work", "--min-ttl", "5s"}, {"work", "token"}} {
		root := newApp(system()).rootFor(args)
		got, _, err := root.Find(args)
		if err != nil || got != root || !got.Runnable() || !slices.Equal(flagsOf(root), flagsOf(whole)) {
			t.Errorf("%q: %s with %q: %v", args, got.CommandPath(), flagsOf(got), err)
		}
	}
}

func TestTreeIsWholeWhereAnythingMayCome(t *testing.T) {
	whole := len(newApp(system()).rootCommand().Commands())
	for _, args := range [][]string{nil, {""}, {"--help"}, {"-v", "token"}, {"help"}, {"completion"}, {"__complete", ""}, {"__completeNoDesc"}} {
		if got := len(newApp(system()).rootFor(args).Commands()); got != whole {
			t.Errorf("%q: %d commands, want %d", args, got, whole)
		}
	}
}
