package walkthrough

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/trace"
)

// Curl returns the curl command for a step, with a shell variable in place of each secret. A step without an exchange is a comment.
func Curl(number int, s Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d. %s", number, s.Title)
	if s.Rule != "" {
		fmt.Fprintf(&b, " (%s)", s.Rule)
	}
	b.WriteByte('\n')
	switch {
	case s.Hop != nil && !s.Hop.Back:
		fmt.Fprintf(&b, "# in the browser: %s\n", query(s.Hop.Target, s.Hop.Parameters).plain())
	case s.Hop != nil:
		for _, p := range s.Hop.Parameters {
			if p.Hidden {
				fmt.Fprintf(&b, "# the redirect has %s=…\n", p.Name)
			}
		}
	case s.Exchange != nil:
		b.WriteString(command(s))
	}
	b.WriteByte('\n')
	return b.String()
}

func command(s Step) string {
	e, bearer := s.Exchange, "ACCESS_TOKEN"
	if s.CI {
		bearer = secretsource.GitHubRequestToken
	}
	words := []string{"curl -sS"}
	if e.Method != "GET" && e.Method != "POST" {
		words = append(words, "-X "+e.Method)
	}
	words = append(words, query(e.Target, e.Query).quoted())
	for _, h := range e.Request.Header {
		if word := header(h, bearer); word != "" {
			words = append(words, word)
		}
	}
	if body := e.Request.Body; len(body.Fields) > 0 && !body.IsForm {
		words = append(words, "-H "+word{{text: "Content-Type: " + body.Type}}.quoted(), "--data "+object(body.Fields).quoted())
		return strings.Join(words, " \\\n  ") + "\n"
	}
	for _, f := range e.Request.Body.Fields {
		words = append(words, "--data-urlencode "+word{{text: f.Name + "="}}.with(f, unchanged).quoted())
	}
	return strings.Join(words, " \\\n  ") + "\n"
}

// object returns the members of a JSON object.
func object(members []trace.Field) word {
	w := word{{text: "{"}}
	for i, f := range members {
		if i > 0 {
			w = append(w, piece{text: ","})
		}
		quote := ""
		if f.Hidden {
			quote = `"`
		}
		w = append(append(w, piece{text: strconv.Quote(f.Name) + ":" + quote}).with(f, unchanged), piece{text: quote})
	}
	return append(w, piece{text: "}"})
}

// header returns the option for a header field; empty for one that curl sends by itself. bearer is the variable that has the
// token.
func header(h trace.Field, bearer string) string {
	switch h.Name {
	case "Accept":
		return "-H " + word{{text: h.Name + ": " + h.Value}}.quoted()
	case "Authorization":
		scheme, _, _ := strings.Cut(h.Value, " ")
		if scheme == "Basic" {
			return `-u "$CLIENT_ID:$CLIENT_SECRET"` // each form-encoded first (RFC 6749 §2.3.1)
		}
		return "-H " + word{{text: "Authorization: " + scheme + " "}, {variable: bearer}}.quoted()
	case "Dpop":
		return "-H " + word{{text: "DPoP: "}, {variable: "DPOP_PROOF"}}.quoted()
	}
	return ""
}

func query(target string, parameters []trace.Field) word {
	w := word{{text: target}}
	separator := "?"
	if strings.Contains(target, "?") {
		separator = "&"
	}
	for _, p := range parameters {
		w = append(w, piece{text: separator + url.QueryEscape(p.Name) + "="}).with(p, url.QueryEscape)
		separator = "&"
	}
	return w
}

// word is a word for a shell.
type word []piece

// piece is a text, or a variable in place of a secret.
type piece struct{ text, variable string }

// with appends the value of a parameter.
func (w word) with(f trace.Field, write func(string) string) word {
	if !f.Hidden {
		return append(w, piece{text: write(f.Value)})
	}
	return append(w, piece{variable: strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, f.Name)})
}

func unchanged(s string) string { return s }

// quoted returns the word for a POSIX shell, with texts in single quotes, in which ! does not refer to bash's history either.
func (w word) quoted() string {
	var b, text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			b.WriteString(shell.Quote(text.String()))
			text.Reset()
		}
	}
	for _, p := range w {
		if text.WriteString(p.text); p.variable != "" {
			flush()
			b.WriteString(`"$` + p.variable + `"`)
		}
	}
	flush()
	return b.String()
}

// plain returns the word without quotes, for a person.
func (w word) plain() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(p.text)
		if p.variable != "" {
			b.WriteString("$" + p.variable)
		}
	}
	return b.String()
}
