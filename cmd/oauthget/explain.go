package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/walkthrough"
)

// explainFormats are the values of explain's --format, the default first.
func explainFormats() []string {
	return []string{
		walkthrough.FormatText, walkthrough.FormatMarkdown, walkthrough.FormatHTML, walkthrough.FormatMermaid, walkthrough.FormatHAR,
	}
}

func (a *app) explainCommand() *cobra.Command {
	var format string
	var curl, dryRun bool
	cmd := &cobra.Command{
		Use:   "explain [NAME]",
		Short: "Walk through a login and show each step with the rule it follows",
		Long: `Obtain a token as the profile says and show each step: the request, the answer, the rule it follows, and what was checked.
Secrets are shown as fingerprints, so the output can be pasted into a bug report. The token is not stored; at the end it is
revoked, if the server can do that. If the login is for an API's URL, the API is called once with it. Of the metadata it shows what a login depends on; -v and --format markdown show all of it.

--format html writes a page with a sequence diagram, --format mermaid the diagram alone. They are written when the walk is over.

--curl prints commands that do the same by hand, with shell variables for the secrets. --dry-run shows the authorization
URL, parameter by parameter, and stops; a request that has to be pushed is pushed.`,
		Example: "  oauthget explain work\n  oauthget explain work --dry-run\n  oauthget explain work --format markdown >login.md\n  oauthget explain work --format html >login.html\n  oauthget explain work --curl",
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(explainFormats(), format) {
				return hint.Usagef("--format takes %s, not %q", strings.Join(explainFormats(), ", "), format)
			}
			if curl && cmd.Flags().Changed("format") {
				return hint.Usagef("--curl and --format ask for two formats")
			}
			if a.global.json {
				return hint.Usagef("--json is not a format of explain: --format har is JSON")
			}
			if curl {
				format = walkthrough.FormatCurl
			}
			n := &walkthrough.Narration{
				Format: format, DryRun: dryRun, Whole: a.verbose, Out: a.stdout, JSON: a.printJSON, Now: a.now, Version: version, Warn: a.Warn,
			}
			o := a.options()
			o.Narrator = n
			s, err := session.OpenNamed(cmd.Context(), o, nameOf(args), keyFlags(cmd))
			if err != nil {
				return err
			}
			if dryRun && s.Profile.Grant != config.GrantAuthorizationCode {
				return hint.Usagef("--dry-run shows an authorization URL, and the grant %s has none", s.Profile.Grant)
			}
			if a.global.noInput && !dryRun && s.Profile.NeedsPerson() {
				return fmt.Errorf("explain: %w", tokensource.ErrInteractionRequired)
			}
			return n.Explain(cmd.Context(), s)
		},
	}
	cmd.Flags().StringVar(&format, "format", explainFormats()[0], "one of "+strings.Join(explainFormats(), ", "))
	cmd.Flags().BoolVar(&curl, "curl", false, "print the equivalent curl commands")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "stop before the browser opens")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(explainFormats(), cobra.ShellCompDirectiveNoFileComp))
	a.addKeyFlags(cmd)
	a.completeProfiles(cmd, 1)
	return cmd
}
