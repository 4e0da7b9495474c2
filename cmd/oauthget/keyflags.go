package main

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/tokensource"
)

// keyGroup marks the flags that are profile keys, so that `--help` can show them apart.
const keyGroup = "oauthget_profile_key"

// addKeyFlags makes the profile's keys flags of cmd, where cmd is what runs: see rootCommand.
func (a *app) addKeyFlags(cmd *cobra.Command) { a.keyed = append(a.keyed, cmd) }

// makeKeyFlags does so for those that are wanted. profiles returns the names of the profiles, for completion.
func makeKeyFlags(cmd *cobra.Command, wanted func(flag string) bool, profiles func(*cobra.Command) []string) {
	for _, key := range config.Keys() {
		flag := key.Flag()
		if flag == "" || !wanted(flag) || cmd.Flags().Lookup(flag) != nil { // token has a --url of its own, and takes an API's as its argument
			continue
		}
		switch key.Kind {
		case config.Bool:
			cmd.Flags().VarPF(newBoolValue(key.Default == "true"), flag, "", key.Usage).NoOptDefVal = "true"
		case config.List, config.Scopes, config.Command, config.Table, config.Ports:
			cmd.Flags().StringArray(flag, nil, key.Usage)
		default:
			cmd.Flags().String(flag, "", key.Usage)
		}
		if key.Values != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return key.Values, cobra.ShellCompDirectiveNoFileComp
			})
		}
		if key.Name == "preset" {
			_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(provider.Names(), cobra.ShellCompDirectiveNoFileComp))
		}
		if slices.Contains([]string{"assertion_profile", "subject_token_profile", "actor_token_profile"}, key.Name) {
			_ = cmd.RegisterFlagCompletionFunc(flag, func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
				return profiles(cmd), cobra.ShellCompDirectiveNoFileComp
			})
		}
		_ = cmd.Flags().SetAnnotation(flag, keyGroup, []string{key.Name})
	}
}

// boolValue is the value of a key that is true or false, or empty: as if the key were not said, which for some keys is
// a third state. The flags of package pflag know two.
type boolValue string

func newBoolValue(on bool) *boolValue {
	v := boolValue("")
	if on {
		v = "true"
	}
	return &v
}

func (v *boolValue) String() string { return string(*v) }

// Type is what pflag writes its help by.
func (v *boolValue) Type() string { return "bool" }

func (v *boolValue) Set(text string) error {
	if text == "" {
		*v = ""
		return nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("want true or false, or nothing to remove it")
	}
	*v = boolValue(strconv.FormatBool(b))
	return nil
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

var errNoDuration = errors.New("not a duration")

// addRequestFlags are the flags by which a command asks for a token that is to be used at once.
func (a *app) addRequestFlags(cmd *cobra.Command, request *tokensource.Request) {
	request.MinTTL = tokensource.DefaultMinTTL
	cmd.Flags().Func("min-ttl", "how much longer the token must live, a `duration` (default 30s)", func(text string) (err error) {
		switch request.MinTTL, err = time.ParseDuration(text); {
		case err != nil:
			return errNoDuration
		case request.MinTTL < 0:
			return errors.New("it must not be negative")
		}
		return nil
	})
	cmd.Flags().BoolVar(&request.Force, "force", false, "do not use the stored token: refresh, or log in")
	a.addKeyFlags(cmd)
}
