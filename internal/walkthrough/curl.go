package walkthrough

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/trace"
)

// Curl writes the command that does the same by hand, with a shell variable in the place of each secret. A step without
// an exchange of its own is a comment.
func Curl(number int, s Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d. %s", number, s.Title)
	if s.Rule != "" {
		fmt.Fprintf(&b, " (%s)", s.Rule)
	}
	b.WriteByte('\n')
	switch {
	case s.Hop != nil && !s.Hop.Back:
		fmt.Fprintf(&b, "# in the browser: %s\n", query(s.Hop.Target, s.Hop.Parameters))
	case s.Hop != nil:
		for _, p := range s.Hop.Parameters {
			if p.Hidden {
				fmt.Fprintf(&b, "# the address it ends at has %s=…\n", p.Name)
			}
		}
	case s.Exchange != nil:
		b.WriteString(command(s.Exchange))
	}
	b.WriteByte('\n')
	return b.String()
}

func command(e *trace.Exchange) string {
	words := []string{"curl -sS"}
	if e.Method != "GET" && e.Method != "POST" {
		words = append(words, "-X "+e.Method)
	}
	words = append(words, `"`+query(e.Target, e.Query)+`"`)
	for _, h := range e.Request.Header {
		if word := header(h); word != "" {
			words = append(words, word)
		}
	}
	for _, f := range e.Request.Body.Fields {
		words = append(words, `--data-urlencode "`+literal(f.Name)+"="+value(f, literal)+`"`)
	}
	return strings.Join(words, " \\\n  ") + "\n"
}

// header leaves out what curl sends by itself.
func header(h trace.Field) string {
	switch h.Name {
	case "Accept":
		return `-H "` + literal(h.Name+": "+h.Value) + `"`
	case "Authorization":
		scheme, _, _ := strings.Cut(h.Value, " ")
		if scheme == "Basic" {
			return `-u "$CLIENT_ID:$CLIENT_SECRET"` // each form-encoded first (RFC 6749 §2.3.1)
		}
		return `-H "Authorization: ` + literal(scheme) + ` $ACCESS_TOKEN"`
	case "Dpop":
		return `-H "DPoP: $DPOP_PROOF"`
	}
	return ""
}

func query(target string, parameters []trace.Field) string {
	target = literal(target)
	separator := "?"
	if strings.Contains(target, "?") {
		separator = "&"
	}
	for _, p := range parameters {
		target += separator + url.QueryEscape(p.Name) + "=" + value(p, url.QueryEscape)
		separator = "&"
	}
	return target
}

// value is a parameter's, or the variable that stands for it.
func value(f trace.Field, write func(string) string) string {
	if !f.Hidden {
		return write(f.Value)
	}
	return "$" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, f.Name)
}

// literal writes a text for the inside of a POSIX shell's double quotes, in which these four have a meaning.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(s)
}
