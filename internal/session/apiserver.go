package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/origin"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/resource"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// look asks the API what it says of itself.
func (s *Session) look(ctx context.Context) error {
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return err
	}
	found, err := resource.Look(ctx, s.options.HTTPClient(s.HTTPOptions(authorities, nil)), s.api.url, s.Posts)
	if err != nil {
		return err
	}
	if found.Open() {
		return &OpenAPIError{s.api.url.String()}
	}
	s.api.found = &found
	if m := found.Metadata; m == nil {
		s.console.Step("the API publishes no metadata; its origin is taken for the authorization server")
	} else {
		s.console.Step("the API's metadata: %s names %s", untrusted.Text(m.Source), untrusted.Text(strings.Join(m.AuthorizationServers, ", ")))
		if s.options.Narrator != nil {
			s.options.Narrator.Resource()
		}
	}
	s.setResource(found.Resource(s.api.url))
	return nil
}

// prepareAPI finds out for a login which authorization server the API trusts, asks the user whether to go there, and
// chooses the client.
func (s *Session) prepareAPI(ctx context.Context) error {
	before := s.Profile.Issuer
	server, err := s.Prepare(ctx)
	if err != nil {
		return err
	}
	switch {
	case s.api.known && !sameIssuer(before, s.Profile.Issuer):
		err = s.confirm(ctx, server != nil, "and not at "+cmp.Or(before, "the server of before")+" any more")
	case !s.api.known && (s.Profile.Name == "" || s.options.Draft != nil && s.Profile.NeedsPerson()): // a draft is no profile yet
		err = s.confirm(ctx, server != nil, "which no profile names")
	}
	if err != nil || server == nil {
		return err
	}
	return s.register(ctx, *server)
}

