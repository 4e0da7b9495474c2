package credential

import (
	"slices"
	"strings"
)

// GitHelper is a helper in git's configuration.
type GitHelper struct {
	URL     string // for which it is configured; empty for all
	Command string // as in the configuration
}

// GitHelpersBeside reads what git config --null --get-regexp prints of the keys credential.*.helper. ours are the helpers that
// run oauthget for the profile; beside are the others that git would ask, and tell the token to, wherever it asks one of
// ours. An empty helper "resets the helper list to empty" (gitcredentials(7)).
func GitHelpersBeside(listing, profile string) (ours, beside []GitHelper) {
	var all []GitHelper
	for entry := range strings.SplitSeq(strings.TrimSuffix(listing, "\x00"), "\x00") {
		key, command, _ := strings.Cut(entry, "\n")
		scope, ok := strings.CutPrefix(strings.TrimSuffix(key, "helper"), "credential.")
		if !ok {
			continue
		}
		all = append(all, GitHelper{strings.TrimSuffix(scope, "."), command})
	}
	for _, own := range all {
		if !own.runsUs(profile) {
			continue
		}
		var asked []GitHelper
		for _, h := range all {
			switch {
			case !h.appliesTo(own.URL):
			case h.Command == "":
				asked = nil
			default:
				asked = append(asked, h)
			}
		}
		if !slices.Contains(asked, own) {
			continue // it is reset, and never asked
		}
		ours = append(ours, own)
		for _, h := range asked {
			if !h.runsUs("") && !slices.Contains(beside, h) {
				beside = append(beside, h)
			}
		}
	}
	return ours, beside
}

// runsUs reports whether the helper is oauthget, for the profile or for the default one. An empty profile means any.
func (h GitHelper) runsUs(profile string) bool {
	words := strings.Fields(h.Command)
	i := slices.Index(words, "credential")
	if i < 1 || !strings.Contains(words[i-1], "oauthget") || len(words) <= i+1 || words[i+1] != "git" {
		return false
	}
	return profile == "" || len(words) == i+2 || slices.Contains(words, profile)
}

// appliesTo reports whether git asks the helper where it asks one for url.
func (h GitHelper) appliesTo(url string) bool {
	return h.URL == "" || strings.HasPrefix(strings.TrimSuffix(url, "/")+"/", strings.TrimSuffix(h.URL, "/")+"/")
}
