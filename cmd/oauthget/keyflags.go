package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/config"
)

// keyGroup marks the flags that are profile keys, so that `--help` can show them apart.
const keyGroup = "oauthget_profile_key"

// addKeyFlags makes every profile key a flag of cmd.
func addKeyFlags(cmd *cobra.Command) {
	for _, key := range config.Keys() {
		flag := key.Flag()
		if flag == "" {
			continue
		}
		switch key.Kind {
		case config.Bool:
			cmd.Flags().Bool(flag, key.On, key.Usage)
		case config.List, config.Scopes, config.Command, config.Table, config.Ports:
			cmd.Flags().StringArray(flag, nil, key.Usage)
		default:
			cmd.Flags().String(flag, "", key.Usage)
		}
		_ = cmd.Flags().SetAnnotation(flag, keyGroup, []string{key.Name})
		if key.Values != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return key.Values(), cobra.ShellCompDirectiveNoFileComp
			})
		}
	}
}

// keyFlags returns the profile keys given on the command line, in their text form.
func keyFlags(cmd *cobra.Command) map[string][]string {
	given := map[string][]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		name, ok := f.Annotations[keyGroup]
		if !ok {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			given[name[0]] = list.GetSlice()
			return
		}
		given[name[0]] = []string{f.Value.String()}
	})
	return given
}

// completeProfiles offers the profiles of the file for the arguments of cmd, as many as it takes.
func (a *app) completeProfiles(cmd *cobra.Command, most int) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		file, err := a.profileFile(cmd.Context())
		if err != nil || file == nil || len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, _ := file.Profiles()
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