// Prepare finds out what a login for the session's API would use: server, scopes and client. It asks nobody and registers nothing,
// but returns where a client would be registered; nil for nowhere.
func (s *Session) Prepare(ctx context.Context) (*registration.Server, error) {
	if s.api == nil {
		return nil, nil
	}
	if s.api.found == nil {
		if err := s.look(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.chooseServer(ctx); err != nil {
		return nil, err
	}
	if err := s.chooseScopes(); err != nil {
		return nil, err
	}
	if err := s.bind(); err != nil {
		return nil, err
	}
	if m := s.api.metadata; m != nil { // before a client is registered for nothing
		if err := checkEndpoints(flow.Server(*m, s.Profile), s.Profile); err != nil {
			return nil, err
		}
	}
	return s.chooseClient(ctx)
}

// chooseServer chooses the issuer and fetches its metadata.
func (s *Session) chooseServer(ctx context.Context) error {
	if s.namesEndpoints() {
		return nil
	}
	issuer, err := s.issuerOfAPI()
	if err != nil {
		return err
	}
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return err
	}
	docs := s.options.Documents(s.options.HTTPClient(s.HTTPOptions(authorities, nil)))
	docs.NamedByAPI = true
	m, err := docs.FetchAt(ctx, issuer, s.Profile.MetadataURL, true)
	if _, none := errors.AsType[*discovery.NotFoundError](err); none && s.api.found.Metadata == nil {
		s.oldEndpoints()
		return nil
	}
	if err != nil {
		return err
	}
	s.Profile.Issuer, s.api.metadata = m.Issuer, &m // with the server's spelling from now on
	if s.options.Narrator != nil {
		s.options.Narrator.Metadata(flow.Server(m, s.Profile))
	}
	if !slices.Contains(m.CodeChallengeMethodsSupported, "S256") && s.Profile.PKCE && s.Profile.Grant == config.GrantAuthorizationCode {
		s.console.Warn("%s does not say that it supports PKCE; it is used all the same", m.Issuer)
	}
	return nil
}

// issuerOfAPI is the issuer that the profile names, else one for which a client is registered, else the API's first. Without
// metadata it is the API's origin.
func (s *Session) issuerOfAPI() (string, error) {
	m := s.api.found.Metadata
	if m == nil || len(m.AuthorizationServers) == 0 {
		return cmp.Or(s.Profile.Issuer, origin.Of(s.api.url)), nil
	}
	if given := s.Origins["issuer"]; given.Kind != config.FromDefault && given.Where != "" {
		if i := slices.IndexFunc(m.AuthorizationServers, func(issuer string) bool { return sameIssuer(issuer, s.Profile.Issuer) }); i >= 0 {
			return m.AuthorizationServers[i], nil
		}
		return "", &config.Error{
			Key: "issuer", Err: fmt.Errorf("the API does not trust %s: it names %s", untrusted.Quote(s.Profile.Issuer), untrusted.Text(strings.Join(m.AuthorizationServers, ", "))),
			Advice: "set issuer to one of these, or leave it out",
		}
	}
	// The records say where a client is registered. The document may name thousands, which the store is not asked for.
	records, _ := store.Records{StateDir: s.stateDir}.All() // those that cannot be read are not for this call to report
	for _, issuer := range m.AuthorizationServers {
		if slices.ContainsFunc(records, func(r store.Record) bool {
			return r.Registration && r.Store == s.clientStore().Name() && sameIssuer(r.Issuer, issuer) && r.Key == registrationKey(r.Issuer)
		}) {
			return issuer, nil
		}
	}
	return m.AuthorizationServers[0], nil
}

// sameIssuer reports whether a and b are the same but for one final slash, which APIs and URL parsers add and drop.
func sameIssuer(a, b string) bool { return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") }

// namesEndpoints reports whether the user has named the endpoints and no issuer: then the server's metadata is not wanted.
func (s *Session) namesEndpoints() bool {
	unset := func(key string) bool { return s.Origins[key].Where == "" }
	return unset("issuer") && !slices.ContainsFunc(config.EndpointKeys(s.Profile.Grant), unset)
}

// oldEndpoints are those of servers without any metadata (Model Context Protocol 2025-03-26, "Fallbacks for Servers without
// Metadata Discovery").
func (s *Session) oldEndpoints() {
	base := origin.Of(s.api.url)
	s.console.Warn("%s publishes no metadata; /authorize, /token and /register are tried there", base)
	s.Profile.Issuer = ""
	s.Profile.AuthorizationEndpoint = cmp.Or(s.Profile.AuthorizationEndpoint, base+"/authorize")
	s.Profile.TokenEndpoint = cmp.Or(s.Profile.TokenEndpoint, base+"/token")
	s.Profile.RegistrationEndpoint = cmp.Or(s.Profile.RegistrationEndpoint, base+"/register")
}

// chooseScopes asks for the profile's scopes, else for the challenge's, else for those of the API's metadata, else for none.
func (s *Session) chooseScopes() error {
	if len(s.Profile.Scopes) > 0 {
		return nil
	}
	scopes := s.api.found.Challenge.Scopes()
	if m := s.api.found.Metadata; m != nil && len(scopes) == 0 {
		scopes = strings.Fields(strings.Join(m.ScopesSupported, " "))
	}
	if err := checkLength(scopes); err != nil {
		return err
	}
	const offline = "offline_access"
	if m := s.api.metadata; m != nil && len(scopes) > 0 && slices.Contains(m.ScopesSupported, offline) && !slices.Contains(scopes, offline) {
		scopes = append(scopes, offline)
	}
	s.Profile.Scopes = scopes
	return nil
}

// maxScopes bounds the scopes that an API names, in bytes. They stand in a URL, which goes to a terminal and to a browser.
const maxScopes = 4 << 10

func checkLength(scopes []string) error {
	if len(strings.Join(scopes, " ")) <= maxScopes {
		return nil
	}
	return &config.Error{
		Key: "scopes", Err: fmt.Errorf("the API names %d scopes, more than a request can carry", len(scopes)),
		Advice: "name those that are needed: --scope SCOPE",
	}
}

// bind turns on what the API requires of its tokens: by its metadata (RFC 9728 §2), or by a challenge for the scheme DPoP
// (RFC 9449 §7.1).
func (s *Session) bind() error {
	m := s.api.found.Metadata
	switch {
	case s.api.found.DPoP:
		s.Profile.DPoP = true
	case m == nil:
	case m.DPoPBoundAccessTokensRequired:
		s.Profile.DPoP = true
	case m.TLSClientCertificateBoundAccessTokens && s.Profile.TLS.CertificateFile == "":
		return &config.Error{
			Key: "tls_certificate_file", Err: errors.New("the API takes only tokens that are bound to a certificate of the client (RFC 8705), and there is none"),
			Advice: "set tls_certificate_file and tls_key_file",
		}
	}
	return nil
}
