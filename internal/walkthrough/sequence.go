package walkthrough

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Picture is a login as a sequence diagram, which [HTML] and [Mermaid] write.
type Picture struct {
	Version string // of the program
	Grant   string
	Outcome Outcome
	Steps   []Step
}

func (p Picture) title() string { return fmt.Sprintf("oauthget explain: %s, %s", p.Grant, p.Outcome) }

// Outcome is how a walk ended.
type Outcome string

// The outcomes.
const (
	Completed Outcome = "completed"
	Failed    Outcome = "failed"
	Stopped   Outcome = "stopped before the browser opened"
)

// party takes part in a login. A picture has a lifeline for each party with a message, in this order.
type party int

const (
	person party = iota
	browser
	program
	server
	api
	ci
)

func (p party) String() string {
	return [...]string{"Person", "Browser", "oauthget", "Authorization server", "API", "CI system"}[p]
}

// lifeline is a party of a picture.
type lifeline struct {
	Party party
	Host  string // of the first message to it; empty for a party on this machine
}

// arrow is a message, or a part of one that passes through the browser.
type arrow struct {
	From, To party
	Text     string
	Took     time.Duration
	Timed    bool // Took is known
	Answer   bool
	Failed   bool // a refusal, or no answer
	Lost     bool // no answer
	Unseen   bool // by this program
}

// Left reports whether the arrow points to the left.
func (a arrow) Left() bool { return a.To < a.From }

// Label returns the text with the time.
func (a arrow) Label() string {
	switch {
	case !a.Timed:
		return a.Text
	case a.Took < time.Millisecond:
		return a.Text + " (<1ms)"
	}
	return fmt.Sprintf("%s (%s)", a.Text, a.Took)
}

// drawn is a step with its arrows.
type drawn struct {
	Step
	Number int
	Arrows []arrow
}

// Failed reports whether the step is a refusal, or a request without an answer.
func (d drawn) Failed() bool {
	return slices.ContainsFunc(d.Arrows, func(a arrow) bool { return a.Failed })
}

// Reason returns why a request has failed, as the server said it; empty if that is unknown.
func (d drawn) Reason() string {
	if e := d.Exchange; e != nil && d.Failed() {
		return cmp.Or(e.Failed, e.Reason, member(e, "error_description"))
	}
	return ""
}

// sequence draws the steps of one login, in their order.
type sequence struct {
	Lifelines []lifeline
	Steps     []drawn
	asked     time.Time // when the person was
}

func newSequence(steps []Step) *sequence {
	s := &sequence{Lifelines: []lifeline{{Party: program}}}
	for i, step := range steps {
		arrows := s.arrows(step)
		for _, a := range arrows {
			s.add(a.From, "")
			s.add(a.To, "")
		}
		s.Steps = append(s.Steps, drawn{step, i + 1, arrows})
	}
	slices.SortFunc(s.Lifelines, func(a, b lifeline) int { return cmp.Compare(a.Party, b.Party) })
	return s
}

// add adds a lifeline, if it is new.
func (s *sequence) add(p party, host string) {
	if !slices.ContainsFunc(s.Lifelines, func(l lifeline) bool { return l.Party == p }) {
		s.Lifelines = append(s.Lifelines, lifeline{p, host})
	}
}

func (s *sequence) arrows(step Step) []arrow {
	switch {
	case step.Hop != nil && step.Hop.Back:
		return s.back(step.Hop)
	case step.Hop != nil:
		s.asked = step.Hop.When
		return []arrow{
			{From: program, To: browser, Text: "authorization URL"},
			{From: browser, To: server, Text: s.request(server, http.MethodGet, step.Hop.Target)},
		}
	case step.Exchange != nil:
		return s.exchange(step)
	case step.Shown != "":
		return []arrow{{From: program, To: person, Text: step.Shown}}
	case step.Polls > 0:
		return []arrow{{From: program, To: server, Text: fmt.Sprintf("polls: %d", step.Polls)}}
	}
	return nil
}

// back draws an authorization response. It can be an error before the person was asked anything.
func (s *sequence) back(h *Hop) []arrow {
	from, method := "redirect", http.MethodGet
	if h.Posted {
		from, method = "form", http.MethodPost
	}
	failed := slices.ContainsFunc(h.Parameters, func(f trace.Field) bool { return f.Name == "error" })
	arrows := []arrow{
		{From: server, To: browser, Text: from, Answer: true, Failed: failed},
		{From: browser, To: program, Text: method + " " + shorten(pathOf(h.Target)), Failed: failed},
	}
	if failed {
		return arrows
	}
	return append([]arrow{s.decision("signs in and decides, if asked", h.When)}, arrows...)
}

// decision is what the person does between two messages.
func (s *sequence) decision(text string, until time.Time) arrow {
	took := until.Sub(s.asked).Round(time.Millisecond)
	if took > time.Second {
		took = took.Round(100 * time.Millisecond)
	}
	return arrow{From: person, To: server, Text: text, Took: took, Timed: !s.asked.IsZero() && took > 0, Unseen: true}
}

func (s *sequence) exchange(step Step) []arrow {
	e, to := step.Exchange, server
	switch {
	case step.API:
		to = api
	case step.CI:
		to = ci
	}
	arrows := []arrow{{From: program, To: to, Text: s.request(to, e.Method, e.Target)}}
	answer := arrow{From: to, To: program, Took: e.Took, Timed: true, Answer: true}
	if e.Failed != "" {
		answer.Text, answer.Failed, answer.Lost = "no answer", true, true
		return append(arrows, answer)
	}
	answer.Text = strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	answer.Failed = e.Status >= http.StatusBadRequest && !Pending(*e) && !WantsNonce(*e) && step.Title != titleAsked
	if code := member(e, "error"); code != "" {
		answer.Text += ", " + code
	}
	switch {
	case grantOf(*e) == deviceCode && e.Status == http.StatusOK:
		arrows = append([]arrow{s.decision("enters the code, signs in and decides", e.Started)}, arrows...)
	case member(e, "verification_uri") != "":
		s.asked = e.Started.Add(e.Took)
	}
	return append(arrows, answer)
}

// request names a request by its method and path, and by its host if that is not the lifeline's.
func (s *sequence) request(to party, method, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return method + " " + target
	}
	host := untrusted.Text(u.Host) // which may be percent-encoded in the target
	s.add(to, host)
	i := slices.IndexFunc(s.Lifelines, func(l lifeline) bool { return l.Party == to })
	if s.Lifelines[i].Host != host {
		return method + " " + host + pathOf(target)
	}
	return method + " " + pathOf(target)
}

func pathOf(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	return cmp.Or(u.EscapedPath(), "/")
}

// maxSegment is the length from which the last segment of a path is left out of a diagram. A redirect URI may have one that means
// nothing to a reader.
const maxSegment = 16

func shorten(path string) string {
	dir, last := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]
	if len(last) > maxSegment {
		return dir + "…"
	}
	return path
}

// member returns a text of the answer, without its quotes.
func member(e *trace.Exchange, name string) string {
	for _, f := range e.Response.Body.Fields {
		if f.Name == name {
			return strings.Trim(f.Value, `"`)
		}
	}
	return ""
}
