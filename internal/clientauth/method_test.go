package clientauth

import "testing"

func TestChooseFollowsTheProfileThenTheSecretThenTheMetadata(t *testing.T) {
	for name, c := range map[string]struct {
		configured Method
		secret     bool
		supported  []string
		want       Method // empty: an error
	}{
		"public client":                     {"", false, []string{"client_secret_basic"}, None},
		"no metadata":                       {"", true, nil, Basic},
		"basic preferred":                   {"", true, []string{"client_secret_post", "client_secret_basic"}, Basic},
		"post where basic is missing":       {"", true, []string{"private_key_jwt", "client_secret_post"}, Post},
		"the profile outranks the metadata": {Post, true, []string{"client_secret_basic"}, Post},
		"nothing a secret is good for":      {"", true, []string{"private_key_jwt", "none"}, ""},
	} {
		got, err := Choose(c.configured, c.secret, c.supported)
		if got.Method != c.want || (err == nil) != (c.want != "") || (err == nil) != (got.Why != "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
