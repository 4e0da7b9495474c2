// Package resource finds out what an API says of itself: which authorization servers it trusts and which scopes it knows
// (OAuth 2.0 Protected Resource Metadata, RFC 9728).
//
// An API chooses its authorization server, so everything it says is checked: a document is bounded, comes from where the
// standard puts it, over TLS but for loopback, is redirected within its origin only, and must be about the URL that was asked
// for. The package obtains no token and sends none.
package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	josejson "github.com/go-jose/go-jose/v4/json" // refuses duplicate names

	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/challenge"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	// wellKnown is inserted before the path of a resource (RFC 9728 §3.1).
	wellKnown = "/.well-known/oauth-protected-resource"
	// maxBody bounds a document, in bytes.
	maxBody   = 1 << 20
	operation = "read the API's metadata"
)

// Metadata is a protected resource metadata document (RFC 9728 §2). A member that is absent is empty.
type Metadata struct {
	Resource             string   `json:"resource"`
	AuthorizationServers []string `json:"authorization_servers"`
	ScopesSupported      []string `json:"scopes_supported"`

	DPoPBoundAccessTokensRequired         bool `json:"dpop_bound_access_tokens_required"`
	TLSClientCertificateBoundAccessTokens bool `json:"tls_client_certificate_bound_access_tokens"`

	// Source is the URL that the document came from.
	Source string `json:"-"`
}

// Found is what an API says of itself.
type Found struct {
	// Status is the API's answer to a request without a token.
	Status int
	// Challenge is the first Bearer or DPoP challenge of that answer; zero if there is none.
	Challenge challenge.Challenge
	// DPoP reports that the answer asks for a DPoP-bound token and for no other.
	DPoP bool
	// Metadata is nil if the API publishes none.
	Metadata *Metadata
	// Tried are the places without a document, in order, each with what was there.
	Tried []Attempt
}

// Attempt is a place where no document was found.
type Attempt struct{ URL, Answer string }

// Resource is the identifier to ask tokens for: as the document writes it, else the API's URL without query and fragment.
func (f Found) Resource(api *url.URL) string {
	if f.Metadata != nil {
		return f.Metadata.Resource
	}
	plain := *api
	plain.RawQuery, plain.ForceQuery, plain.Fragment, plain.RawFragment, plain.User = "", false, "", "", nil
	return plain.String()
}

// Open reports that the API answers without a token and says nothing about tokens.
func (f Found) Open() bool { return f.Metadata == nil && success(f.Status) }

// DocumentError reports a document of an API that must not be used.
type DocumentError struct {
	API string
	Err error
}

func (e *DocumentError) Error() string { return e.Err.Error() }
func (e *DocumentError) Unwrap() error { return e.Err }

// MismatchError reports a document about another resource than the API.
type MismatchError struct {
	Source string // the URL of the document
	API    string
	Got    string // the resource that the document is about, as sent
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s is about the resource %s, not about %s", untrusted.Text(e.Source), untrusted.Quote(e.Got), untrusted.Quote(e.API))
}

// Text is what the API says of itself, for a person, and where it does not; empty if it was not asked.
func (f Found) Text() string {
	var rows [][2]string
	for _, a := range f.Tried {
		rows = append(rows, [2]string{"no resource_metadata", a.URL + " (" + a.Answer + ")"})
	}
	if m := f.Metadata; m != nil {
		rows = append(rows, [][2]string{
			{"resource", m.Resource},
			{"resource_metadata", m.Source},
			{"authorization_servers", strings.Join(m.AuthorizationServers, " ")},
			{"resource_scopes_supported", strings.Join(m.ScopesSupported, " ")},
		}...)
	}
	rows = append(rows, [2]string{"challenge_scope", strings.Join(f.Challenge.Scopes(), " ")})
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", row[0], untrusted.Text(row[1]))
		}
	}
	_ = w.Flush() // a strings.Builder never fails
	return b.String()
}

// Look asks the API at url what it says of itself. client is used without a token and must bound its requests.
//
// It asks by a GET. Some APIs take a POST alone, and only that has a challenge: if posts is true, since the user is about to send
// one, and the GET is not answered with 401, a POST without a body is sent too.
//
// RFC 9728 §5: the 401 of the API names the document; else it is looked for at the path of the API and at the root. A place
// without JSON, or with an error status, has no document. A wrong document is an *untrusted.Error; no answer is a *url.Error.
func Look(ctx context.Context, client *http.Client, api *url.URL, posts bool) (Found, error) {
	var found Found
	err := found.ask(ctx, client, http.MethodGet, api)
	if err == nil && posts && found.Status != http.StatusUnauthorized {
		err = found.ask(ctx, client, http.MethodPost, api)
	}
	if err != nil {
		return found, err
	}
	var named []string
	if place := found.Challenge.Params["resource_metadata"]; place != "" {
		named = append(named, place)
	}
	for _, place := range append(named, places(api)...) {
		m, err := read(ctx, client, api, place)
		if none, ok := errors.AsType[*absentError](err); ok {
			found.Tried = append(found.Tried, Attempt{place, none.Error()})
			continue
		}
		if err == nil {
			err = m.check(api)
		}
		switch _, network := errors.AsType[*url.Error](err); {
		case err == nil:
			found.Metadata = &m
			return found, nil
		case network:
			return found, fmt.Errorf("%s: %w", operation, untrusted.Network(ctx, err))
		}
		return found, &untrusted.Error{Op: operation, Err: &DocumentError{api.String(), err}}
	}
	return found, nil
}

