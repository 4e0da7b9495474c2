package token

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
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
	return strings.Contains(s, canary) || strings.Contains(strings.ToLower(s), fmt.Sprintf("%x", canary))
}

func TestSecretComparesByValue(t *testing.T) {
	a, b := NewSecret(canary), NewSecret(canary)
	if !a.Equal(b) || a.Equal(NewSecret("x")) || a.Equal(Secret{}) || !NewSecret("").Empty() {
		t.Error("Equal or Empty is wrong")
	}
}

func TestFingerprintDistinguishesSecrets(t *testing.T) {
	a, b := NewSecret(canary).Fingerprint(), NewSecret(canary+"2").Fingerprint()
	if a == b || leaks(a) || !strings.Contains(a, "13 bytes") {
		t.Errorf("fingerprints %s and %s", a, b)
	}
}

func TestMaskIgnoresTheCaseOfALongSecret(t *testing.T) {
	secret := NewSecret("Canary-S3cret")
	for _, text := range []string{"x CANARY-S3CRET y", "x canary-s3cret y", "x Canary-S3cret y"} {
		if got := secret.Mask(text); got != "x [redacted] y" {
			t.Errorf("Mask of %s = %s", text, got)
		}
	}
	if got := NewSecret("Ok").Mask("ok, took"); got != "ok, took" {
		t.Errorf("a short secret took words along: %s", got)
	}
	// Folding beyond ASCII would change offsets: Ⱥ has two bytes, ⱥ three.
	if got := secret.Mask("ȺȺȺ canary-S3CRET ȺȺ"); got != "ȺȺȺ [redacted] ȺȺ" {
		t.Errorf("Mask among other letters = %s", got)
	}
}

func TestFingerprintCannotBeGuessedOffline(t *testing.T) {
	sum := sha256.Sum256([]byte(canary))
	got := NewSecret(canary).Fingerprint()
	if strings.Contains(got, hex.EncodeToString(sum[:4])) {
		t.Errorf("%s can be computed by everybody", got)
	}
	if got != NewSecret(canary).Fingerprint() {
		t.Error("the same secret has two fingerprints in one run")
	}
}

func TestMaskReplacesEveryEncoding(t *testing.T) {
	secret := NewSecret("a b/c+d")
	sent := []byte("a b/c+d")
	for _, form := range []string{
		"a b/c+d", url.QueryEscape("a b/c+d"), url.PathEscape("a b/c+d"),
		base64.StdEncoding.EncodeToString(sent), base64.RawStdEncoding.EncodeToString(sent),
		base64.URLEncoding.EncodeToString(sent), base64.RawURLEncoding.EncodeToString(sent),
		url.QueryEscape(base64.StdEncoding.EncodeToString(sent)),
	} {
		if got := secret.Mask("bad: " + form + "!"); got != "bad: [redacted]!" {
			t.Errorf("Mask of %s = %s", form, got)
		}
	}
	if got := (Secret{}).Mask("text"); got != "text" {
		t.Errorf("an empty secret changed the text to %q", got)
	}
}
