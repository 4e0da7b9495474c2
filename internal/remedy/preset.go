package remedy

import (
	"strings"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/provider"
)

// presetHint is what the profile's preset knows about an error response; empty if it knows nothing.
func (f failure) presetHint(e *flow.ServerError) string {
	if f.profile.Preset == "" {
		return ""
	}
	p, err := provider.Lookup(f.profile.Preset)
	if err != nil {
		return ""
	}
	description := plain(e.Code) + " " + informative(e.Description)
	for _, known := range p.Errors {
		if (known.Code == "" || strings.EqualFold(known.Code, e.Code)) && strings.Contains(description, plain(known.Contains)) {
			return known.Hint
		}
	}
	return ""
}
