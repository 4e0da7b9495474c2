package main

import (
	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/provider"
)

func presetsCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "presets [PRESET]",
		Short:   "List the built-in providers, or show one: what to register where, its values, notes and sources",
		Example: "  oauthget profile presets\n  oauthget profile presets github\n  oauthget profile add hub --preset github --client-id ID --client-secret-keychain hub",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return hint.Usagef("%s takes one preset", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: completePresets,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				p, err := config.Preset(args[0])
				switch {
				case err != nil:
					return err
				case a.global.json:
					return a.printJSON(map[string]any{"version": 1, "preset": p})
				}
				return p.WritePage(a.stdout)
			}
			all, err := provider.All()
			switch {
			case err != nil:
				return err
			case a.global.json:
				return a.printJSON(map[string]any{"version": 1, "presets": provider.Listed(all)})
			}
			return provider.WriteTable(a.stdout, all)
		},
	}
}

// completePresets offers the names of the presets.
func completePresets(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return provider.Names(), cobra.ShellCompDirectiveNoFileComp
}
