//go:build interop && linux

package interop

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// form is an HTML form, as far as the pages of the servers need it.
type form struct {
	action string
	fields []field
}

type field struct{ typ, name, value string }

var (
	formTag      = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	inputTag     = regexp.MustCompile(`(?is)<(?:input|button)\b([^>]*)>`)
	linkTag      = regexp.MustCompile(`(?is)<a\b([^>]*)>(.*?)</a>`)
	attributePat = regexp.MustCompile(`(?is)([a-z-]+)="([^"]*)"`)
)

func attributes(tag string) map[string]string {
	found := map[string]string{}
	for _, m := range attributePat.FindAllStringSubmatch(tag, -1) {
		found[strings.ToLower(m[1])] = html.UnescapeString(m[2])
	}
	return found
}

// firstForm returns the first form of a page.
func firstForm(page string) (form, bool) {
	m := formTag.FindStringSubmatch(page)
	if m == nil {
		return form{}, false
	}
	f := form{action: attributes(m[1])["action"]}
	for _, input := range inputTag.FindAllStringSubmatch(m[2], -1) {
		a := attributes(input[1])
		f.fields = append(f.fields, field{a["type"], a["name"], a["value"]})
	}
	return f, true
}

// link returns the address of the link with that text.
func link(page, text string) (string, bool) {
	for _, m := range linkTag.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[2], text) {
			return attributes(m[1])["href"], true
		}
	}
	return "", false
}

// isLogin reports whether the form has a password.
func (f form) isLogin() bool {
	for _, in := range f.fields {
		if in.typ == "password" {
			return true
		}
	}
	return false
}

// fill fills in the form: text and password fields, and the named submit button if it is pressed.
func (f form) fill(user, password string, press bool) url.Values {
	values := url.Values{}
	for _, in := range f.fields {
		switch {
		case in.name == "":
		case in.typ == "text":
			values.Set(in.name, user)
		case in.typ == "password":
			values.Set(in.name, password)
		case in.typ != "submit" || press:
			values.Set(in.name, in.value)
		}
	}
	return values
}
