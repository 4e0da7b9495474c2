package proxy

import (
	"crypto/rand"

	"github.com/oauthget/oauthget/internal/hint"
)

// AnyPort is any free port of this machine.
const AnyPort = "127.0.0.1:0"

// Given is what a command line says of a proxy, by its flags.
type Given struct {
	Upstream string
	Listen   string
	Socket   string // --unix
	Prefix   string
	NoPrefix bool
	Origins  []string // --allow-origin
}

// Options returns what g stands for. given reports whether a flag was given. An error is a *hint.UsageError.
func (g Given) Options(given func(flag string) bool) (o Options, err error) {
	if g.Upstream == "" {
		return o, hint.Usagef("--upstream is missing: the URL of the API")
	}
	if o.Upstream, err = ParseUpstream(g.Upstream); err != nil {
		return o, hint.Usagef("--upstream: %w", err)
	}
	if err := CheckListen(g.Listen); err != nil {
		return o, hint.Usagef("--listen %s: %w", g.Listen, err)
	}
	for _, text := range g.Origins {
		origin, err := ParseOrigin(text)
		if err != nil {
			return o, hint.Usagef("--allow-origin: %w", err)
		}
		o.Origins = append(o.Origins, origin)
	}
	switch {
	case given("prefix") && g.NoPrefix:
		return o, hint.Usagef("--prefix and --no-prefix exclude each other")
	case given("listen") && given("unix"):
		return o, hint.Usagef("--listen and --unix exclude each other")
	case given("unix") && g.Socket == "":
		return o, hint.Usagef("--unix takes the path of a socket")
	case given("prefix"):
		if err := CheckPrefix(g.Prefix); err != nil {
			return o, hint.Usagef("--prefix: %w", err)
		}
		o.Prefix = g.Prefix
	case !g.NoPrefix && g.Socket == "":
		o.Prefix = rand.Text() // 130 bits
	}
	return o, nil
}
