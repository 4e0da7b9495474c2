package curl

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Command is a parsed curl command line.
type Command struct {
	args  []string
	words []word
}

// Parse reads curl's arguments. It returns an error for unknown options, and for options that make curl do things which the
// arguments do not show, or send the token to other hosts.
func Parse(args []string) (Command, error) {
	words, err := split(args)
	if err != nil {
		return Command{}, err
	}
	for _, w := range words {
		if why := refused[w.option]; why != "" && !w.off {
			return Command{}, fmt.Errorf("curl's --%s cannot be used here: %s", w.option, why)
		}
	}
	return Command{args, words}, nil
}

// refused are the options that cannot be used with a token, and why.
var refused = map[string]string{
	"config":           "the file may contain other hosts, which oauthget does not see",
	"location-trusted": "it would send the token to any host that a redirect names",
	"next":             "the token is for one request; run curl once for each",
}

func (c Command) has(options ...string) bool {
	on := false
	for _, w := range c.words {
		if slices.Contains(options, w.option) {
			on = !w.off // the last one counts
		}
	}
	return on
}

// values returns the values of an option, in order.
func (c Command) values(option string) []string {
	var all []string
	for _, w := range c.words {
		if w.option == option {
			all = append(all, w.value)
		}
	}
	return all
}

// credentials returns the option that adds other credentials, "" if none does. curl would send both, or one in place of the other.
func (c Command) credentials() string {
	for _, w := range c.words {
		name, _, _ := strings.Cut(w.value, ":")
		switch {
		case w.option == "header" && strings.EqualFold(strings.TrimRight(name, "; \t"), "Authorization"):
			return "-H Authorization"
		case slices.Contains([]string{"user", "oauth2-bearer", "aws-sigv4", "netrc", "netrc-file", "netrc-optional"}, w.option) && !w.off:
			return "--" + w.option
		}
	}
	return ""
}

// discloses returns the option that makes curl show what it sends, including the token, "" if none does.
func (c Command) discloses() string {
	for _, option := range []string{"verbose", "trace", "trace-ascii", "libcurl"} {
		if c.has(option) {
			return "--" + option
		}
	}
	return ""
}

// unverified reports whether curl is told not to verify the server's certificate.
func (c Command) unverified() bool { return c.has("insecure") }

// Method returns the HTTP method of the request.
func (c Command) Method() string {
	if explicit := c.values("request"); len(explicit) > 0 {
		return explicit[len(explicit)-1]
	}
	switch {
	case c.has("head"):
		return http.MethodHead
	case c.has("upload-file"):
		return http.MethodPut
	case c.has("get"):
		return http.MethodGet
	case c.has("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json", "form", "form-string"):
		return http.MethodPost
	}
	return http.MethodGet
}
