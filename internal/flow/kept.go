package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxKept bounds what is kept of answers, in bytes: it is stored with the token.
const maxKept = 64 << 10

// kept returns the members of the answer and the parameters of the authorization response that the profile keeps, as a JSON
// object. What a refresh does not repeat is taken from old.
func (c *Client) kept(answer *tokenReply, response url.Values, old token.Secret) token.Secret {
	object := readKept(old)
	maps.DeleteFunc(object, func(name string, _ json.RawMessage) bool { return !slices.Contains(c.keeps(), name) })
	// They are printed: without control characters, and without an echo.
	clean := append(slices.Clone(answer.secrets), untrusted.Stripped{})
	for _, name := range c.Profile.KeepCallbackParameters {
		if response.Has(name) {
			raw, _ := json.Marshal(response.Get(name)) // strings always encode
			object[name] = untrusted.MaskJSON(raw, clean...)
		}
	}
	for _, name := range c.Profile.KeepMembers {
		if raw, ok := answer.members[name]; ok {
			object[name] = untrusted.MaskJSON(raw, clean...)
		}
	}
	if len(object) == 0 {
		return token.Secret{}
	}
	text, err := json.Marshal(object)
	if err != nil || len(text) > maxKept {
		c.warn(fmt.Sprintf("nothing is kept of the answer: it is longer than %d bytes", maxKept))
		return old
	}
	return token.NewSecret(string(text))
}

func (c *Client) keeps() []string {
	return slices.Concat(c.Profile.KeepMembers, c.Profile.KeepCallbackParameters)
}

func readKept(kept token.Secret) map[string]json.RawMessage {
	object := map[string]json.RawMessage{}
	if !kept.Empty() {
		_ = json.Unmarshal([]byte(kept.Reveal()), &object) // this program wrote it
	}
	return object
}

// warnOfMissing warns if a login brought less than the profile keeps.
func (c *Client) warnOfMissing(set token.Set) {
	object := readKept(set.Kept)
	for _, name := range c.keeps() {
		if _, ok := object[name]; !ok {
			c.warn("the server sent no " + untrusted.Quote(name) + ", which the profile keeps")
		}
	}
}
