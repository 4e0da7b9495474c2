package curl

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Command is what a curl command line says.
type Command struct {
	args  []string
	words []word
}

// Parse reads curl's arguments. An option that would have curl do what the arguments do not tell, or send the token
// where it is not meant to go, is an error, as is one that is not known.
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

// refused are the options that cannot go with a token, and why.
var refused = map[string]string{
	"config":           "the file may name other hosts, which is not seen from here",
	"location-trusted": "it would take the token along to whatever host a redirect names",
	"next":             "the token goes with one request of curl's; run it once for each",
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

// values are those given to an option, in order.
func (c Command) values(option string) []string {
	var all []string
	for _, w := range c.words {
		if w.option == option {
			all = append(all, w.value)
		}
	}
	return all
}

// credentials names the option with which the command line brings credentials of its own; empty where it does not.
// curl would send them and the token both, or one in place of the other.
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

// discloses names the option with which curl writes down what it sends, the token included; empty where there is none.
func (c Command) discloses() string {
	for _, option := range []string{"verbose", "trace", "trace-ascii", "libcurl"} {
		if c.has(option) {
			return "--" + option
		}
	}
	return ""
}

// unverified reports whether curl is told to take whoever answers an https request for the host it names.
func (c Command) unverified() bool { return c.has("insecure") }

// method is the HTTP method of the request.
func (c Command) method() string {
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
