package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// programPage is oauthget(1).
func programPage(root command, r reference, day time.Time) string {
	p := newPage("oauthget", "1", "obtain OAuth 2.0 and OpenID Connect tokens", day)
	p.synopsis(root)
	p.line(".Sh DESCRIPTION")
	p.prose(root.long)
	p.commandList(root)
	p.line(".Ss Global options")
	p.list(root.global)
	p.line(".Sh ENVIRONMENT")
	p.markdown(r["Environment variables"])
	p.line(".Sh FILES")
	p.markdown(r["Folders"])
	p.line(".Sh EXIT STATUS")
	p.markdown(r["Exit statuses"])
	p.examples(root)
	others := []string{"oauthget.toml 5"}
	for _, c := range root.commands {
		if c.name != "help" {
			others = append(others, pageName(c.path())+" 1")
		}
	}
	p.seeAlso(sorted(others)...)
	return p.String()
}

// commandPage is the page of a command.
func commandPage(c command, day time.Time) string {
	p := newPage(pageName(c.path()), "1", c.short, day)
	p.synopsis(c)
	p.line(".Sh DESCRIPTION")
	p.prose(c.long)
	p.commandList(c)
	if len(c.flags) > 0 {
		p.line(".Pp")
		p.text("The options are:")
		p.list(c.flags)
	}
	if c.keys {
		p.line(".Pp")
		p.text("Each key of a profile is an option too: see oauthget.toml(5).")
	}
	p.line(".Pp")
	p.text("oauthget(1) has the options of every command, the environment and the exit statuses.")
	p.examples(c)
	others := []string{"oauthget.toml 5", pageName(c.parent) + " 1"}
	if c.parent != "oauthget" {
		others = append(others, "oauthget 1")
	}
	for _, sub := range c.commands {
		others = append(others, pageName(sub.path())+" 1")
	}
	p.seeAlso(sorted(others)...)
	return p.String()
}

// filePage is oauthget.toml(5).
func filePage(groups []keyGroup, r reference, day time.Time) string {
	p := newPage("oauthget.toml", "5", "profiles of oauthget", day)
	p.line(".Sh DESCRIPTION")
	p.markdown(r["The profile file"])
	p.line(".Ss Where a value comes from")
	p.markdown(r["Where a value comes from"])
	p.line(".Sh KEYS")
	for _, g := range groups {
		p.line(".Ss " + escape(g.title))
		var entries []entry
		for _, key := range g.keys {
			text := strings.ToUpper(key.Usage[:1]) + key.Usage[1:] + "."
			if key.Default != "" {
				text += " Default: " + key.Default + "."
			}
			if flag := key.Flag(); flag != "" {
				text += " Option: --" + flag + "."
			}
			entries = append(entries, entry{key.Name, text})
		}
		p.list(entries)
	}
	p.line(".Ss How values are written")
	p.markdown(r["How values are written"])
	p.line(".Sh FILES")
	p.markdown(r["Folders"])
	p.seeAlso("oauthget 1", "oauthget-profile 1")
	return p.String()
}

func (p *page) synopsis(c command) {
	p.line(".Sh SYNOPSIS")
	for i, usage := range c.usage {
		if i > 0 {
			p.line(".Nm")
			fmt.Fprintf(p, "%s\n", escape(strings.TrimPrefix(usage, "oauthget ")))
			continue
		}
		p.line(".Nm oauthget")
		if rest := strings.TrimPrefix(usage, "oauthget"); rest != "" {
			fmt.Fprintf(p, "%s\n", escape(strings.TrimSpace(rest)))
		}
	}
}

func (p *page) commandList(c command) {
	if len(c.commands) == 0 {
		return
	}
	p.line(".Pp")
	p.text("The commands are:")
	var entries []entry
	for _, sub := range c.commands {
		entries = append(entries, entry{sub.name, sub.short + "."})
	}
	p.list(entries)
}

func (p *page) examples(c command) {
	if len(c.examples) == 0 {
		return
	}
	p.line(".Sh EXAMPLES")
	p.literal(c.examples)
}

// sorted puts the pages in the order that mandoc wants: by section, then by name.
func sorted(pages []string) []string {
	slices.SortFunc(pages, func(a, b string) int {
		return cmp.Or(strings.Compare(a[len(a)-1:], b[len(b)-1:]), strings.Compare(a, b))
	})
	return slices.Compact(pages)
}
