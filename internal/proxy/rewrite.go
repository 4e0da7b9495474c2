package proxy

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/origin"
)

// ParseUpstream parses the URL of an upstream. An error does not quote it, since it may contain a secret.
func ParseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("it is not a URL")
	}
	return u, checkUpstream(u)
}

// checkUpstream returns an error if u cannot be an upstream. RFC 6750 §5.3: "Clients MUST always use TLS (https) or equivalent
// transport security when making requests with bearer tokens."
func checkUpstream(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("it is not an absolute http or https URL")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("it must have scheme, host and path only")
	case !confidential.URL(u):
		return errors.New("it must be https, or http on this machine")
	case climbs(u.Path):
		return errors.New(`its path has a segment "." or ".."`)
	}
	return nil
}

// dropped are the header fields of a request that are not passed on, besides the hop-by-hop ones (RFC 9110 §7.6.1), which
// ReverseProxy removes: those that would replace the token, and those that contain the page's or the proxy's address, which has
// the prefix in it. To the upstream the proxy looks like any program, but for Via.
var dropped = []string{
	"Authorization", "Dpop", "Proxy-Authorization",
	"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User",
	requestMethod, requestFields, requestLocal,
}

// rewrite changes a request into that to the upstream.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	out := r.Out
	p.retarget(out.URL)
	r.SetURL(p.options.Upstream)
	if path := r.In.URL.EscapedPath(); path == p.guard.prefix || path == "/" { // the proxy's address stands for the upstream's
		out.URL.Path, out.URL.RawPath = p.options.Upstream.Path, p.options.Upstream.RawPath
	}
	// ReverseProxy removes what it cannot parse. The upstream gets the query as it is.
	out.URL.RawQuery = r.In.URL.RawQuery
	for _, name := range dropped {
		out.Header.Del(name)
	}
	for name := range out.Header {
		if strings.HasPrefix(name, "X-Forwarded") {
			out.Header.Del(name)
		}
	}
	out.Header.Add("Via", via(r.In.Proto))
	countDown(out.Method, out.Header)
	passTrailers(out, r.In)
	// Upgrade: h2c would open a tunnel for requests that are not checked.
	if upgrade := out.Header.Get("Upgrade"); upgrade != "" && !strings.EqualFold(upgrade, "websocket") {
		out.Header.Del("Upgrade")
		out.Header.Del("Connection")
	}
}

// retarget removes the prefix from the path.
func (p *Proxy) retarget(u *url.URL) {
	u.Path = strings.TrimPrefix(u.Path, p.guard.prefix)
	u.RawPath = strings.TrimPrefix(u.RawPath, p.guard.prefix)
}

// modifyResponse changes the upstream's answer into that to the caller.
func (p *Proxy) modifyResponse(resp *http.Response) error {
	for _, name := range []string{"Location", "Content-Location"} {
		if at := resp.Header.Get(name); at != "" {
			resp.Header.Set(name, p.relocate(at, resp.Request.URL))
		}
	}
	resp.Header.Del("Alt-Svc")    // is about the upstream's address
	resp.Header.Del("Dpop-Nonce") // is for the proxy, which makes the proofs
	p.allow(resp.Header, recorderOf(resp.Request.Context()).origin)
	return nil
}

// relocate returns the path at the proxy of a location below the upstream. It returns any other location as an absolute URL, so
// that the caller goes there without the proxy, and so without the token.
func (p *Proxy) relocate(location string, requested *url.URL) string {
	to, err := requested.Parse(location)
	if err != nil || !origin.Same(to, p.options.Upstream) || to.User != nil {
		return location
	}
	base := strings.TrimSuffix(p.options.Upstream.EscapedPath(), "/")
	rest, below := strings.CutPrefix(to.EscapedPath(), base)
	ours := p.guard.prefix + rest
	if ours == "" {
		ours = "/"
	}
	if !below || rest != "" && rest[0] != '/' || strings.HasPrefix(ours, "//") { // "//" would begin a host
		return to.String()
	}
	if to.RawQuery != "" || to.ForceQuery {
		ours += "?" + to.RawQuery
	}
	if to.Fragment != "" {
		ours += "#" + to.EscapedFragment()
	}
	return ours
}
