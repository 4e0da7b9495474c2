package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/config"
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
		few := pick(keys, "preset", "url", "issuer", "client_id", "scopes", "grant", "account", "store")
		fmt.Fprintf(&b, "\nProfile keys, over what the file and the environment say (all of them: oauthget help keys):\n%s", few.FlagUsages())
	}
	if global := cmd.Root().PersistentFlags(); global.HasAvailableFlags() {
		fmt.Fprintf(&b, "\nGlobal flags:\n%s", global.FlagUsages())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nRun %s COMMAND --help for more on a command.\n", cmd.CommandPath())
	}
	_, a.helpErr = io.WriteString(a.stdout, b.String())
}

// keyGroups are the titles of the keys' groups, each with its first key in the order of config.Keys.
var keyGroups = [][2]string{
	{"The server", "url"},
	{"The client", "client_id"},
	{"The request", "grant"},
	{"The person", "prompt"},
	{"Assertions and token exchange", "assertion_file"},
	{"The redirect", "redirect_uri"},
	{"Parameters", "authorization_parameters"},
	{"Servers that differ", "scope_delimiter"},
	{"Security", "pkce"},
	{"Use and storage", "api_hosts"},
}

// pick returns the flags of the keys named, in that order.
func pick(flags *pflag.FlagSet, keys ...string) *pflag.FlagSet {
	picked := pflag.NewFlagSet("", pflag.ContinueOnError)
	picked.SortFlags = false
	for _, key := range keys {
		if f := flags.Lookup(config.FlagOf(key)); f != nil {
			picked.AddFlag(f)
		}
	}
	return picked
}

// helpKeys writes the flags that are profile keys, in their groups.
func helpKeys(out io.Writer, cmd *cobra.Command) error {
	_, keys := split(cmd.Flags())
	var b strings.Builder
	b.WriteString("Each key of a profile is a flag, over what the file and the environment say. docs/reference.md has more on each.\n")
	group, names := -1, []string(nil)
	for _, key := range append(config.Keys(), config.Key{}) {
		if next := group + 1; key.Name == "" || next < len(keyGroups) && keyGroups[next][1] == key.Name {
			if group >= 0 {
				fmt.Fprintf(&b, "\n%s:\n%s", keyGroups[group][0], pick(keys, names...).FlagUsages())
			}
			group, names = next, nil
		}
		names = append(names, key.Name)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// helpCommand is cobra's, with a topic of its own: a command called keys would take its name from profiles.
func helpCommand(root *cobra.Command, out io.Writer) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND|keys]",
		Short:   "Help about a command, or about the keys of a profile",
		Example: "  oauthget help token\n  oauthget help keys",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "keys" {
				return helpKeys(out, root)
			}
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(root, args[0])
			}
			return cmd.Help()
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			names := []string{"keys"}
			for _, c := range root.Commands() {
				names = append(names, c.Name())
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
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
