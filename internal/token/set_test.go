package token

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestSetSurvivesStorage(t *testing.T) {
	want := Set{
		AccessToken: NewSecret("a"), TokenType: "bearer", RefreshToken: NewSecret("r"), IDToken: NewSecret("i"),
		Scopes: []string{"openid", "x"}, Expiry: noon.Add(time.Hour), Obtained: noon, Subject: "248", Username: "ada", IDTokenExpiry: noon.Add(time.Minute),
		AuthorizationDetails: `[{"type":"payment"}]`,
		TokenEndpoint:        "https://as.example/token",
	}
	for _, want := range []Set{want, {AccessToken: NewSecret("only")}} {
		data, err := want.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmp.Comparer(Secret.Equal)); d != "" {
			t.Error(d)
		}
	}
}

func TestUnmarshalRefusesOtherForms(t *testing.T) {
	for _, data := range []string{"", "canary-x", `{"v":2,"access_token":"canary-x"}`, `{"access_token":"canary-x"}`, `{"v":"canary-x"}`} {
		_, err := Unmarshal([]byte(data))
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("Unmarshal(%q): %v", data, err)
		}
	}
}

func TestUnmarshalRefusesATokenThatBreaksAHeader(t *testing.T) {
	for _, token := range []string{"canary\r\nX-Planted: 1", "canary\n", "canary\x00", "canary\x7f", "canary\u00e9"} {
		for name, set := range map[string]Set{
			"access": {AccessToken: NewSecret(token)}, "refresh": {RefreshToken: NewSecret(token)}, "type of": {TokenType: token}, "id": {IDToken: NewSecret(token)},
		} {
			data, err := set.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Unmarshal(data); err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s token %q: %v", name, token, err)
			}
		}
	}
}

func TestLiveCountsFromNowAndKeepsTheMargin(t *testing.T) {
	for name, c := range map[string]struct {
		set  Set
		want bool
	}{
		"no token":             {Set{}, false},
		"no expiry":            {Set{AccessToken: NewSecret("a")}, true},
		"long":                 {Set{AccessToken: NewSecret("a"), Expiry: noon.Add(31 * time.Second)}, true},
		"exactly the margin":   {Set{AccessToken: NewSecret("a"), Expiry: noon.Add(30 * time.Second)}, false},
		"expired":              {Set{AccessToken: NewSecret("a"), Expiry: noon.Add(-time.Second)}, false},
		"clock set back":       {Set{AccessToken: NewSecret("a"), Obtained: noon.Add(2 * time.Minute), Expiry: noon.Add(time.Hour)}, false},
		"clocks a bit apart":   {Set{AccessToken: NewSecret("a"), Obtained: noon.Add(50 * time.Second), Expiry: noon.Add(time.Hour)}, true},
		"expiry without token": {Set{Expiry: noon.Add(time.Hour)}, false},
	} {
		if got := c.set.Live(noon, 30*time.Second); got != c.want {
			t.Errorf("%s: Live = %v", name, got)
		}
	}
}

func TestTypeIsCanonical(t *testing.T) {
	for in, want := range map[string]string{"": "Bearer", "bearer": "Bearer", "BEARER": "Bearer", "dpop": "DPoP", "mac": "mac"} {
		if got := (Set{TokenType: in}).Type(); got != want {
			t.Errorf("Type of %q = %q", in, got)
		}
	}
}
