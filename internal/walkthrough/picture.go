package walkthrough

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"sync"
	"time"
)

//go:embed picture.html
var pictureHTML string

//go:embed picture.css
var pictureCSS string

// pictureTemplate is parsed when the first picture is written, so that other commands do not pay for it.
var pictureTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("picture").Funcs(template.FuncMap{"rule": ruleOf, "status": http.StatusText}).Parse(pictureHTML))
})

// page is the data of picture.html.
type page struct {
	Picture
	*sequence
}

// HTML returns a picture as one page that needs no script and loads nothing.
func HTML(p Picture) []byte {
	var b bytes.Buffer
	if err := pictureTemplate().Execute(&b, page{p, newSequence(p.Steps)}); err != nil {
		panic(err) // picture.html does not fit page
	}
	return b.Bytes()
}

// Title returns the title of the page.
func (p page) Title() string { return p.title() }

// Steps returns the steps with their arrows.
func (p page) Steps() []drawn { return p.sequence.Steps }

// Style returns the style sheet.
func (page) Style() template.CSS { return template.CSS(pictureCSS) }

// Policy is for the case that a text of the server gets through the template: it allows the page's one style element and nothing
// else.
func (page) Policy() string {
	style := sha256.Sum256([]byte(pictureCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) + "'; base-uri 'none'; form-action 'none'"
}

// Column returns the column of a party, from 1.
func (p page) Column(of party) int {
	return 1 + slices.IndexFunc(p.Lifelines, func(l lifeline) bool { return l.Party == of })
}

// Own is the column of this program.
func (p page) Own() int { return p.Column(program) }

// At returns the position of a lifeline in percent of the width.
func (p page) At(i int) float64 { return (float64(i) + .5) * 100 / float64(len(p.Lifelines)) }

// Unseen reports whether there is a message that this program does not see.
func (p page) Unseen() bool {
	return slices.ContainsFunc(p.sequence.Steps, func(d drawn) bool {
		return slices.ContainsFunc(d.Arrows, func(a arrow) bool { return a.Unseen })
	})
}

// Started returns when the first message was sent; empty if there was none.
func (p page) Started() string {
	if start, _ := p.times(); !start.IsZero() {
		return start.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return ""
}

// Took returns the time from the first message to the last.
func (p page) Took() time.Duration {
	start, end := p.times()
	return end.Sub(start).Round(time.Millisecond)
}

func (p page) times() (start, end time.Time) {
	for _, s := range p.Picture.Steps {
		var from, to time.Time
		switch {
		case s.Hop != nil:
			from, to = s.Hop.When, s.Hop.When
		case s.Exchange != nil:
			from, to = s.Exchange.Started, s.Exchange.Started.Add(s.Exchange.Took)
		default:
			continue
		}
		if start.IsZero() || from.Before(start) {
			start = from
		}
		if to.After(end) {
			end = to
		}
	}
	return start, end
}
