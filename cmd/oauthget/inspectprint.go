package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// printInspection writes r for a person.
func (a *app) printInspection(r inspection) error {
	var b strings.Builder
	now := a.now()
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
	_, err := io.WriteString(a.stdout, b.String())
	return err
}

// title says what kind of token it is.
func (r inspection) title() string {
	kind := map[string]string{"access_token": "access token", "id_token": "ID Token"}[r.Token]
	if r.Profile != "" {
		kind += " of " + untrusted.Text(r.Profile)
	}
	form := map[string]string{
		formatJWT: "a JWT", formatEncrypted: "an encrypted JWT, which only whom it is for can read",
		formatOpaque: "opaque: there is nothing in it to read",
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
func (r inspection) signature() string {
	switch {
	case r.Signature != nil:
		s := r.Signature
		by := []string{untrusted.Text(s.Algorithm)}
		if s.KeyID != "" {
			by = append(by, "kid "+untrusted.Text(s.KeyID))
		}
		return fmt.Sprintf("good (%s, keys of %s)", strings.Join(by, ", "), untrusted.Text(cmp.Or(s.Issuer, s.JWKSURI)))
	case strings.EqualFold(said(r.Header["alg"]), "none"):
		return "none: anybody may have written this"
	case r.NotVerified != "" && r.Format == formatJWT: // of others the title has said it
		return "not verified: " + untrusted.Text(r.NotVerified)
	}
	return ""
}

// absence says why a section is not there.
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

// shownName is the name of a member. One with something in it that is not seen is quoted: it would look like another.
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

// said is a value in a person's words: a string without its quotes, several with spaces between them, else as JSON.
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

// moment is a time, and how far it is from now.
func moment(t, now time.Time) string {
	by := t.Sub(now)
	if by > 0 {
		return t.Format(time.RFC3339) + " (in " + lapse(by) + ")"
	}
	return t.Format(time.RFC3339) + " (" + lapse(-by) + " ago)"
}

// lapse is a length of time, as exact as a person wants it.
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
