package provider_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/issuer"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/tomlfile"
)

// TestPresets refuses a preset with a fact that nobody can check, or with values that no profile can have.
func TestPresets(t *testing.T) {
	names := map[string]string{} // each name and alias, and whose it is
	for _, name := range provider.Names() {
		t.Run(name, func(t *testing.T) {
			p, err := provider.Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems(p) {
				t.Error(problem)
			}
			for _, word := range append(p.Aliases, p.Name) {
				if names[word] != "" {
					t.Errorf("%q is a name of %s too", word, names[word])
				}
				names[word] = name
				if p2, err := provider.Lookup(word); err != nil || p2.Name != name {
					t.Errorf("Lookup(%q) = %v, %v", word, p2, err)
				}
			}
		})
	}
}

// problems lists what is wrong with a preset.
func problems(p *provider.Preset) []string {
	c := checker{Preset: p, facts: map[string]bool{}}
	c.names()
	c.variables()
	c.register()
	c.profile()
	c.notes()
	c.sources()
	return c.found
}

type checker struct {
	*provider.Preset
	facts map[string]bool // that need a source
	found []string
}

func (c *checker) must(ok bool, format string, args ...any) {
	if !ok {
		c.found = append(c.found, fmt.Sprintf(format, args...))
	}
}

func (c *checker) names() {
	c.must(regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(c.Name), "the file's name: want lower case, digits and dashes")
	c.must(c.Title != "", "title is missing")
	c.must(c.Summary != "" && len(c.Summary) <= 80 && !strings.HasSuffix(c.Summary, "."), "summary: want one line of at most 80 bytes, without a full stop")
	for _, alias := range c.Aliases {
		c.must(alias == strings.ToLower(alias) && strings.TrimSpace(alias) == alias && alias != "", "aliases: %q is not in lower case", alias)
	}
}

// outOfPlace are texts that no value of a variable may be: each could lead a URL to another host, or into another part of it.
var outOfPlace = []string{
	"", " ", "a b", "a\nb", "a@b", "a?b", "a#b", `a\b`, "a%2fb", "a%b", "{a}", "a&b", "a=b", "a\x00b", "..", "a/../b", "a/..", "../a", "//a", "a//b", "é",
	"https://a.example/?b", "https://a.example/#b", "https://u@a.example", "https://a.example/../b", "https://a.example/", "javascript:a", "file:///a",
}

func (c *checker) variables() {
	for _, v := range c.Variables {
		name := "variables." + v.Name
		c.facts[name] = true
		c.must(regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(v.Name), "%s: want a name of lower case letters, digits and underscores", name)
		c.must(v.Title != "", "%s: title is missing", name)
		c.must(v.Example != "", "%s: example is missing", name)
		pattern, err := regexp.Compile(`\A(?:` + v.Pattern + `)\z`)
		if v.Pattern == "" || err != nil {
			c.must(false, "%s: pattern: %q does not compile: %v", name, v.Pattern, err)
			continue
		}
		for _, text := range outOfPlace {
			c.must(!pattern.MatchString(text), "%s: pattern matches %q", name, text)
		}
		c.must(v.Example == "" || pattern.MatchString(v.Example), "%s: the example %q is not of the pattern", name, v.Example)
		c.must(v.Default == "" || pattern.MatchString(v.Default), "%s: the default %q is not of the pattern", name, v.Default)
	}
}

func (c *checker) register() {
	r := c.Register
	for _, f := range []struct{ name, value string }{
		{"page", r.Page},
		{"client_type", r.ClientType},
		{"steps", strings.Join(r.Steps, "\n")},
		{"redirect_hosts", strings.Join(r.RedirectHosts, " ")},
		{"port", r.Port},
		{"secret", r.Secret},
		{"refresh_scope", r.RefreshScope},
	} {
		if f.value != "" {
			c.facts["register."+f.name] = true
		}
	}
	c.must(r.Page != "", "register.page is missing")
	c.must(r.Page == "" || isHTTPS(c.filled(r.Page)), "register.page: want an https URL, not %q", r.Page)
	c.must(len(r.Steps) > 0, "register.steps is missing")
	for _, step := range r.Steps {
		c.must(step == strings.TrimSpace(step) && step != "" && !strings.HasSuffix(step, "."), "register.steps: want no space around %q, and no full stop", step)
	}
	c.must(len(r.RedirectHosts) > 0, "register.redirect_hosts is missing")
	for _, host := range r.RedirectHosts {
		c.must(slices.Contains([]string{"127.0.0.1", "localhost", "[::1]"}, host), "register.redirect_hosts: %q is none of 127.0.0.1, localhost and [::1]", host)
	}
	c.must(slices.Contains([]string{"", provider.PortAny, provider.PortExact}, r.Port), "register.port: want any or exact, not %q", r.Port)
	c.must(slices.Contains([]string{"", provider.SecretRequired, provider.SecretOptional, provider.SecretNone}, r.Secret), "register.secret: want required, optional or none, not %q", r.Secret)
	c.braces("register.page", r.Page)
	c.braces("register.steps", strings.Join(r.Steps, " "), "{redirect_uri}")
}

// filled is text with the examples of the variables in it.
func (c *checker) filled(text string) string { return provider.Fill(text, c.examples()) }

