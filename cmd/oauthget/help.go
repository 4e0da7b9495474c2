package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help writes a command's help to stdout: it was asked for, so it is the result. The thirty flags that are profile keys
// stand apart from the few that are not.
func (a *app) help(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(cmp.Or(cmd.Long, cmd.Short)) + "\n\nUsage:\n")
	if cmd.Runnable() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s COMMAND [flags]\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	writeCommands(&b, cmd)
	own, keys := split(cmd.NonInheritedFlags())
	if own.HasAvailableFlags() && cmd.HasParent() {
		fmt.Fprintf(&b, "\nFlags:\n%s", own.FlagUsages())
	}
	if keys.HasAvailableFlags() && cmd.HasParent() {
		fmt.Fprintf(&b, "\nProfile keys, over what the file and the environment say:\n%s", keys.FlagUsages())
	}
	if global := cmd.Root().PersistentFlags(); global.HasAvailableFlags() {
		fmt.Fprintf(&b, "\nGlobal flags:\n%s", global.FlagUsages())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun %s COMMAND --help for more on a command.\n", cmd.CommandPath())
	}
	_, a.helpErr = io.WriteString(a.stdout, b.String())
}

func writeCommands(b *strings.Builder, cmd *cobra.Command) {
	list := func(title string, belongs func(*cobra.Command) bool) {
		first := true
		for _, c := range cmd.Commands() {
			if !c.IsAvailableCommand() || !belongs(c) {
				continue
			}
			if first {
				fmt.Fprintf(b, "\n%s\n", title)
				first = false
			}
			fmt.Fprintf(b, "  %-12s %s\n", c.Name(), c.Short)
		}
	}
	for _, g := range cmd.Groups() {
		list(g.Title, func(c *cobra.Command) bool { return c.GroupID == g.ID })
	}
	list("Commands:", func(c *cobra.Command) bool { return c.GroupID == "" })
}

// split tells the flags that are profile keys from the others.
func split(flags *pflag.FlagSet) (own, keys *pflag.FlagSet) {
	own, keys = pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.VisitAll(func(f *pflag.Flag) {
		if _, ok := f.Annotations[keyGroup]; ok {
			keys.AddFlag(f)
		} else {
			own.AddFlag(f)
		}
	})
	return own, keys
}
