package remedy

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/flow"
)

// advice is what to do about an error code of an authorization server.
type advice struct {
	// text is a sentence without its full stop, in which words in braces stand for the profile's values, or for a whole
	// sentence: see failure.fill.
	text string
	// keys are the profile's keys that the error is about, the likeliest first.
	keys []string
}

// row is an error that is known. The first that fits counts, so those with a description come before those without.
type row struct {
	grants []string // of the profile; empty for any, and where none was asked for
	code   string   // the error parameter; empty for any
	status int      // of the answer; 0 for any
	in     string   // a part of error_description, in lower case; empty for any
	advice
}

// fits reports whether the row is about an error, whose description is in the form of informative.
func (r row) fits(e *flow.ServerError, description string) bool {
	return (len(r.grants) == 0 || slices.Contains(r.grants, e.Grant)) && (r.code == "" || r.code == strings.ToLower(e.Code)) &&
		(r.status == 0 || r.status == e.Status) && strings.Contains(description, r.in)
}

// table returns all rows. The codes are those of RFC 6749 §4.1.2.1 and §5.2, of its extensions, and of servers that say
// more in their descriptions than the standard's few codes can.
func table() []row { return slices.Concat(entra(), described(), granted(), coded()) }

// lookUp returns the advice for an error response.
func lookUp(e *flow.ServerError) (advice, bool) {
	// These are no word of the parameter resource.
	description := strings.NewReplacer("resource owner", "", "resource server", "").Replace(informative(e.Description))
	for _, r := range table() {
		if r.fits(e, description) {
			return r.advice, true
		}
	}
	return advice{}, false
}
