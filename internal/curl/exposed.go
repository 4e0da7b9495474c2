package curl

import (
	"fmt"
	"net/url"
	"slices"
)

// exposed reports whether others could read the request: it is sent without TLS, or to a server that is not verified. The token is
// then sent only to this machine.
func (c Command) exposed() bool {
	targets, err := c.Targets()
	return err != nil || c.unverified() || slices.ContainsFunc(targets, func(u *url.URL) bool { return u.Scheme != "https" })
}

// diverting are the options that send a request elsewhere than its URL says.
var diverting = []string{
	"proxy", "proxy1.0", "preproxy", "socks4", "socks4a", "socks5", "socks5-hostname", "connect-to", "resolve", "interface",
}

// checkExposed returns an error for an option that would make an exposed request leave this machine. If the server is verified, the
// path to it does not matter.
func (c Command) checkExposed() error {
	if !c.exposed() {
		return nil
	}
	for _, w := range c.words {
		// guard sets noproxy; the arguments must not undo that.
		if slices.Contains(diverting, w.option) || w.option == "noproxy" && w.value != "*" {
			return fmt.Errorf("curl's --%s cannot be used here: without a verified server the token is sent only to this machine, directly", w.option)
		}
	}
	return nil
}

// guard returns the part of a config that reverts options of ~/.curlrc. curl reads that file first and the arguments last, so the
// arguments, which have been checked, still count.
func (c Command) guard() string {
	text := "no-location-trusted\nno-insecure\nno-verbose\n" // no-verbose also ends a trace
	if c.exposed() {
		text += "noproxy = \"*\"\n" // curl uses a proxy for localhost too
	}
	return text
}
