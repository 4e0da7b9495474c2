package textfile_test

import (
	"testing"

	"github.com/oauthget/oauthget/internal/textfile"
)

func TestByteOrderMarkIsDropped(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"secret":                        "secret",
		"\xef\xbb\xbfsecret":            "secret",
		"\xef\xbb\xbf":                  "",
		"\xef\xbbsecret":                "\xef\xbbsecret",
		"secret\ufeff":                  "secret\ufeff",
		"\xff\xfes\x00\xe9\x00\n\x00":   "sé\n",
		"\xfe\xff\x00s\x00\xe9\x00\n":   "sé\n",
		"\xff\xfe\x3d\xd8\x00\xde":      "😀",
		"\xff\xfes\x00x":                "s",
		"\xff\xfe":                      "",
		"\xfe\xff\xd8\x3d\xde\x00\x00a": "😀a",
	} {
		if got := string(textfile.Decode([]byte(text))); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
