package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the linker in a release.
var (
	version = "dev"
	commit  string
	date    string
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  oauthget version\n  oauthget version --json",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			return a.showVersion(a.global.json)
		},
	}
}

func (o outside) showVersion(asJSON bool) error {
	v := buildVersion()
	if asJSON {
		return o.printJSON(v)
	}
	_, err := fmt.Fprintf(o.stdout, "oauthget %s %s/%s %s\n", v.Version, runtime.GOOS, runtime.GOARCH, v.Go)
	return err
}

// versionInfo is the form of `version --json`.
type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// buildVersion knows what the linker was told and, for `go install`, what the module says of itself.
func buildVersion() versionInfo {
	v := versionInfo{version, commit, date, runtime.Version(), runtime.GOOS, runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && v.Version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Commit = cmp.Or(v.Commit, s.Value)
			case "vcs.time":
				v.Date = cmp.Or(v.Date, s.Value)
			}
		}
	}
	return v
}
