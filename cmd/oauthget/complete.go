package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// profileNames are those of the file; none where it cannot be read.
func (a *app) profileNames(cmd *cobra.Command) []string {
	file, err := a.options().ProfileFile(cmd.Context())
	if err != nil || file == nil {
		return nil
	}
	return file.Profiles()
}

// completeProfiles offers the profiles of the file for the arguments of cmd, as many as it takes.
func (a *app) completeProfiles(cmd *cobra.Command, most int) {
	a.completeProfileFlags(cmd)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.profileNames(cmd), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeProfileFlags offers them for the flags that take one.
func (a *app) completeProfileFlags(cmd *cobra.Command) {
	for _, flag := range []string{"subject-token-profile", "actor-token-profile"} {
		if cmd.Flags().Lookup(flag) == nil {
			continue
		}
		_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return a.profileNames(cmd), cobra.ShellCompDirectiveNoFileComp
		})
	}
}

// completeThenFiles offers the profiles for the first argument, with commas between them where cmd takes several, and
// leaves to the shell's files what belongs to another program. Whether there was a -- is not to be found out: what is no
// profile is left to the shell as well.
func (a *app) completeThenFiles(cmd *cobra.Command, several bool) {
	a.completeProfileFlags(cmd)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		names := a.profileNames(cmd)
		i := strings.LastIndex(text, ",")
		if !several || i < 0 {
			return names, cobra.ShellCompDirectiveDefault
		}
		given := strings.Split(text[:i], ",")
		var more []string
		for _, name := range names {
			if !slices.Contains(given, name) {
				more = append(more, text[:i+1]+name)
			}
		}
		return more, cobra.ShellCompDirectiveDefault
	}
}
