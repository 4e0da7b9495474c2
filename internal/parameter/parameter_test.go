package parameter

import (
	"slices"
	"testing"
)

func TestSecretsAreNotPublic(t *testing.T) {
	for _, name := range []string{
		"access_token", "actor_token", "assertion", "client_assertion", "client_secret", "code", "code_challenge", "code_verifier",
		"device_code", "id_token", "nonce", "password", "refresh_token", "request", "request_uri", "state", "subject_token",
		"token", "user_code", "verification_uri_complete", "login_hint", "d", "k", "n", "",
	} {
		if Public(name) || PublicInMetadata(name) {
			t.Errorf("%s is public", name)
		}
	}
	if !PublicInMetadata("token_endpoint") || Public("token_endpoint") {
		t.Error("a member of metadata is public there, and only there")
	}
}

func TestEachParameterHasOneRow(t *testing.T) {
	var names []string
	for _, row := range table {
		if slices.Contains(names, row.name) {
			t.Errorf("%s has two rows", row.name)
		}
		names = append(names, row.name)
	}
}