// ask sends a request without a token. It keeps the answer of an earlier one unless it is a challenge, or a success after a failure.
func (f *Found) ask(ctx context.Context, client *http.Client, method string, api *url.URL) error {
	req, err := http.NewRequestWithContext(ctx, method, api.String(), nil)
	if err != nil {
		return fmt.Errorf("ask the API: %w", err)
	}
	req.Header.Set("Accept", "application/json, */*;q=0.5")
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := still.Do(req)
	if err != nil {
		return fmt.Errorf("ask the API: %w", untrusted.Network(ctx, err))
	}
	_ = resp.Body.Close() // it may be an endless stream
	if f.Status == 0 || success(resp.StatusCode) {
		f.Status = resp.StatusCode
	}
	if resp.StatusCode != http.StatusUnauthorized {
		return nil
	}
	f.Status, f.Challenge = resp.StatusCode, challenge.ForToken(resp.Header)
	f.DPoP = strings.EqualFold(f.Challenge.Scheme, "DPoP") && !slices.ContainsFunc(challenge.In(resp.Header), func(c challenge.Challenge) bool {
		return strings.EqualFold(c.Scheme, "Bearer")
	})
	return nil
}

func success(status int) bool { return status >= 200 && status < 300 }

// places are where RFC 9728 §3.1 puts the document of api, and the root of its origin.
func places(api *url.URL) []string {
	root := origin.Of(api) + wellKnown
	path := strings.TrimSuffix(api.EscapedPath(), "/")
	if path == "" {
		return []string{root}
	}
	return []string{root + path, root}
}

// absentError says what is at a place that has no document.
type absentError struct{ what string }

func (e *absentError) Error() string { return e.what }

// read fetches the document at place, which api may have named.
func read(ctx context.Context, client *http.Client, api *url.URL, place string) (Metadata, error) {
	target, err := url.Parse(place)
	if err != nil || target.Host == "" || target.User != nil || !confidential.NamedBy(api, target) {
		return Metadata{}, fmt.Errorf("the API names %s as its metadata, which is not an https URL", untrusted.Quote(place))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return Metadata{}, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := untrusted.WithinOrigin(client).Do(req)
	if err != nil {
		if e, ok := errors.AsType[*untrusted.Error](err); ok {
			return Metadata{}, fmt.Errorf("%s: %w", untrusted.Text(place), e.Err)
		}
		return Metadata{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return Metadata{}, &absentError{strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))}
	}
	body, err := bounded.Read(resp.Body, maxBody)
	if _, long := errors.AsType[*bounded.TooLongError](err); long {
		return Metadata{}, fmt.Errorf("%s answered with more than %d bytes", untrusted.Text(place), maxBody)
	}
	if err != nil {
		return Metadata{}, &url.Error{Op: "Get", URL: place, Err: err}
	}
	return parse(body, place)
}

// parse reads a document. Something that is no JSON object is none: many servers answer every address with a page.
func parse(body []byte, place string) (Metadata, error) {
	m := Metadata{Source: place}
	if !json.Valid(body) || !strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		return m, &absentError{"no JSON object"}
	}
	if err := josejson.Unmarshal(body, &m); err != nil {
		return m, fmt.Errorf("%s answered with a malformed document", untrusted.Text(place))
	}
	return m, nil
}

// check reports why the document cannot be about api, or names servers that cannot be trusted.
func (m Metadata) check(api *url.URL) error {
	// "If the resource value returned … is not identical …, the data contained in the response MUST NOT be used." RFC 9728
	// §3.3. A document for a whole API stands for each URL below it.
	if !origin.Covers(m.Resource, api) {
		return &MismatchError{Source: m.Source, API: api.String(), Got: m.Resource}
	}
	for _, scope := range m.ScopesSupported { // some servers write several in one text
		if scope != "" && !ascii.All(scope, func(c rune) bool { return c == ' ' || ascii.IsNQCHAR(c) }) { // RFC 6749 §3.3
			return fmt.Errorf("%s names %s, which is no scope", untrusted.Text(m.Source), untrusted.Quote(scope))
		}
	}
	for _, issuer := range m.AuthorizationServers {
		u, err := url.Parse(issuer)
		if err != nil || !confidential.NamedBy(api, u) {
			return fmt.Errorf("%s names the authorization server %s, which is not an https URL", untrusted.Text(m.Source), untrusted.Quote(issuer))
		}
	}
	return nil
}
