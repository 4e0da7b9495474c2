package setup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/provider"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
)

// secretKeys say where a client secret is.
var secretKeys = []string{"client_secret_file", "client_secret_env", "client_secret_command", "client_secret_keychain"}

// askSecret asks for the client secret, which goes into the keychain.
func (s *setup) askSecret(ctx context.Context) error {
	const file = "client_secret_file"
	wants := s.wantsSecret()
	switch {
	case s.text(file) == "-" && s.reopened[stepSecret]:
		s.dropSecret()
	case s.text(file) == "-":
		source := config.SecretSource{Key: file, Value: "-"}
		secret, err := secretsource.Read(ctx, source, secretsource.Access{Stdin: s.Session.Stdin})
		if err != nil {
			return err
		}
		return s.keepLater(ctx, secret)
	}
	switch {
	case s.firstOf(secretKeys...) != "" && !s.reopened[stepSecret], wants == provider.SecretNone, s.registered:
		return nil
	case !s.canAsk() && wants == provider.SecretRequired:
		return s.missing(file)
	case !s.canAsk():
		return nil
	case s.preset != nil && wants == provider.SecretOptional && !s.reopened[stepSecret]:
		return nil // what is registered as the preset says has none; a server that wants one refuses the client
	}
	prompt := "Client secret (not shown while you type"
	switch {
	case !s.secret.Empty() || s.firstOf(secretKeys...) != "":
		prompt += "; Enter keeps the one given)"
	case wants == provider.SecretRequired:
		prompt += ")"
	default:
		prompt += "; Enter if there is none)"
	}
	for {
		secret, err := s.console.AskSecret(ctx, prompt)
		if err != nil {
			return ended(err)
		}
		switch {
		case !secret.Empty():
			return s.keepLater(ctx, secret)
		case wants != provider.SecretRequired, !s.secret.Empty(), s.firstOf(secretKeys...) != "":
			return nil
		}
		s.console.Warn("%s wants a client secret", s.about.title)
	}
}

// wantsSecret reports whether clients of the server have a secret: required, optional or none.
func (s *setup) wantsSecret() string {
	methods := s.about.metadata.TokenEndpointAuthMethodsSupported
	bySecret := func(method string) bool { return strings.HasPrefix(method, "client_secret_") }
	switch {
	case s.firstOf("client_key_file", "tls_certificate_file") != "", s.text("token_endpoint_auth_method") == "none":
		return provider.SecretNone
	case !s.needsPerson() && s.text("grant") == config.GrantClientCredentials:
		return provider.SecretRequired
	case s.preset != nil && s.preset.Register.Secret != "":
		return s.preset.Register.Secret
	case s.text("url") != "" && s.text("client_id") == "":
		return provider.SecretNone
	case len(methods) > 0 && !slices.ContainsFunc(methods, bySecret):
		return provider.SecretNone
	}
	return provider.SecretOptional
}

// keepLater notes a client secret, and the item of the keychain that is to hold it. If the keychain cannot be used, the person
// may name a file that has the secret.
func (s *setup) keepLater(ctx context.Context, secret token.Secret) error {
	for {
		item, err := s.freeItem(ctx)
		if err == nil {
			s.dropSecret()
			s.set("client_secret_keychain", item)
			s.secret = secret
			return nil
		}
		if !s.canAsk() || ctx.Err() != nil {
			return err
		}
		s.tell(err)
		path, err := s.ask(ctx, question{text: "File that has the client secret", hint: "Enter tries the keychain again"})
		if err != nil {
			return err
		}
		if path != "" {
			s.dropSecret()
			s.set("client_secret_file", path)
			return nil
		}
	}
}

func (s *setup) dropSecret() {
	s.secret = token.Secret{}
	for _, key := range secretKeys {
		delete(s.keys, key)
	}
}

// keychain is where a client secret is kept, whatever store the tokens are in.
func (s *setup) keychain() (*store.Keychain, error) {
	records, err := s.Session.Records()
	return s.Session.Keychain(records.StateDir), err
}

// freeItem returns the name for an item of the keychain that nothing else uses, as far as that can be known: that of the
// profile, unless such an item is there and is not of the profile that is replaced.
func (s *setup) freeItem(ctx context.Context) (string, error) {
	keychain, err := s.keychain()
	if err != nil {
		return "", err
	}
	if err := keychain.Unlock(ctx, ""); err != nil {
		return "", err
	}
	own := ""
	if file, err := s.Session.ProfileFile(ctx); err == nil && s.replace {
		if old, err := session.Open(s.Session, file, s.name, nil); err == nil {
			own = old.Profile.ClientSecret.Keychain()
		}
	}
	var taken []string
	for item := s.name; ; item = free(s.name, taken) {
		_, err := keychain.Secret(ctx, item)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && item == own:
			return item, nil
		case err != nil:
			return "", err
		}
		taken = append(taken, item)
	}
}
