package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
)

const rootLong = `oauthget gets OAuth 2.0 and OpenID Connect access tokens on the command line.

It signs you in with your browser, keeps the token in your keychain and prints it. The next call prints the stored token,
and refreshes it when it has expired.`

const rootExample = `  oauthget setup
  oauthget token work
  curl -H "Authorization: Bearer $(oauthget token work)" https://api.example.com/orders
  oauthget token --issuer https://login.example.com --client-id cli --scope openid
  oauthget demo`

// rootCommand builds the command tree. `oauthget NAME` is short for `oauthget token NAME`, so the root runs as token does.
//
// The profile's keys that args name are made flags of the one command that args lead to, because making all of them takes
// longer than reading a profile. Where anything may be asked for, as by help and completion, all commands have all of them.
func (a *app) rootCommand(args []string) *cobra.Command {
	token := a.tokenCommand()
	showVersion := false
	root := &cobra.Command{
		Use:               "oauthget [NAME]",
		Short:             "Obtain OAuth 2.0 and OpenID Connect tokens",
		Long:              rootLong,
		Example:           rootExample,
		Args:              atMostOneName,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkGlobals(cmd) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && cmd.Flags().NFlag() == 0 {
				return cmd.Help()
			}
			if showVersion {
				return a.showVersion(a.global.json)
			}
			return suggestCommand(cmd, args, token.RunE(cmd, args))
		},
		SuggestionsMinimumDistance: 2, // as cobra has it where it finds an unknown command itself
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.SetHelpFunc(a.help)
	a.addGlobalFlags(root)
	root.Flags().AddFlagSet(token.Flags())
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")

	add := func(group, title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: group, Title: title})
		for _, c := range commands {
			c.GroupID = group
		}
		root.AddCommand(commands...)
	}
	add("get", "Get a token:", setupCommand(a), token, a.loginCommand(), a.logoutCommand(), a.statusCommand())
	add("use", "Use:", a.curlCommand(), a.execCommand(), a.proxyCommand(), a.credentialCommand(), agentCommand(a))
	add("look", "Look:", a.inspectCommand(), a.explainCommand(), a.discoverCommand(), a.doctorCommand(), a.demoCommand())
	add("manage", "Manage:", a.profileCommand(), clientMetadataCommand(a), a.storeCommand(), a.versionCommand())
	root.SetHelpCommandGroupID("manage")
	root.SetCompletionCommandGroupID("manage")
	root.SetHelpCommand(helpCommand(root, a.stdout))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()

	for _, c := range root.Commands() {
		if c.Name() != "demo" { // the profile for demo --serve has that name; oauthget demo is the command all the same
			a.commands = append(a.commands, c.Name())
		}
	}
	runs, _, _ := root.Find(args)
	anything := len(args) > 0 && (strings.HasPrefix(args[0], "-") || strings.HasPrefix(args[0], "__") || args[0] == "help")
	for _, c := range append(a.keyed, root) {
		if c == runs || anything {
			makeKeyFlags(c, mentioned(args), a.profileNames)
		}
	}
	return root
}

// mentioned returns whether args have a flag. Where help or completion may be asked for, they have all.
func mentioned(args []string) func(flag string) bool {
	names := map[string]bool{}
	for i, arg := range args {
		name, _, _ := strings.Cut(arg, "=")
		long, isLong := strings.CutPrefix(name, "--")
		switch {
		case i == 0 && (strings.HasPrefix(arg, "__") || arg == "help"), isLong && long == "help",
			!isLong && strings.HasPrefix(name, "-") && strings.Contains(name, "h"): // -h, or -vh
			return func(string) bool { return true }
		}
		names[long] = names[long] || isLong
	}
	return func(flag string) bool { return names[flag] }
}

// suggestCommand adds to a profile that does not exist the command that may have been meant.
func suggestCommand(root *cobra.Command, args []string, err error) error {
	if _, ok := errors.AsType[*config.UnknownProfileError](err); !ok || len(args) == 0 {
		return err
	}
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return hint.With(err, "did you mean the command "+near[0]+"?")
	}
	return err
}

// noCommand says that there is no such command, and which may have been meant.
func noCommand(root *cobra.Command, name string) error {
	err := hint.Usagef("there is no command %q", name)
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return hint.With(err, "did you mean the command "+near[0]+"?")
	}
	return err
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return hint.Usagef("%s takes no arguments, not %q", cmd.CommandPath(), args[0])
	}
	return nil
}

func atMostOneName(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) > 1 && !cmd.HasParent():
		return noCommand(cmd, args[0])
	case len(args) > 1:
		return hint.Usagef("one profile at a time, not %q and %q", args[0], args[1])
	}
	return nil
}

// nameOf is the profile named on the command line; empty for the default one.
func nameOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
