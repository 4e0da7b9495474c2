package session

import (
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Details says for whom, for what scope and until when a token was obtained. It contains no secret.
func Details(set token.Set, now time.Time) string {
	text := ""
	if name := untrusted.Text(set.User()); name != "" {
		text += " as " + name
	}
	if len(set.Scopes) > 0 {
		text += ", for " + untrusted.Text(strings.Join(set.Scopes, " "))
	}
	if types := flow.DetailTypes(set.AuthorizationDetails); len(types) > 0 {
		text += ", with authorization details " + untrusted.Text(strings.Join(types, " "))
	}
	switch {
	case set.Expiry.IsZero():
		text += "; the server does not say for how long"
	default:
		text += ", until " + set.Expiry.Local().Format("2006-01-02 15:04:05 MST") + " (" + set.Expiry.Sub(now).Round(time.Second).String() + ")"
	}
	if !set.RefreshToken.Empty() {
		text += "; refreshed from then on"
	}
	return text
}
