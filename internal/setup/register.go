package setup

import (
	"context"
	"maps"

	"github.com/oauthget/oauthget/internal/config"
)

// registers reports whether the server registers clients by itself (RFC 7591).
func (s *setup) registers() bool {
	return s.about.metadata.RegistrationEndpoint != "" && s.preset == nil && s.text("url") == "" && s.needsPerson()
}

// registersNone reports whether the server is known to register no clients by itself, nor to take one that hosts its metadata.
func (s *setup) registersNone() bool {
	m := s.about.metadata
	return m.Issuer != "" && m.RegistrationEndpoint == "" && !m.ClientIDMetadataDocumentSupported
}

// register registers a client.
func (s *setup) register(ctx context.Context) error {
	o := s.Session
	o.Yes = true // it was asked
	keys := maps.Clone(s.keys)
	delete(keys, "client_id")
	client, err := o.Register(ctx, s.name, keys, s.add)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, client.Remove)
	s.registered = true
	maps.Copy(s.keys, client.Keys)
	return nil
}

// add adds the profile to the file, or puts it in the place of the one of that name.
func (s *setup) add(e *config.Editor, name string, keys map[string][]string) error {
	if s.replace {
		return e.ReplaceProfile(name, keys)
	}
	return e.AddProfile(name, keys)
}
