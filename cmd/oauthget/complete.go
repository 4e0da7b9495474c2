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

// completeProfiles offers the profiles of the file for the arguments of cmd, as many as it takes, and after them rest.
func (a *app) completeProfiles(cmd *cobra.Command, most int, rest ...string) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) < most:
			return a.profileNames(cmd), cobra.ShellCompDirectiveNoFileComp
		case len(args) == most:
			return slices.Clone(rest), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeThenFiles offers the profiles for the first argument, with commas between them where cmd takes several, and
// leaves the rest to the shell's files, since it belongs to another program. Whether there was a -- cannot be known: what
// is no profile is left to the shell as well.
func (a *app) completeThenFiles(cmd *cobra.Command, several bool) {
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
