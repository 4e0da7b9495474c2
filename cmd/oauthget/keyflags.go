package main

import (
	"errors"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/oauthget/oauthget/internal/config"
)

// keyGroup marks the flags that are profile keys, so that `--help` can show them apart.
const keyGroup = "oauthget_profile_key"

// addKeyFlags makes every profile key a flag of cmd.
func addKeyFlags(cmd *cobra.Command) {
	defer completeKeys(cmd)
	for _, key := range config.Keys() {
		if key.Flag == "" {
			continue
		}
		switch key.Kind {
		case config.Bool:
			cmd.Flags().VarPF(newBoolValue(key.On), key.Flag, "", key.Usage).NoOptDefVal = "true"
		case config.List, config.Scopes, config.Command, config.Table, config.Ports:
			cmd.Flags().StringArray(key.Flag, nil, key.Usage)
		default:
			cmd.Flags().String(key.Flag, "", key.Usage)
		}
		_ = cmd.Flags().SetAnnotation(key.Flag, keyGroup, []string{key.Name})
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

// completeKeys offers the values of the keys that take one of a few.
func completeKeys(cmd *cobra.Command) {
	for flag, values := range map[string][]string{
		"store": config.Stores(), "token-endpoint-auth-method": config.AuthMethods(), "grant": config.Grants(),
		"response-mode": config.ResponseModes(), "security-profile": config.SecurityProfiles(),
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}
