package remedy

import (
	"errors"
	"net/url"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// apiHints returns what to do where an API, or the server that it names, sent what must not be trusted; nil for other errors.
func (f failure) apiHints() []string {
	var (
		document *resource.DocumentError
		about    *resource.MismatchError
		mismatch *discovery.IssuerMismatchError
	)
	switch as := func(target any) bool { return errors.As(f.err, target) }; {
	case as(&document) && as(&about) && sameOrigin(about.Got, document.API):
		return []string{"if you mean that API, give its URL: " + shell.Word(untrusted.Text(about.Got)), withoutDocument(document.API)}
	case as(&document):
		return []string{withoutDocument(document.API)}
	case as(new(*registration.AnswerError)):
		return []string{f.registerByHand()}
	case f.profile.URL == "":
		return nil
	case errors.Is(f.err, untrusted.ErrLeftOrigin):
		return []string{f.byEndpoints("if that is right, take its endpoints from there, which --trace shows")}
	case as(&mismatch):
		return []string{f.byEndpoints("if you trust that server all the same, take its endpoints from " + untrusted.Text(mismatch.Source))}
	case as(new(*flow.OtherIssuerError)):
		return []string{f.byEndpoints("do not go on if you do not know that server; if it is the same one, do without its metadata")}
	}
	return nil
}

func sameOrigin(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && origin.Same(u, v)
}

// withoutDocument is the way around an API's metadata.
func withoutDocument(api string) string {
	host := "HOST"
	if u, err := url.Parse(api); err == nil {
		host = u.Host
	}
	return "to do without what it says: oauthget profile add NAME --issuer URL --client-id ID --api-hosts " + shell.Word(host)
}

// byEndpoints says how to name a server's endpoints in place of its issuer.
func (f failure) byEndpoints(why string) string {
	if f.profile.Name != "" {
		return why + ": set client_id, " + listed(config.EndpointKeys(f.profile.Grant)) + " in the profile"
	}
	text := why + ": --client-id ID"
	for _, key := range config.EndpointKeys(f.profile.Grant) {
		text += " --" + config.Key{Name: key}.Flag() + " URL"
	}
	return text
}

// registerByHand is what to do where the server registers no client by itself.
func (f failure) registerByHand() string {
	return f.fill("register a client at the server with the redirect URI {redirect_uri}, and give its --client-id", nil)
}

// forgottenHints are about a server that may have forgotten a client that was registered there: it shows a page with an error,
// and sends nobody back.
func (f failure) forgottenHints() []string {
	p := f.profile
	if p.URL == "" || f.origins["client_id"].Where != "" || p.ClientID == "" || p.ClientID == p.ClientIDMetadataDocument {
		return nil
	}
	return []string{"if the server no longer knows the client: oauthget logout --registration " + f.inFile([]string{p.URL})}
}
