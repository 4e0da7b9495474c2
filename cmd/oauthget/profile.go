package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
)

func (a *app) profileCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "profile",
		Short:   "List, show and edit profiles, and show the presets",
		Long:    "List, show and edit the profiles of the profile file. Edits keep comments and everything else.",
		Example: "  oauthget profile list\n  oauthget profile show work\n  oauthget profile add work --issuer https://login.example.com --client-id cli",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	set := a.profileEditCommand("set NAME", "Change keys of a profile; an empty value removes a key", func(_ context.Context, name string, keys map[string][]string) error {
		return editProfile(a.options(), func(e *config.Editor) error { return e.Set(name, keys) })
	})
	set.Example = "  oauthget profile set work --scope 'openid orders:read'\n  oauthget profile set work --audience '' --pkce="
	cmd.AddCommand(a.profileListCommand(), a.profileShowCommand(), a.profileAddCommand(), set, a.profileRemoveCommand(), presetsCommand(a))
	return cmd
}

// profileList is the form of `profile list --json`.
type profileList struct {
	Version  int      `json:"version"`
	File     string   `json:"file"`
	Default  string   `json:"default_profile,omitempty"`
	Profiles []string `json:"profiles"`
}

func (a *app) profileListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the profiles",
		Example: "  oauthget profile list\n  oauthget profile list --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := profileList{Version: 1, Profiles: []string{}}
			file, err := a.options().ProfileFile(cmd.Context())
			if err != nil {
				return err
			}
			if file != nil {
				list.File, list.Default, list.Profiles = file.Path, file.DefaultProfile(), file.Profiles()
			}
			if a.global.json {
				return a.printJSON(list)
			}
			for _, name := range list.Profiles {
				if _, err := fmt.Fprintln(a.stdout, name); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// profileRow is one row of `profile show --json`.
type profileRow struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

func (a *app) profileShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show [NAME]",
		Short:   "Show the values of a profile, and where each comes from",
		Long:    "Show the values that result from flags, environment, file, preset and defaults, and where each comes from. Secrets are never shown.",
		Example: "  oauthget profile show work\n  OAUTHGET_SCOPES=openid oauthget profile show work --json",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.open(cmd, nameOf(args))
			if err != nil {
				return err
			}
			rows := []profileRow{}
			for _, r := range config.Show(s.Profile, s.Origins) {
				rows = append(rows, profileRow{r.Key, r.Value, cmp.Or(r.Origin.Where, "the API, at the last login")})
			}
			if a.global.json {
				return a.printJSON(map[string]any{"version": 1, "profile": s.Profile.Name, "keys": rows})
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 3, ' ', 0)
			for _, r := range rows {
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.Key, r.Value, r.Origin)
			}
			return w.Flush()
		},
	}
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (a *app) profileAddCommand() *cobra.Command {
	var register bool
	cmd := a.profileEditCommand("add NAME", "Add a profile", func(ctx context.Context, name string, keys map[string][]string) error {
		return a.options().AddProfile(ctx, name, keys, register)
	})
	cmd.Example = "  oauthget profile add hub --preset github --client-id cli --client-secret-keychain hub\n  oauthget profile add work --issuer https://login.example.com --client-id cli --scope openid\n  oauthget profile add orders --url https://api.example.com/v1 --register"
	cmd.Flags().BoolVar(&register, "register", false, "register a client for it at its server (RFC 7591), and keep that")
	cmd.ValidArgsFunction = cobra.NoFileCompletions // the name is a new one
	return cmd
}

func (a *app) profileEditCommand(use, short string, edit func(ctx context.Context, name string, keys map[string][]string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: exactlyOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			keys := keyFlags(cmd)
			if len(keys) == 0 {
				return hint.Usagef("%s takes the keys to write as flags, such as --issuer and --client-id", cmd.CommandPath())
			}
			return edit(cmd.Context(), args[0], keys)
		},
	}
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}

func (a *app) profileRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove NAME", Short: "Remove a profile from the file; its tokens stay until oauthget logout NAME",
		Example: "  oauthget logout work\n  oauthget profile remove work", Args: exactlyOneName,
		RunE: func(_ *cobra.Command, args []string) error {
			return editProfile(a.options(), func(e *config.Editor) error { return e.RemoveProfile(args[0]) })
		},
	}
	a.completeProfiles(cmd, 1)
	return cmd
}

func editProfile(o session.Options, edit func(*config.Editor) error) error {
	path, _, err := o.ProfilePath()
	if err != nil {
		return err
	}
	return config.Edit(path, edit)
}

func exactlyOneName(cmd *cobra.Command, args []string) error {
	if len(args) > 1 && slices.Contains(args[1:], "") {
		// The shell's '' behind --pkce is an argument of its own: pflag gives a boolean no word that follows it.
		return hint.Usagef("a flag that is true or false is removed by --FLAG=, without a space")
	}
	if len(args) != 1 {
		return hint.Usagef("%s takes one profile name", cmd.CommandPath())
	}
	return nil
}
