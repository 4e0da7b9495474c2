package session

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/token"
)

// Client makes the flow's client of endpoints and credentials. fresh fetches the server's metadata anew.
func (s *Session) Client(ctx context.Context, fresh bool) (*flow.Client, error) {
	client, err := s.client(ctx, fresh)
	return client, s.Failed(err)
}

func (s *Session) client(ctx context.Context, fresh bool) (*flow.Client, error) {
	credentials, err := s.credentials(ctx)
	if err != nil {
		return nil, err
	}
	public, own := s.httpClients(credentials)
	metadata, keys, err := s.published(ctx, public, fresh)
	if err != nil {
		return nil, err
	}
	client, err := s.OfflineClient(metadata, credentials)
	if err != nil {
		return nil, err
	}
	client.HTTP, client.Keys = own, keys
	return client, nil
}

// OfflineClient makes the flow's client of the server's metadata, without what it needs for requests.
func (s *Session) OfflineClient(metadata discovery.Metadata, credentials Credentials) (*flow.Client, error) {
	if s.options.Narrator != nil {
		s.options.Narrator.Metadata(metadata)
	}
	if err := checkEndpoints(metadata, s.Profile); err != nil {
		return nil, err
	}
	auth, err := s.authentication(credentials, metadata)
	if err != nil {
		return nil, err
	}
	return &flow.Client{
		Profile: s.Profile, Server: metadata, Auth: auth, Patience: s.options.Timeout, Now: s.options.Now, Observe: s.observe,
		Warn: func(text string) { s.console.Warn("%s", text) },
	}, nil
}

// ClientSecret reads the client secret; it is empty if the profile names none.
func (s *Session) ClientSecret(ctx context.Context) (token.Secret, error) {
	if s.Profile.ClientSecret.Empty() {
		return s.registeredSecret(ctx)
	}
	if d := s.options.Draft; d != nil && !d.Secret.Empty() && s.Profile.ClientSecret.Keychain() != "" {
		return d.Secret, nil
	}
	access := s.secretAccess()
	access.Keychain = s.keychain().Secret
	return s.readSecret(ctx, s.Profile.ClientSecret, access)
}

// Published returns the server's metadata, overridden by the profile's endpoints, and its keys.
func (s *Session) Published(ctx context.Context) (discovery.Metadata, idtoken.Keys, error) {
	authorities, err := s.Authorities(ctx)
	if err != nil {
		return discovery.Metadata{}, nil, s.Failed(err)
	}
	metadata, keys, err := s.published(ctx, s.options.HTTPClient(s.HTTPOptions(authorities, nil)), false)
	return metadata, keys, s.Failed(err)
}

// Metadata returns what the server publishes. If the profile does without, there is no more in it than the issuer.
func (s *Session) Metadata(ctx context.Context, docs discovery.Client, fresh bool) (discovery.Metadata, error) {
	if s.api != nil && s.api.metadata != nil {
		return *s.api.metadata, nil
	}
	if !s.Profile.NeedsMetadata() {
		return discovery.Metadata{Issuer: s.Profile.Issuer}, nil
	}
	return docs.FetchAt(ctx, s.Profile.Issuer, s.Profile.MetadataURL, fresh)
}

func (s *Session) published(ctx context.Context, public *http.Client, fresh bool) (discovery.Metadata, idtoken.Keys, error) {
	docs := s.options.Documents(public)
	m, err := s.Metadata(ctx, docs, fresh)
	if err != nil {
		return m, nil, err
	}
	if m.Source != "" {
		s.console.Step("metadata of %s: %s", m.Issuer, m.Source)
		for _, name := range slices.Sorted(maps.Keys(m.Rejected)) {
			s.console.Step("ignored in the metadata: %s %s", name, m.Rejected[name])
		}
	}
	m = flow.Server(m, s.Profile)
	return m, idtoken.Once(func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, m.JWKSURI, fresh) }), nil
}
