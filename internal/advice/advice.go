// Package advice translates the error codes of authorization servers into what a person is to change: a key of the
// profile, or a registration at the server.
//
// It is data. The codes are those of RFC 6749 §4.1.2.1 and §5.2, of its extensions, and of servers that say more in
// their descriptions than the standard's few codes can. It deliberately decides nothing: what a code means for the
// program is for package flow to say.
package advice

import (
	"slices"
	"strings"
)

// Advice is one thing to do.
type Advice struct {
	// Text is a sentence without its full stop, in which {client_id}, {grant}, {issuer}, {profile}, {redirect_uri} and
	// {scopes} stand for what the profile has.
	Text string
	// Keys are the profile's keys that the error is about, the likeliest first.
	Keys []string
}

// Placeholders lists what a Text may have in braces.
func Placeholders() []string {
	return []string{"client_id", "grant", "issuer", "profile", "redirect_uri", "scopes"}
}

// row is an error that is known. The first that fits counts, so those with a description come before those without.
type row struct {
	grants []string // of the profile; empty for any, and where none was asked for
	code   string   // the error parameter; empty for any
	in     string   // a part of error_description, in lower case; empty for any
	Advice
}

func (r row) fits(grant, code, description string) bool {
	return (len(r.grants) == 0 || slices.Contains(r.grants, grant)) && (r.code == "" || r.code == code) &&
		strings.Contains(description, r.in)
}

// For finds the advice for an error response to a request for the profile's grant, which is empty for a refresh and where
// no grant was asked for; false where there is none.
func For(grant, code, description string) (Advice, bool) {
	description = strings.ToLower(description)
	for _, table := range [][]row{granted(), entra(), described(), coded()} {
		for _, r := range table {
			if r.fits(grant, code, description) {
				return r.Advice, true
			}
		}
	}
	return Advice{}, false
}
