package token

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMaskReplacesARunOfTheSecret(t *testing.T) {
	const value = "SplxlOBeZQQYbYS6WxSbIA+/x0123"
	secret := NewSecret(value)
	for name, form := range map[string]string{
		"the first 20": value[:20], "the middle": value[8:20], "the last 12": value[len(value)-12:],
		"in another case": strings.ToUpper(value[4:18]), "escaped": url.QueryEscape(value[12:]),
		"hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))), "some hex": hex.EncodeToString([]byte(value[3:12])),
		"base64 of a part":       base64.RawStdEncoding.EncodeToString([]byte(value[3:15])),
		"base64 of a part at 1":  base64.RawStdEncoding.EncodeToString([]byte(value[1:13])),
		"base64url of a part":    base64.RawURLEncoding.EncodeToString([]byte(value[11:26])),
		"base64 after an id":     base64.StdEncoding.EncodeToString([]byte("c:" + value))[4:],
		"base64 after an id too": base64.StdEncoding.EncodeToString([]byte("cl:" + value))[4:],
		"base64 and more":        base64.StdEncoding.EncodeToString([]byte("client:" + value + ":x"))[12:],
	} {
		got := secret.Mask("bad: «" + form + "»!")
		left := strings.TrimSuffix(strings.TrimPrefix(got, "bad: «"), "»!")
		if !strings.Contains(left, redacted) || len(strings.ReplaceAll(left, redacted, "")) >= 12 {
			t.Errorf("%s: %s became %s", name, form, got)
		}
	}
	for _, text := range []string{"", "Splxl", "the SplxlOBeZQQ is short", "nothing of it is here, however long the text is"} {
		if got := secret.Mask(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := secret.Mask(value[:14] + " and " + value[5:20] + "," + value[15:]); got != redacted+" and "+redacted+","+redacted {
		t.Errorf("three runs: %s", got)
	}
	if got := NewSecret("pässwörter-über-ällem").Mask("xässwörter-üb y"); got != "x"+redacted+" y" || !utf8.ValidString(got) {
		t.Errorf("other letters: %s", got)
	}
}

func FuzzMask(f *testing.F) {
	f.Add("SplxlOBeZQQYbYS6WxSbIA", "bad SplxlOBeZQQYbYS6 x", 3)
	f.Fuzz(func(t *testing.T, value, text string, at int) {
		if utf8.ValidString(text) && !utf8.ValidString(NewSecret(value).Mask(text)) {
			t.Fatal("the mask broke a character")
		}
		if len(value) < minRun || at < 0 || at > len(value)-minRun || strings.Contains(redacted, value[at:at+minRun]) {
			return
		}
		if got := NewSecret(value).Mask(text + value[at:at+minRun]); strings.Contains(got, value[at:at+minRun]) {
			t.Fatalf("%q is left in %q", value[at:at+minRun], got)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	value := strings.Repeat("eyJhbGciOiJSUzI1NiIs", 100)
	for b.Loop() {
		NewSecret(value).Mask("openid profile email offline_access https://api.example/read")
	}
}
