package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
)

func (a *app) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "store",
		Short:   "Move tokens from one store to another",
		Long:    "Manage where the tokens of a profile are kept.",
		Example: "  oauthget store move work --to file",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.storeMoveCommand())
	return cmd
}

// movable are the stores that keep something.
var movable = []string{config.StoreKeychain, config.StoreFile}

func (a *app) storeMoveCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "move NAME --to keychain|file",
		Short: "Move a profile's tokens to another store, and change the profile",
		Long: `Copy the tokens of a profile to the other store, change the profile's store, and then remove the old copies. After an
interruption at least one copy is left that the profile leads to; run the command again to finish.`,
		Example: "  oauthget store move work --to file\n  oauthget store move work --to keychain",
		Args:    exactlyOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(movable, to) {
				return hint.Usagef("--to takes keychain or file, not %q", to)
			}
			return account.Move(cmd.Context(), a.options(), args[0], to)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the store to move to: keychain, file")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(movable, cobra.ShellCompDirectiveNoFileComp))
	a.completeProfiles(cmd, 1)
	return cmd
}
