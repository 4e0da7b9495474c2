package credential

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHelpersBesideOursAreThoseThatGitAsksToo(t *testing.T) {
	const url = "https://git.example.com"
	const ours = "!oauthget credential git code"
	entry := func(url, command string) string {
		if url != "" {
			url += "."
		}
		return "credential." + url + "helper\n" + command + "\x00"
	}
	store := GitHelper{"", "store"}
	for name, c := range map[string]struct {
		listing string
		ours    bool
		beside  []GitHelper
	}{
		"nothing":                      {"", false, nil},
		"ours alone":                   {entry(url, ours), true, nil},
		"one for all":                  {entry("", "store") + entry(url, ours), true, []GitHelper{store}},
		"one for all, behind":          {entry(url, ours) + entry("", "store"), true, []GitHelper{store}},
		"one for the same":             {entry(url, ours) + entry(url, "cache"), true, []GitHelper{{url, "cache"}}},
		"reset first":                  {entry("", "store") + entry(url, "") + entry(url, ours), true, nil},
		"reset, and another behind":    {entry(url, "") + entry(url, ours) + entry("", "store"), true, []GitHelper{store}},
		"reset later":                  {entry("", "store") + entry(url, ours) + entry(url, ""), false, nil},
		"reset elsewhere":              {entry("", "store") + entry("https://other.example", "") + entry(url, ours), true, []GitHelper{store}},
		"another server's":             {entry("https://git.example.community", "store") + entry(url, ours), true, nil},
		"of the host, ours for a path": {entry(url, "store") + entry(url+"/org", ours), true, []GitHelper{{url, "store"}}},
		"another profile":              {entry("", "store") + entry(url, "!oauthget credential git other"), false, nil},
		"the default profile":          {entry("", "store") + entry(url, "!/opt/oauthget credential git"), true, []GitHelper{store}},
		"two of ours":                  {entry(url, ours) + entry(url, "!oauthget credential git other"), true, nil},
		"no value":                     {"credential.helper\x00" + entry(url, ours), true, nil},
	} {
		ours, beside := GitHelpersBeside(c.listing, "code")
		if diff := cmp.Diff(c.beside, beside); diff != "" || (len(ours) > 0) != c.ours {
			t.Errorf("%s: ours %v\n%s", name, ours, diff)
		}
	}
}
