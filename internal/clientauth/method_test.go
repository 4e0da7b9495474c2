package clientauth

import (
	"errors"
	"strings"
	"testing"
)

func TestChooseFollowsTheProfileThenTheSecretThenTheMetadata(t *testing.T) {
	secret, key, certificate := Credentials{Secret: true}, Credentials{Key: true}, Credentials{Certificate: true}
	for name, c := range map[string]struct {
		configured Method
		have       Credentials
		supported  string
		want       Method // empty: an error
	}{
		"public client":                         {"", Credentials{}, "client_secret_basic", None},
		"no metadata":                           {"", secret, "", Basic},
		"basic preferred":                       {"", secret, "client_secret_post client_secret_basic", Basic},
		"post where basic is missing":           {"", secret, "private_key_jwt client_secret_post", Post},
		"a MAC where the secret must not go":    {"", secret, "private_key_jwt client_secret_jwt", SecretJWT},
		"the profile outranks the metadata":     {Post, secret, "client_secret_basic", Post},
		"nothing a secret is good for":          {"", secret, "private_key_jwt none", ""},
		"a key":                                 {"", key, "client_secret_basic private_key_jwt", PrivateKeyJWT},
		"a key without metadata":                {"", key, "", PrivateKeyJWT},
		"a key of a public client":              {"", key, "client_secret_basic none", None},
		"a key that is good for nothing":        {"", key, "client_secret_basic", ""},
		"a certificate":                         {"", certificate, "tls_client_auth self_signed_tls_client_auth", TLS},
		"a certificate without metadata":        {"", certificate, "", TLS},
		"a certificate only known itself":       {"", certificate, "private_key_jwt self_signed_tls_client_auth", SelfSignedTLS},
		"a self-signed certificate":             {"", Credentials{Certificate: true, SelfSigned: true}, "tls_client_auth self_signed_tls_client_auth", SelfSignedTLS},
		"a certificate of a public client":      {"", certificate, "none", None},
		"a secret is for nothing else":          {"", Credentials{true, true, true, false}, "tls_client_auth private_key_jwt client_secret_post", Post},
		"a key, and a certificate for tokens":   {"", Credentials{Key: true, Certificate: true}, "tls_client_auth private_key_jwt", PrivateKeyJWT},
		"a certificate, and a key for requests": {"", Credentials{Key: true, Certificate: true}, "tls_client_auth client_secret_basic", TLS},
		"a secret that is not wanted, a key":    {"", Credentials{Secret: true, Key: true}, "private_key_jwt", PrivateKeyJWT},
	} {
		got, err := Choose(c.configured, c.have, strings.Fields(c.supported))
		if got.Method != c.want || (err == nil) != (c.want != "") || (err == nil) != (got.Why != "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestMethodErrorNamesWhatIsKnownOfTheServersWords(t *testing.T) {
	for supported, want := range map[string]string{
		"private_key_jwt \x1b[31mred none": "choose client authentication: the server supports none, private_key_jwt, and the profile has a client secret",
		"\x1b[31mred":                      "choose client authentication: the server supports only methods that oauthget does not know, and the profile has a client secret",
	} {
		_, err := Choose("", Credentials{Secret: true}, strings.Fields(supported))
		if e, ok := errors.AsType[*MethodError](err); !ok || e.Error() != want {
			t.Errorf("%q: %v", supported, err)
		}
	}
}

func TestChoiceAgainstTheMetadataSaysSo(t *testing.T) {
	got, err := Choose(None, Credentials{}, []string{"client_secret_basic"})
	if err != nil || !strings.Contains(got.Why, "the metadata does not list it") {
		t.Errorf("%+v, %v", got, err)
	}
}
