package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/term"
)

const rootLong = `oauthget gets OAuth 2.0 and OpenID Connect access tokens on the command line.

It signs you in with your browser, keeps the token in your keychain and prints it. The next call prints the stored token,
and refreshes it when it has expired.`

const rootExample = `  oauthget token work
  curl -H "Authorization: Bearer $(oauthget token work)" https://api.example.com/orders
  oauthget token --issuer https://login.example.com --client-id cli --scope openid
  oauthget demo`

// The commands' names, in the order of their groups, and what makes each.
func (a *app) table() []entry {
	return []entry{
		{"token", groupGet, a.tokenCommand},
		{"login", groupGet, a.loginCommand},
		{"logout", groupGet, a.logoutCommand},
		{"status", groupGet, a.statusCommand},
		{"curl", groupUse, a.curlCommand},
		{"exec", groupUse, a.execCommand},
		{"proxy", groupUse, a.proxyCommand},
		{"credential", groupUse, a.credentialCommand},
		{"inspect", groupLook, a.inspectCommand},
		{"explain", groupLook, a.explainCommand},
		{"discover", groupLook, a.discoverCommand},
		{"doctor", groupLook, a.doctorCommand},
		{"demo", groupLook, a.demoCommand},
		{"profile", groupManage, a.profileCommand},
		{"store", groupManage, a.storeCommand},
		{"version", groupManage, a.versionCommand},
	}
}

type entry struct {
	name, group string
	make        func() *cobra.Command
}

// rootCommand builds the whole tree, for help and completion. `oauthget NAME` is short for `oauthget token NAME`, so the
// root runs as token does.
func (a *app) rootCommand() *cobra.Command {
	root := a.bareRoot()
	a.runAsToken(root)
	for _, e := range a.table() {
		e.addTo(root)
	}
	root.SetHelpCommandGroupID(groupManage)
	root.SetCompletionCommandGroupID(groupManage)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// rootFor builds as much of the tree as args can need, since to make two hundred flags takes longer than to read a
// profile: where the first word is a command, cobra goes to it whatever follows; where it is another word, the root
// runs; and where it is a flag, anything may be.
func (a *app) rootFor(args []string) *cobra.Command {
	if !beginsWithWord(args) {
		return a.rootCommand()
	}
	root := a.bareRoot()
	root.CompletionOptions.DisableDefaultCmd = true
	for _, e := range a.table() {
		if e.name == args[0] {
			e.addTo(root)
			return root
		}
	}
	a.runAsToken(root)
	return root
}

// cobrasOwn are the commands that cobra adds, beside hidden ones that begin with two underscores.
var cobrasOwn = []string{"completion", "help"}

func beginsWithWord(args []string) bool {
	return len(args) > 0 && args[0] != "" && !strings.HasPrefix(args[0], "-") && !strings.HasPrefix(args[0], "__") &&
		!slices.Contains(cobrasOwn, args[0])
}

func (e entry) addTo(root *cobra.Command) {
	c := e.make()
	c.GroupID = e.group
	root.AddCommand(c)
}

func (a *app) runAsToken(root *cobra.Command) {
	asToken := a.tokenCommand()
	root.Flags().AddFlagSet(asToken.Flags())
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && cmd.Flags().NFlag() == 0 {
			return cmd.Help()
		}
		return a.suggestCommand(args, asToken.RunE(cmd, args))
	}
}

// suggestCommand adds to a profile that does not exist the command that may have been meant.
func (a *app) suggestCommand(args []string, err error) error {
	if _, ok := errors.AsType[*config.UnknownProfileError](err); !ok || len(args) == 0 {
		return err
	}
	root := a.rootCommand()
	root.SuggestionsMinimumDistance = 2 // as cobra has it where it finds an unknown command itself
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		return hint.With(err, "did you mean the command "+near[0]+"?")
	}
	return err
}

// bareRoot has no commands yet.
func (a *app) bareRoot() *cobra.Command {
	root := &cobra.Command{
		Use:               "oauthget [NAME]",
		Short:             "Obtain OAuth 2.0 and OpenID Connect tokens",
		Long:              rootLong,
		Example:           rootExample,
		Args:              atMostOneName,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkGlobals() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &hint.UsageError{Err: err} })
	root.SetHelpFunc(a.help)
	root.CompletionOptions.HiddenDefaultCmd = false
	a.addGlobalFlags(root)
	root.AddGroup(&cobra.Group{ID: groupGet, Title: "Get a token:"}, &cobra.Group{ID: groupUse, Title: "Use:"},
		&cobra.Group{ID: groupLook, Title: "Look:"}, &cobra.Group{ID: groupManage, Title: "Manage:"})
	a.commands = slices.Clone(cobrasOwn)
	for _, e := range a.table() {
		a.commands = append(a.commands, e.name)
	}
	// `demo --serve` is tried with a profile of that name; `oauthget demo` is the command all the same.
	a.commands = slices.DeleteFunc(a.commands, func(name string) bool { return name == "demo" })
	return root
}

const (
	groupGet    = "get"
	groupUse    = "use"
	groupLook   = "look"
	groupManage = "manage"
)

func (a *app) addGlobalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.global.config, "config", "", "profile `FILE` (default: $OAUTHGET_CONFIG, or config.toml in the configuration directory)")
	f.DurationVar(&a.global.timeout, "timeout", 5*time.Minute, "how long the person has to act")
	f.BoolVar(&a.global.noInput, "no-input", false, "never open a browser or ask: exit 4 instead")
	f.BoolVar(&a.global.noBrowser, "no-browser", false, "show the URL only, and wait for the redirect")
	f.BoolVar(&a.global.json, "json", false, "print JSON where the command has it")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "say each step on stderr")
	f.StringVar(&a.global.trace, "trace", "", "write each exchange, without its secrets, to stderr, or with --trace=`FILE` to a file")
	f.Lookup("trace").NoOptDefVal = traceToStderr
	f.StringVar(&a.global.color, "color", "auto", "colour on stderr: auto, always, never")
	_ = root.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(term.ColorModes, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) checkGlobals() error {
	if err := term.CheckColorMode(a.global.color); err != nil {
		return &hint.UsageError{Err: err}
	}
	a.style = term.NewStyle(a.global.color, a.stderr, a.getenv)
	if a.global.trace != "" {
		if err := a.openTrace(); err != nil {
			return &hint.UsageError{Err: err}
		}
	}
	if a.global.timeout <= 0 {
		return hint.Usagef("--timeout must be more than nothing, not %s", a.global.timeout)
	}
	return nil
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
		return hint.Usagef("there is no command %q", args[0])
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
