package main

import (
	"errors"
	"os"
	"regexp"
	"strings"
)

// reference is docs/reference.md by its headings.
type reference map[string][]string

func readReference(file string) (reference, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, title := reference{}, ""
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "##") {
			title = strings.TrimLeft(line, "# ")
			continue
		}
		r[title] = append(r[title], line)
	}
	for _, needed := range []string{"The profile file", "Where a value comes from", "How values are written", "Environment variables", "Folders", "Exit statuses"} {
		if len(r[needed]) == 0 {
			return nil, errors.New(file + ` has no section "` + needed + `"`)
		}
	}
	return r, nil
}

// markdown writes what docs/reference.md is made of: paragraphs, items, code in fences and tables.
func (p *page) markdown(lines []string) {
	first := true
	for lines = trimBlank(lines); len(lines) > 0; lines = trimBlank(lines) {
		switch line := lines[0]; {
		case strings.HasPrefix(line, "<!--"):
			lines = lines[1:]
			continue
		case strings.HasPrefix(line, "```"):
			end := 1
			for lines[end] != "```" {
				end++
			}
			p.literal(lines[1:end])
			lines = lines[end+1:]
		case strings.HasPrefix(line, "|"):
			end := until(lines, func(line string) bool { return !strings.HasPrefix(line, "|") })
			p.table(lines[:end])
			lines = lines[end:]
		case strings.HasPrefix(line, "- "):
			end := until(lines, func(line string) bool { return !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "  ") })
			p.items(lines[:end])
			lines = lines[end:]
		default:
			end := until(lines, func(line string) bool {
				return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "- ")
			})
			if !first {
				p.line(".Pp")
			}
			p.text(plain(strings.Join(lines[:end], " ")))
			lines = lines[end:]
		}
		first = false
	}
}

// until returns the index of the first line for which end holds.
func until(lines []string, end func(string) bool) int {
	for i, line := range lines {
		if end(line) {
			return i
		}
	}
	return len(lines)
}

// table writes the rows as a list: the first cell is the name.
func (p *page) table(rows []string) {
	var titles []string
	var entries []entry
	for i, row := range rows {
		cells := strings.Split(strings.Trim(strings.ReplaceAll(row, `\|`, "\x00"), "|"), "|")
		for j := range cells {
			cells[j] = plain(strings.ReplaceAll(cells[j], "\x00", "|"))
		}
		switch i {
		case 0:
			titles = cells
		case 1: // the line below the titles
		default:
			text := cells[1]
			for j := 2; j < len(cells); j++ {
				if cells[j] != "" {
					text = strings.TrimSuffix(text, ".") + ". " + titles[j] + ": " + cells[j]
				}
			}
			entries = append(entries, entry{cells[0], text})
		}
	}
	p.list(entries)
}

// items writes a list of items, each of which may have several lines.
func (p *page) items(lines []string) {
	p.line(".Bl -bullet")
	var item []string
	flush := func() {
		if item != nil {
			p.line(".It")
			p.text(plain(strings.Join(item, " ")))
		}
	}
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "- "); ok {
			flush()
			item = nil
			line = text
		}
		item = append(item, strings.TrimSpace(line))
	}
	flush()
	p.line(".El")
}

var link = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)

// plain returns the text without the marks of links, code and emphasis.
func plain(s string) string {
	s = link.ReplaceAllString(strings.TrimSpace(s), "$1")
	return strings.NewReplacer("`", "", "**", "").Replace(s)
}
