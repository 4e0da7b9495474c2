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
		if key.Flag == "" {
			continue
		}
		switch key.Kind {
		case config.Bool:
			cmd.Flags().Bool(key.Flag, true, key.Usage)
		case config.List, config.Scopes, config.Command, config.Table, config.Ports:
			cmd.Flags().StringArray(key.Flag, nil, key.Usage)
		default:
			cmd.Flags().String(key.Flag, "", key.Usage)
		}
		_ = cmd.Flags().SetAnnotation(key.Flag, keyGroup, []string{key.Name})
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
