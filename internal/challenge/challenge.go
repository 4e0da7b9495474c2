// Package challenge reads the challenges of WWW-Authenticate (RFC 9110 §11.3).
package challenge

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Challenge is one challenge of a WWW-Authenticate header field (RFC 9110 §11.3): a scheme with a token68, with
// parameters, or alone.
type Challenge struct {
	Scheme  string // as sent; compared "case-insensitively" (RFC 9110 §11.1)
	Token68 string
	Params  map[string]string // by lower-case name
}

// In returns the challenges of all WWW-Authenticate fields of an answer, in order. A malformed field has none.
func In(h http.Header) []Challenge {
	var all []Challenge
	for _, field := range h.Values("WWW-Authenticate") {
		if list, err := Parse(field); err == nil {
			all = append(all, list...)
		}
	}
	return all
}

// ForToken returns the first challenge that asks for an access token: Bearer (RFC 6750 §3) or DPoP (RFC 9449 §7.1). It is
// zero if there is none.
func ForToken(h http.Header) Challenge {
	for _, c := range In(h) {
		if strings.EqualFold(c.Scheme, "Bearer") || strings.EqualFold(c.Scheme, "DPoP") {
			return c
		}
	}
	return Challenge{}
}

// Scopes returns the scopes that the challenge names (RFC 6750 §3), without what can be none: "scope-token = 1*( %x21 /
// %x23-5B / %x5D-7E )" (RFC 6749 §3.3).
func (c Challenge) Scopes() []string {
	return slices.DeleteFunc(strings.Fields(c.Params["scope"]), func(s string) bool { return !ascii.All(s, ascii.IsNQCHAR) })
}

var errChallenge = errors.New("it is not a list of challenges (RFC 9110 §11.6.1)")

// Parse reads the value of one WWW-Authenticate header field. It is strict: in a malformed field, a scheme
// and a parameter cannot be told apart. Its error contains none of the value.
func Parse(field string) ([]Challenge, error) {
	p := parser{rest: field}
	var list []Challenge
	for p.nextElement() {
		name := p.token()
		if name == "" {
			return nil, errChallenge
		}
		if value, ok, err := p.value(); err != nil {
			return nil, err
		} else if ok {
			// a further parameter of the previous challenge
			if len(list) == 0 || !list[len(list)-1].add(name, value) {
				return nil, errChallenge
			}
		} else {
			c, err := p.challenge(name)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
		if !p.atEnd() {
			return nil, errChallenge
		}
	}
	return list, nil
}

// add adds a parameter. It reports false for a duplicate: "each parameter name MUST only occur once per challenge" (RFC
// 9110 §11.2).
func (c *Challenge) add(name, value string) bool {
	name = strings.ToLower(name)
	if _, twice := c.Params[name]; twice || c.Token68 != "" {
		return false
	}
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	c.Params[name] = value
	return true
}

// parser reads a field from left to right.
type parser struct{ rest string }

// challenge reads what follows a scheme: nothing, a token68, or the first parameter.
func (p *parser) challenge(scheme string) (Challenge, error) {
	c := Challenge{Scheme: scheme}
	if p.atEnd() {
		return c, nil
	}
	// RFC 9110 §11.3: challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
	spaces := len(p.rest)
	p.rest = strings.TrimLeft(p.rest, " ")
	if len(p.rest) == spaces {
		return c, errChallenge
	}
	if text, ok := p.token68(); ok {
		c.Token68 = text
		return c, nil
	}
	name := p.token()
	value, ok, err := p.value()
	if err != nil || !ok || name == "" || !c.add(name, value) {
		return c, errChallenge
	}
	return c, nil
}

// nextElement advances to the next element of the list. It reports false at the end. RFC 9110 §5.6.1.2: "A recipient
// MUST parse and ignore a reasonable number of empty list elements".
func (p *parser) nextElement() bool {
	p.rest = strings.TrimLeft(p.rest, ", \t")
	return p.rest != ""
}

// atEnd reports whether only white space is left of the element.
func (p *parser) atEnd() bool {
	rest := strings.TrimLeft(p.rest, " \t")
	return rest == "" || rest[0] == ','
}

// token reads a token (RFC 9110 §5.6.2); empty if there is none.
func (p *parser) token() string { return p.take(ascii.IsTchar) }

// token68 reads a token68 (RFC 9110 §11.2) that fills the rest of the element. Otherwise it reads nothing.
func (p *parser) token68() (string, bool) {
	ahead := *p
	text := ahead.take(isToken68Char)
	if text == "" {
		return "", false
	}
	text += ahead.take(func(c byte) bool { return c == '=' })
	if !ahead.atEnd() {
		return "", false
	}
	*p = ahead
	return text, true
}

// value reads what follows a parameter's name: BWS "=" BWS ( token / quoted-string ) (RFC 9110 §11.2). If there is no
// "=", ok is false and nothing has been read.
func (p *parser) value() (value string, ok bool, err error) {
	after, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " \t"), "=")
	if !ok {
		return "", false, nil
	}
	p.rest = strings.TrimLeft(after, " \t")
	if strings.HasPrefix(p.rest, `"`) {
		value, err = p.quoted()
		return value, true, err
	}
	if value = p.token(); value == "" {
		return "", false, errChallenge
	}
	return value, true, nil
}

// quoted reads a quoted-string (RFC 9110 §5.6.4).
func (p *parser) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '"':
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(p.rest):
			i++
			c = p.rest[i]
		}
		if c < ' ' && c != '\t' || c == 0x7f {
			return "", errChallenge
		}
		b.WriteByte(c)
	}
	return "", errChallenge
}

func (p *parser) take(fits func(byte) bool) string {
	i := 0
	for i < len(p.rest) && fits(p.rest[i]) {
		i++
	}
	taken := p.rest[:i]
	p.rest = p.rest[i:]
	return taken
}

func isToken68Char(c byte) bool {
	return ascii.IsAlphanumeric(c) || strings.IndexByte("-._~+/", c) >= 0
}
