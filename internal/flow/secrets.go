package flow

import (
	"cmp"
	"encoding/json"
	"slices"

	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// secrets are what the texts of an answer must not repeat. They are stored, printed and warned of: a server could have us
// show by a scope or a person's name what it was sent, or the tokens that it gives.
type secrets []untrusted.Masker

// shortestEcho is the length in bytes from which a secret is sought in what is kept. A shorter one may be a word of it.
const shortestEcho = 8

// unspoken are list, the longest first: one may be the beginning of another.
func unspoken(list ...token.Secret) secrets {
	list = slices.DeleteFunc(slices.Clone(list), func(s token.Secret) bool { return len(s.Reveal()) < shortestEcho })
	slices.SortStableFunc(list, func(a, b token.Secret) int { return len(b.Reveal()) - len(a.Reveal()) })
	var s secrets
	for _, secret := range list {
		s = append(s, secret)
	}
	return s
}

func (s secrets) mask(text string) string { return untrusted.Mask(text, s...) }

// members masks those of a JSON object.
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

// scopes are those that were granted, without any that a secret is part of. What was asked for is no secret.
func (s secrets) scopes(granted string, asked []string) []string {
	free := append(fieldsOfScope(s.mask(granted)), asked...)
	return slices.DeleteFunc(fieldsOfScope(granted), func(scope string) bool { return !slices.Contains(free, scope) })
}

// name fills in whom set is for. The subject is compared with others and stays as it is, so where it is not fit to be
// read, it gets a name that is.
func (s secrets) name(set *token.Set, subject, username string) {
	set.Subject, set.Username = subject, s.mask(username)
	if masked := s.mask(subject); masked != subject {
		set.Username = cmp.Or(set.Username, masked)
	}
}

// tokenReply is an answer of the token endpoint.
type tokenReply struct {
	*oauth2.Token
	secrets secrets // what the request bore, and the tokens in the answer
}

func newTokenReply(t *oauth2.Token, sent []token.Secret) *tokenReply {
	idToken, _ := t.Extra("id_token").(string)
	for _, own := range []string{t.AccessToken, t.RefreshToken, idToken} {
		sent = append(sent, token.NewSecret(own))
	}
	return &tokenReply{t, unspoken(sent...)}
}
