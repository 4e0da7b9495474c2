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

// ParseUpstream reads the URL of an upstream. An error does not quote it: there may be a secret in it.
func ParseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("it is no URL")
	}
	return u, checkUpstream(u)
}

// checkUpstream reports why u cannot be an upstream. RFC 6750 §5.3: "Clients MUST always use TLS (https) or equivalent
// transport security when making requests with bearer tokens."
func checkUpstream(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return errors.New("it is not an absolute http or https URL")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("it is to have scheme, host and path, and nothing else")
	case !confidential.URL(u):
		return errors.New("a token goes over https alone, but to this machine")
	case climbs(u.Path):
		return errors.New("its path has a segment . or .. in it")
	}
	return nil
}

// dropped are the header fields of a request that are not passed on, beside the hop-by-hop ones (RFC 9110 §7.6.1), which
// ReverseProxy takes out: what would take the place of the token, and what tells of the page and of the proxy's address,
// with the prefix in it. To the upstream the proxy is a program like any other, but for Via.
var dropped = []string{
	"Authorization", "Dpop", "Proxy-Authorization",
	"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User",
	requestMethod, requestFields, requestLocal,
}

// rewrite makes of a request the one to the upstream.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	out := r.Out
	p.retarget(out.URL)
	r.SetURL(p.options.Upstream)
	if path := r.In.URL.EscapedPath(); path == p.guard.prefix || path == "/" { // the proxy's own address is the upstream's
		out.URL.Path, out.URL.RawPath = p.options.Upstream.Path, p.options.Upstream.RawPath
	}
	// ReverseProxy leaves out what it cannot parse, and what a query means is for the upstream to say.
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
	// A tunnel in which requests travel that nobody judges (Upgrade: h2c) is none that we open.
	if upgrade := out.Header.Get("Upgrade"); upgrade != "" && !strings.EqualFold(upgrade, "websocket") {
		out.Header.Del("Upgrade")
		out.Header.Del("Connection")
	}
}

// retarget takes the prefix off a path, which stands there literally.
func (p *Proxy) retarget(u *url.URL) {
	u.Path = strings.TrimPrefix(u.Path, p.guard.prefix)
	u.RawPath = strings.TrimPrefix(u.RawPath, p.guard.prefix)
}

// modifyResponse makes of the upstream's answer the one to the caller.
func (p *Proxy) modifyResponse(resp *http.Response) error {
	for _, name := range []string{"Location", "Content-Location"} {
		if at := resp.Header.Get(name); at != "" {
			resp.Header.Set(name, p.relocate(at, resp.Request.URL))
		}
	}
	resp.Header.Del("Alt-Svc")    // is about the upstream's address, not about ours
	resp.Header.Del("Dpop-Nonce") // is for who makes the proofs
	p.allow(resp.Header, recorderOf(resp.Request.Context()).origin)
	return nil
}

// relocate returns a location below the upstream as the path that it has at the proxy, and any other as it is, but
// absolute: a caller goes there without the proxy, and so without the token.
func (p *Proxy) relocate(location string, asked *url.URL) string {
	to, err := asked.Parse(location)
	if err != nil || !origin.Same(to, p.options.Upstream) || to.User != nil {
		return location
	}
	base := strings.TrimSuffix(p.options.Upstream.EscapedPath(), "/")
	rest, below := strings.CutPrefix(to.EscapedPath(), base)
	ours := p.guard.prefix + rest
	if ours == "" {
		ours = "/"
	}
	if !below || rest != "" && rest[0] != '/' || strings.HasPrefix(ours, "//") { // which would name a host
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
