package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// page is a page in the language mdoc(7).
type page struct{ strings.Builder }

// newPage begins a page with the sections that each has.
func newPage(name, section, about string, day time.Time) *page {
	p := &page{}
	p.line(".Dd " + day.Format("January 2, 2006"))
	p.line(".Dt " + strings.ToUpper(name) + " " + section)
	p.line(".Os")
	p.line(".Sh NAME")
	p.line(".Nm " + name)
	p.line(".Nd " + escape(lowerFirst(strings.TrimSuffix(about, "."))))
	return p
}

// line writes a line of the language as it is.
func (p *page) line(s string) { p.WriteString(s + "\n") }

// text writes words. mdoc wants a new line for each sentence, and no line over 80 bytes.
func (p *page) text(s string) {
	for sentence := range strings.SplitSeq(sentenceEnd.ReplaceAllString(strings.TrimSpace(s), "$1\n$2"), "\n") {
		var line string
		for _, word := range strings.Fields(escape(sentence)) {
			if line != "" && len(line)+1+len(word) > 78 {
				p.line(line)
				line = ""
			}
			if line == "" {
				line = shield(word)
			} else {
				line += " " + word
			}
		}
		p.line(line)
	}
}

// shield keeps the first character of a line from making it a request.
func shield(s string) string {
	if strings.HasPrefix(s, ".") {
		return `\&` + s
	}
	return s
}

// sentenceEnd is a full stop that a capital letter follows.
var sentenceEnd = regexp.MustCompile(`([^.\s]{2}[.?!][)"]?) +([A-Z"(])`)

// literal writes lines as they are.
func (p *page) literal(lines []string) {
	p.line(".Bd -literal -offset indent")
	for _, line := range trimBlank(lines) {
		p.line(shield(escape(strings.ReplaceAll(line, "\t", "    "))))
	}
	p.line(".Ed")
}

// list writes names with what each is.
func (p *page) list(entries []entry) {
	p.line(".Bl -tag -width Ds")
	for _, e := range entries {
		p.line(`.It "` + escape(e.name) + `"`)
		p.text(e.text)
	}
	p.line(".El")
}

// prose writes the text of a help: paragraphs, and blocks that are indented.
func (p *page) prose(lines []string) {
	first := true
	for block := range strings.SplitSeq(strings.Join(lines, "\n"), "\n\n") {
		if strings.TrimSpace(block) == "" {
			continue
		}
		words, shown := splitBlock(strings.Split(block, "\n"))
		if len(words) > 0 {
			if !first {
				p.line(".Pp")
			}
			p.text(strings.TrimLeft(strings.Join(words, " "), "# "))
		}
		if len(shown) > 0 {
			p.literal(shown)
		}
		first = false
	}
}

// splitBlock tells the lines of a paragraph from the indented ones below it.
func splitBlock(lines []string) (words, shown []string) {
	for i, line := range lines {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			return lines[:i], lines[i:]
		}
	}
	return lines, nil
}

// escape makes s plain text of roff.
func escape(s string) string {
	return strings.NewReplacer(
		`\`, `\e`, `-`, `\-`, `"`, `\(dq`, `'`, `\(aq`, "`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`,
		"…", `\&...`, "→", `\(->`, "≤", `\(<=`, "≥", `\(>=`, "×", `\(mu`, "–", `\(en`, "§", `\(sc`,
	).Replace(s)
}

func lowerFirst(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// seeAlso writes the section of that name. Each is the name of a page and its section, such as "oauthget 1".
func (p *page) seeAlso(pages ...string) {
	p.line(".Sh SEE ALSO")
	for i, name := range pages {
		end := ""
		if i < len(pages)-1 {
			end = " ,"
		}
		fmt.Fprintf(p, ".Xr %s%s\n", name, end)
	}
}
