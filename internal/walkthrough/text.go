package walkthrough

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// Text returns a step for a terminal, with its number.
func Text(number int, s Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d  %s", number, s.Title)
	if s.Rule != "" {
		fmt.Fprintf(&b, "  (%s)", s.Rule)
	}
	b.WriteByte('\n')
	if s.Why != "" {
		fmt.Fprintf(&b, "   %s\n", s.Why)
	}
	for _, line := range lines(s) {
		fmt.Fprintf(&b, "     %s\n", line)
	}
	for _, c := range s.Checked {
		fmt.Fprintf(&b, "   ✓ %s\n", c)
	}
	b.WriteByte('\n')
	return b.String()
}

// Markdown returns a step for a bug report.
func Markdown(number int, s Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %d. %s\n\n", number, s.Title)
	if s.Why != "" {
		fmt.Fprintf(&b, "%s", s.Why)
		if s.Rule != "" {
			fmt.Fprintf(&b, " (%s)", s.Rule)
		}
		b.WriteString("\n\n")
	}
	if list := lines(s); len(list) > 0 {
		b.WriteString("```text\n")
		for _, line := range list {
			// A fence in a server's text would end the block.
			b.WriteString(strings.ReplaceAll(line, "```", "'''") + "\n")
		}
		b.WriteString("```\n\n")
	}
	for _, c := range s.Checked {
		fmt.Fprintf(&b, "- [x] %s\n", c)
	}
	if len(s.Checked) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// lines returns the messages of a step.
func lines(s Step) []string {
	switch {
	case s.Hop != nil:
		method := http.MethodGet
		if s.Hop.Posted {
			method = http.MethodPost
		}
		return append([]string{"> " + method + " " + s.Hop.Target + "  (in the browser)"}, fields(">   ", s.Hop.Parameters, ruleOf)...)
	case s.Exchange == nil:
		return nil
	}
	e := s.Exchange
	list := []string{"> " + e.Method + " " + e.Target}
	list = append(list, fields(">   ", e.Query, ruleOf)...)
	list = append(list, message(">", e.Request, ruleOf)...)
	if e.Failed != "" {
		return append(list, fmt.Sprintf("! %s (%s)", e.Failed, e.Took))
	}
	list = append(list, fmt.Sprintf("< %d %s (%s)", e.Status, http.StatusText(e.Status), e.Took))
	if e.Reason != "" {
		list = append(list, "< reason: "+untrusted.Quote(e.Reason))
	}
	return append(list, message("<", e.Response, nil)...)
}

func message(mark string, m trace.Message, rule func(string) string) []string {
	list := fields(mark+" ", m.Header, nil)
	list = append(list, fields(mark+"   ", m.Body.Fields, rule)...)
	if m.Body.Opaque {
		list = append(list, fmt.Sprintf("%s   [%d bytes, not shown]", mark, m.Body.Size))
	}
	return list
}

// fields aligns names and values, and adds the rule of each if there is one.
func fields(indent string, list []trace.Field, rule func(string) string) []string {
	width := 0
	for _, f := range list {
		width = max(width, len(f.Name))
	}
	var out []string
	for _, f := range list {
		line := fmt.Sprintf("%s%-*s  %s", indent, width, f.Name, f.Value)
		if rule != nil && rule(f.Name) != "" {
			line += "  (" + rule(f.Name) + ")"
		}
		out = append(out, line)
	}
	return out
}
