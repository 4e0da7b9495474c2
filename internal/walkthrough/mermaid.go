package walkthrough

import (
	"fmt"
	"strings"
	"unicode"
)

// Mermaid returns a picture as a sequence diagram for Mermaid. It shows no parameters.
func Mermaid(p Picture) string {
	s := newSequence(p.Steps)
	var b strings.Builder
	fmt.Fprintf(&b, "sequenceDiagram\n    title %s\n", mermaidEscape(p.title()))
	for _, l := range s.Lifelines {
		kind := "participant"
		if l.Party == person {
			kind = "actor"
		}
		fmt.Fprintf(&b, "    %s %s as %s\n", kind, mermaidName(l.Party), mermaidText(l.Party.String(), l.Host))
	}
	for _, d := range s.Steps {
		b.WriteString(mermaidStep(d))
	}
	return b.String()
}

// mermaidStep puts the title and the rule on the first arrow that is the step's own, and the checks into a note.
func mermaidStep(d drawn) string {
	var b strings.Builder
	head := []string{fmt.Sprintf("%d. %s", d.Number, d.Title), d.Rule}
	for _, a := range d.Arrows {
		text := []string{a.Label()}
		if !a.Unseen {
			text, head = append(head, text...), nil
		}
		fmt.Fprintf(&b, "    %s%s%s: %s\n", mermaidName(a.From), mermaidArrow(a), mermaidName(a.To), mermaidText(text...))
	}
	note := head
	if reason := d.Reason(); reason != "" {
		note = append(note, reason)
	}
	for _, c := range d.Checked {
		note = append(note, "✓ "+c)
	}
	if len(note) > 0 {
		fmt.Fprintf(&b, "    Note over %s: %s\n", mermaidName(program), mermaidText(note...))
	}
	return b.String()
}

func mermaidName(p party) string {
	return [...]string{"person", "browser", "oauthget", "server", "api", "ci"}[p]
}

func mermaidArrow(a arrow) string {
	switch {
	case a.Lost:
		return "--x"
	case a.Unseen:
		return "--)"
	case a.Answer:
		return "-->>"
	}
	return "->>"
}

// mermaidWidth is the number of characters from which a line is broken. Mermaid breaks none, and makes the picture as wide as its
// longest line.
const mermaidWidth = 44

// mermaidText returns lines as one text. Empty ones are left out.
func mermaidText(lines ...string) string {
	var all []string
	for _, line := range lines {
		for _, part := range wrap(line) {
			all = append(all, mermaidEscape(part))
		}
	}
	return strings.Join(all, "<br/>")
}

// mermaidEscape writes every character as its number that could have a meaning in Mermaid, HTML or Markdown.
func mermaidEscape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,/_-()§✓", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// wrap breaks a text at its spaces.
func wrap(text string) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && len(lines[last])+len(word) < mermaidWidth {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
