package config

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/origin"
)

// ForAPI returns the name of the one profile whose url or api_hosts fits target; empty if none does. A profile without both
// fits no API: its client and its tokens are for others. A profile that cannot be resolved fits none.
func ForAPI(in Input, target *url.URL) (string, error) {
	if in.File == nil {
		return "", nil
	}
	var fitting []string
	for _, name := range in.File.Profiles() {
		in.Name, in.OneOfMany = name, true
		p, _, err := Resolve(in)
		if err == nil && (p.URL != "" && origin.Covers(p.URL, target) || len(p.APIHosts) > 0 && p.MaySend(target)) {
			fitting = append(fitting, name)
		}
	}
	switch len(fitting) {
	case 0:
		return "", nil
	case 1:
		return fitting[0], nil
	}
	return "", (&Error{
		Path: in.File.Path, Err: fmt.Errorf("several profiles are for this API: %s", strings.Join(fitting, ", ")),
	}).advise("name one of them in place of the URL")
}
