package flow

import (
	"cmp"
	"encoding/json"
	"slices"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// secrets are masked in the texts of an answer that are stored or shown: a server could echo in a scope or a user's
// name what it was sent, or its own tokens.
type secrets []untrusted.Masker

// newSecrets returns list, the longest first: one may be the prefix of another.
func newSecrets(list ...token.Secret) secrets {
	list = slices.DeleteFunc(slices.Clone(list), func(s token.Secret) bool { return s.Len() < token.MinKept })
	slices.SortStableFunc(list, func(a, b token.Secret) int { return b.Len() - a.Len() })
	var s secrets
	for _, secret := range list {
		s = append(s, secret)
	}
	return s
}

func (s secrets) mask(text string) string { return untrusted.Mask(text, s...) }

// members masks the members of a JSON object.
func (s secrets) members(object map[string]json.RawMessage) map[string]json.RawMessage {
	if object == nil {
		return nil
	}
	masked := make(map[string]json.RawMessage, len(object))
	for name, raw := range object {
		masked[s.mask(name)] = untrusted.MaskJSON(raw, s...)
	}
	return masked
}

// name sets set's subject and user name. The subject is compared with others, so it stays as it is; if it contains a
// secret, a masked name is added.
func (s secrets) name(set *token.Set, subject, username string) {
	set.Subject, set.Username = subject, s.mask(username)
	if masked := s.mask(subject); masked != subject {
		set.Username = cmp.Or(set.Username, masked)
	}
}

// tokenReply is an answer of the token endpoint.
type tokenReply struct {
	*oauth2.Token
	secrets secrets                    // those of the request, and the tokens of the answer
	members map[string]json.RawMessage // as they were sent, where RFC 6749 §5.1 has them
}

func newTokenReply(t *oauth2.Token, sent []token.Secret) *tokenReply {
	idToken, _ := t.Extra("id_token").(string)
	for _, own := range []string{t.AccessToken, t.RefreshToken, idToken} {
		sent = append(sent, token.NewSecret(own))
	}
	return &tokenReply{Token: t, secrets: newSecrets(sent...)}
}
