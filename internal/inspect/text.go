package inspect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// Text is the report for a person.
func (r Report) Text(now time.Time) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "token:\t%s\n", r.title())
	if len(r.Scopes) > 0 {
		fmt.Fprintf(w, "scope:\t%s\n", untrusted.Text(strings.Join(r.Scopes, " ")))
	}
	switch {
	case r.Expired:
		fmt.Fprintf(w, "expired:\t%s\n", moment(r.ExpiresAt, now))
	case !r.ExpiresAt.IsZero():
		fmt.Fprintf(w, "expires:\t%s\n", moment(r.ExpiresAt, now))
	}
	_ = w.Flush() // a strings.Builder never fails
	section(&b, "header", r.Header, now)
	section(&b, "claims", r.Claims, now)
	if text := r.signature(); text != "" {
		b.WriteString("signature: " + text + "\n")
	}
	section(&b, "introspection", r.Introspection, now)
	absence(&b, "introspection", r.NotIntrospected)
	section(&b, "userinfo", r.Userinfo, now)
	absence(&b, "userinfo", r.NoUserinfo)
	return b.String()
}

// title says what kind of token it is.
func (r Report) title() string {
	kind := map[string]string{"access_token": "access token", "id_token": "ID Token"}[r.Token]
	if r.Profile != "" {
		kind += " of " + untrusted.Text(r.Profile)
	}
	form := map[string]string{
		formatJWT: "a JWT", formatEncrypted: "an encrypted JWT, which only its recipient can read",
		formatOpaque: "opaque: it has nothing to read",
	}[r.Format]
	if typ := said(r.Header["typ"]); typ != "" && !strings.EqualFold(typ, "JWT") {
		form += " of the type " + typ
	}
	if kind == "" {
		return form
	}
	return kind + ", " + form
}

// signature is the verdict on it; empty where there is none to judge.
func (r Report) signature() string {
	switch {
	case r.Signature != nil:
		s := r.Signature
		by := []string{untrusted.Text(s.Algorithm)}
		if s.KeyID != "" {
			by = append(by, "kid "+untrusted.Text(s.KeyID))
		}
		return fmt.Sprintf("good (%s, keys of %s)", strings.Join(by, ", "), untrusted.Text(cmp.Or(s.Issuer, s.JWKSURI)))
	case strings.EqualFold(said(r.Header["alg"]), "none"):
		return "none: anybody can have written this"
	case r.NotVerified != "" && r.Format == formatJWT: // the title says it of other formats
		return "not verified: " + untrusted.Text(r.NotVerified)
	}
	return ""
}

// absence says why a section is missing.
func absence(b *strings.Builder, title, why string) {
	if why != "" {
		b.WriteString(title + ": none; " + untrusted.Text(why) + "\n")
	}
}

// first are the members that a person looks for first, in this order; the others follow by name.
var first = []string{
	"alg", "kid", "typ", "active", "iss", "sub", "aud", "azp", "client_id", "scope", "exp", "iat", "nbf", "auth_time", "acr",
}

// section writes an object as a table.
func section(b *strings.Builder, title string, object members, now time.Time) {
	if len(object) == 0 {
		return
	}
	b.WriteString(title + ":\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	names := slices.SortedFunc(maps.Keys(object), func(x, y string) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x, y))
	})
	for _, name := range names {
		value := said(object[name])
		if t, ok := numericDate(object[name]); ok && slices.Contains(timeClaims, name) {
			value = moment(t, now)
		}
		fmt.Fprintf(w, "  %s\t%s\n", shownName(name), value)
	}
	_ = w.Flush() // a strings.Builder never fails
}

// shownName is the name of a member. A name with invisible characters is quoted, since it would look like another.
func shownName(name string) string {
	if text := untrusted.Text(name); text == name {
		return text
	}
	return untrusted.Text(strconv.QuoteToASCII(name))
}

func rank(name string) int {
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

// said is a value for a person: a string without its quotes, a list of strings separated by spaces, anything else as JSON.
func said(raw json.RawMessage) string {
	var text string
	var list []string
	switch {
	case raw == nil:
		return ""
	case json.Unmarshal(raw, &text) == nil:
		return untrusted.Text(text)
	case json.Unmarshal(raw, &list) == nil:
		return untrusted.Text(strings.Join(list, " "))
	}
	return untrusted.Text(string(raw))
}

// moment is a time and its distance from now.
func moment(t, now time.Time) string {
	by := t.Sub(now)
	if by > 0 {
		return t.Format(time.RFC3339) + " (in " + lapse(by) + ")"
	}
	return t.Format(time.RFC3339) + " (" + lapse(-by) + " ago)"
}

// lapse is a duration as exact as a person wants it.
func lapse(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.Round(time.Second).String()
}
