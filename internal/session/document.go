package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/form"
	"github.com/oauthget/oauthget/internal/registration"
)

// Document returns the Client ID Metadata Document of the profile called name, or of the default one if name is empty
// (draft-ietf-oauth-client-id-metadata-document). Where the flags have its URL, or there is no default profile, there need be none.
func (o Options) Document(ctx context.Context, file *config.File, name string, flags map[string][]string) (registration.Metadata, error) {
	var none registration.Metadata
	const key = "client_id_metadata_document"
	if name == "" && (len(flags[key]) > 0 || file == nil || file.DefaultProfile() == "" && len(file.Profiles()) != 1) {
		flags = maps.Clone(flags)
		if flags == nil {
			flags = map[string][]string{}
		}
		flags["url"] = []string{"http://127.0.0.1/"} // the document is for whichever API: a profile has to name one
	}
	s, err := Open(o, file, name, flags)
	if err != nil {
		return none, err
	}
	p := s.Profile
	address := p.ClientIDMetadataDocument
	if address == "" && form.ClientIDDocument([]string{cmp.Or(p.ClientID, "-")}) == nil {
		address = p.ClientID
	}
	if address == "" {
		return none, s.Failed(&config.Error{
			Key: key, Err: errors.New(key + " is missing: the https URL at which the document will be, which is the client identifier"),
			Advice: "give it with --client-id-metadata-document https://HOST/PATH",
		})
	}
	method, err := s.documentMethod()
	if err != nil {
		return none, s.Failed(err)
	}
	private, err := s.ClientKey(ctx)
	if err != nil {
		return none, s.Failed(err)
	}
	uris := []string{p.RedirectURI}
	switch {
	case p.Grant != config.GrantAuthorizationCode:
		uris = nil
	case len(p.RedirectPorts) > 0:
		uris, err = s.redirectURIs(ctx, p.RedirectURI)
	}
	m := registration.Native(config.GrantType(p.Grant), uris, string(method), private)
	if m.ClientID = address; !p.NeedsPerson() {
		m.GrantTypes = m.GrantTypes[:1] // no refresh token comes of it
	}
	return m, s.Failed(err)
}

// documentMethod is how a client with a document authenticates: by its key, or not at all.
func (s *Session) documentMethod() (clientauth.Method, error) {
	method := clientauth.Method(s.Profile.TokenEndpointAuthMethod)
	switch {
	case !s.Profile.ClientSecret.Empty():
		return "", &config.Error{
			Key: s.Profile.ClientSecret.Key, Err: errors.New("everybody can read the document, so that its client has no secret"),
			Advice: "remove the client secret, or set client_key_file instead",
		}
	case method == "" && s.Profile.ClientKey.File != "":
		return clientauth.PrivateKeyJWT, nil
	case method == "" || method == clientauth.None:
		return clientauth.None, nil
	case method != clientauth.PrivateKeyJWT:
		return "", &config.Error{
			Key: "token_endpoint_auth_method", Err: fmt.Errorf("no document is written for %s", method),
			Advice: "set token_endpoint_auth_method to none or private_key_jwt",
		}
	}
	return method, nil
}
