package token

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

const canary = "canary-s3cr3t"

func TestSecretIsNeverPrinted(t *testing.T) {
	type inner struct{ hidden Secret }
	secret := NewSecret(canary)
	values := []any{secret, &secret, inner{secret}, &inner{secret}, []Secret{secret}, map[string]Secret{"k": secret}, Set{AccessToken: secret}}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T %v"} {
			if got := fmt.Sprintf(verb, v); leaks(got) {
				t.Errorf("Sprintf(%q, %T) = %s", verb, v, got)
			}
		}
		if got := fmt.Sprint(v) + fmt.Sprintln(v) + fmt.Errorf("x: %v", v).Error(); leaks(got) {
			t.Errorf("%T printed: %s", v, got)
		}
		if got, _ := json.Marshal(v); leaks(string(got)) {
			t.Errorf("%T as JSON: %s", v, got)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		_ = gob.NewEncoder(&log).Encode(v)
		if leaks(log.String()) {
			t.Errorf("%T logged: %s", v, log.String())
		}
	}
	if got := errors.Join(fmt.Errorf("%w %v", errors.ErrUnsupported, secret)).Error(); leaks(got) {
		t.Error(got)
	}
}

func leaks(s string) bool {
	hex := fmt.Sprintf("%x", canary)
	return strings.Contains(s, canary) || strings.Contains(strings.ToLower(s), hex)
}

func TestSecretComparesByValue(t *testing.T) {
	a, b := NewSecret(canary), NewSecret(canary)
	if !a.Equal(b) || a.Equal(NewSecret("x")) || a.Equal(Secret{}) || !NewSecret("").Empty() {
		t.Error("Equal or Empty is wrong")
	}
}

func TestFingerprintTellsSecretsApartWithoutTellingThem(t *testing.T) {
	a, b := NewSecret(canary).Fingerprint(), NewSecret(canary+"2").Fingerprint()
	if a == b || leaks(a) || !strings.Contains(a, "13 bytes") {
		t.Errorf("fingerprints %s and %s", a, b)
	}
}

func TestMaskTakesOutEveryFormOfTheSecret(t *testing.T) {
	secret := NewSecret("a b/c+d")
	for _, form := range []string{"a b/c+d", url.QueryEscape("a b/c+d"), url.PathEscape("a b/c+d")} {
		if got := secret.Mask("bad: " + form + "!"); got != "bad: [redacted]!" {
			t.Errorf("Mask of %s = %s", form, got)
		}
	}
	if got := (Secret{}).Mask("text"); got != "text" {
		t.Errorf("an empty secret changed the text to %q", got)
	}
}