func (c *checker) examples() map[string]string {
	examples := map[string]string{}
	for _, v := range c.Variables {
		examples[v.Name] = v.Example
	}
	return examples
}

// braces refuses what looks like a variable and is none.
func (c *checker) braces(where, text string, others ...string) {
	for _, name := range regexp.MustCompile(`\{[^{}]*\}`).FindAllString(text, -1) {
		c.must(slices.Contains(others, name) || c.Variable(strings.Trim(name, "{}")) != nil, "%s: %s is not declared in [variables]", where, name)
	}
}

func (c *checker) profile() {
	values, err := c.Values(c.examples())
	if err != nil {
		c.must(false, "%v", err)
		return
	}
	var used string
	for _, n := range c.Raw().Children {
		used += texts(n)
	}
	for _, v := range c.Variables {
		c.must(strings.Contains(used, "{"+v.Name+"}"), "variables.%s is in no value of [profile]", v.Name)
	}
	for _, n := range c.Raw().Children {
		c.must(slices.ContainsFunc(config.Keys(), func(k config.Key) bool { return k.Name == n.Name }), "profile: unknown key %s", n.Name)
		c.facts[n.Name] = n.Name != "redirect_uri"         // which follows from register
		empty := n.Name == "client_secret" && n.Text == "" // which some servers want of a client without one
		c.must(!strings.HasPrefix(n.Name, "client_id") && (empty || !forOnePerson(n.Name)), "profile.%s: it is the person's own", n.Name)
		c.braces("profile."+n.Name, texts(n), issuer.Tenant)
	}
	redirect := values.Child("redirect_uri")
	if redirect == nil {
		c.must(false, "profile.redirect_uri is missing")
		return
	}
	u, err := url.Parse(redirect.Text)
	c.must(err == nil && c.Register.Takes(u.Hostname()), "profile.redirect_uri: register.redirect_hosts does not have the host of %s", redirect.Text)
	c.must(err == nil && (u.Port() == "") == (c.Register.Port == provider.PortAny), "profile.redirect_uri: a port is needed unless register.port is any, and only then: %s", redirect.Text)
	c.resolves()
}

// resolves has package config make a profile of the preset, for each grant that it has the endpoints for.
func (c *checker) resolves() {
	flags := map[string][]string{"preset": {c.Name}, "client_id": {"client"}, "client_secret_env": {"SECRET"}}
	if none := c.Register.Secret == provider.SecretNone; none || textOf(c.Raw(), "token_endpoint_auth_method") == "none" {
		delete(flags, "client_secret_env")
	}
	for name, value := range c.examples() {
		flags["preset_variables"] = append(flags["preset_variables"], name+"="+value)
	}
	_, _, err := config.Resolve(config.Input{Flags: flags})
	c.must(err == nil, "no profile can be made of it: %v", err)
}

// forOnePerson reports whether a key is about a person, their files or their secrets.
func forOnePerson(name string) bool {
	for _, k := range config.Keys() {
		if k.Name == name {
			return k.Personal || k.Secret || k.Kind == config.Path || k.Kind == config.Command || strings.HasPrefix(name, "preset") ||
				slices.Contains([]string{"account", "login_hint", "client_secret_env", "client_secret_keychain"}, name)
		}
	}
	return false // unknown, which package config refuses
}

func texts(n *tomlfile.Node) string {
	all := n.Text
	for _, child := range n.Children {
		all += " " + texts(child)
	}
	return all
}

func textOf(n *tomlfile.Node, name string) string {
	if child := n.Child(name); child != nil {
		return child.Text
	}
	return ""
}

func (c *checker) notes() {
	for i, n := range c.Notes {
		c.must(strings.HasSuffix(n.Text, "."), "notes: want sentences: %q", n.Text)
		c.sourced(fmt.Sprintf("notes[%d]", i), n.Source, n.Date)
	}
	for i, e := range c.Errors {
		c.must(e.Code != "" || e.Contains != "", "errors[%d]: neither error nor contains", i)
		c.must(e.Hint != "" && !strings.HasSuffix(e.Hint, ".") && e.Hint[0] != strings.ToUpper(e.Hint[:1])[0], "errors[%d]: hint: want an imperative sentence that begins in lower case and has no full stop: %q", i, e.Hint)
		c.sourced(fmt.Sprintf("errors[%d]", i), e.Source, e.Date)
	}
}

func (c *checker) sources() {
	sourced := map[string]bool{}
	for i, s := range c.Sources {
		c.sourced(fmt.Sprintf("sources[%d]", i), s.URL, s.Date)
		c.must(len(s.Facts) > 0, "sources[%d]: facts is missing", i)
		for _, f := range s.Facts {
			sourced[f] = true
			_, known := c.facts[f]
			c.must(known, "sources[%d]: the preset has no %s", i, f)
		}
	}
	for f, needed := range c.facts {
		c.must(!needed || sourced[f], "%s has no source", f)
	}
	slices.Sort(c.found)
}

func (c *checker) sourced(where, source, date string) {
	c.must(isHTTPS(source), "%s: want an https URL for a source, not %q", where, source)
	_, err := time.Parse(time.DateOnly, date)
	c.must(err == nil, "%s: want a date, not %q", where, date)
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil {
		return false
	}
	_, notAName := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" && strings.Contains(u.Hostname(), ".") && notAName != nil
}
