package remedy

import (
	"slices"
	"strings"
)

// advice is what to do about an error code of an authorization server.
type advice struct {
	// text is a sentence without its full stop, in which {client_id}, {grant}, {issuer}, {profile}, {redirect_uri} and
	// {scopes} stand for the profile's values.
	text string
	// keys are the profile's keys that the error is about, the likeliest first.
	keys []string
}

// row is an error that is known. The first that fits counts, so those with a description come before those without.
type row struct {
	grants []string // of the profile; empty for any, and where none was asked for
	code   string   // the error parameter; empty for any
	in     string   // a part of error_description, in lower case; empty for any
	advice
}

func (r row) fits(grant, code, description string) bool {
	return (len(r.grants) == 0 || slices.Contains(r.grants, grant)) && (r.code == "" || r.code == code) &&
		strings.Contains(description, r.in)
}

// table returns all rows. The codes are those of RFC 6749 §4.1.2.1 and §5.2, of its extensions, and of servers that say
// more in their descriptions than the standard's few codes can.
func table() []row { return slices.Concat(granted(), entra(), described(), coded()) }

// lookUp returns the advice for an error response to a request for a grant, which is empty for a refresh and where no
// grant was asked for.
func lookUp(grant, code, description string) (advice, bool) {
	description = informative(description)
	for _, r := range table() {
		if r.fits(grant, code, description) {
			return r.advice, true
		}
	}
	return advice{}, false
}
