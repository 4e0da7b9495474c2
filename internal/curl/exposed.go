package curl

import (
	"fmt"
	"net/url"
	"slices"
)

// exposed reports whether a request can be read by whoever gets hold of it: it goes over no TLS, or to whoever answers.
// The token goes along to this machine alone, then.
func (c Command) exposed() bool {
	targets, err := c.Targets()
	return err != nil || c.unverified() || slices.ContainsFunc(targets, func(u *url.URL) bool { return u.Scheme != "https" })
}

// diverting are the options by which a request goes elsewhere than its URL says.
var diverting = []string{
	"proxy", "proxy1.0", "preproxy", "socks4", "socks4a", "socks5", "socks5-hostname", "connect-to", "resolve", "interface",
}

// checkExposed reports the option that would have an exposed request to this machine leave it. Where the server proves
// who it is, whoever is on the way learns nothing, and any way will do.
func (c Command) checkExposed() error {
	if !c.exposed() {
		return nil
	}
	for _, w := range c.words {
		// The way that guard has closed is not to be opened again behind it.
		if slices.Contains(diverting, w.option) || w.option == "noproxy" && w.value != "*" {
			return fmt.Errorf("curl's --%s cannot be used here: without a verified server the token goes to this machine, and no other way", w.option)
		}
	}
	return nil
}

// guard is the part of a config that takes back what ~/.curlrc may have said. curl reads that one before and the
// arguments afterwards, so what the arguments say holds, and has been judged.
func (c Command) guard() string {
	text := "no-location-trusted\nno-insecure\nno-verbose\n" // no-verbose ends a trace too
	if c.exposed() {
		text += "noproxy = \"*\"\n" // curl asks a proxy for localhost too
	}
	return text
}
