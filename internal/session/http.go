package session

import (
	"net/http"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/trace"
	"github.com/oauthget/oauthget/internal/userdir"
)

// HTTPClient makes a client with the options, the user agent, and the trace and narration of each exchange.
func (o Options) HTTPClient(options endpoint.Options) *http.Client {
	options.UserAgent = o.UserAgent
	outer := options.Wrap
	options.Wrap = func(base http.RoundTripper) http.RoundTripper {
		if o.Trace != nil {
			base = o.Trace.Wrap(base)
		}
		if o.Narrator != nil {
			base = trace.Record(base, o.Narrator.Exchange)
		}
		if outer != nil {
			base = outer(base)
		}
		return base
	}
	return endpoint.NewClient(options)
}

// Documents fetches what servers publish, and caches it.
func (o Options) Documents(client *http.Client) discovery.Client {
	dir, err := userdir.Cache(o.getenv, o.GOOS)
	if err != nil {
		dir = "" // documents are then fetched each time
	}
	return discovery.Client{HTTP: client, CacheDir: dir, Now: o.Now}
}
