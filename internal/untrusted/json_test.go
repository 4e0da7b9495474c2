package untrusted

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// word masks itself, as token.Secret does.
type word string

func (w word) Mask(text string) string { return strings.ReplaceAll(text, string(w), "[redacted]") }

func TestMaskedJSONIsFreeOfASecretAsItIsRead(t *testing.T) {
	const secret = word("canary-12")
	for in, want := range map[string]string{
		`{"a":"x canary-12 y","n":1.50,"b":[null,true]}`:  `{"a":"x [redacted] y","n":1.50,"b":[null,true]}`,
		`{"a":["\u0063anary-12",{"b":"can\u0061ry-12"}]}`: `{"a":["[redacted]",{"b":"[redacted]"}]}`,
		`{"\u0063anary-12":1}`:                            `{"[redacted]":1}`,
		`"<canary-12> \"&\" \\"`:                          `"<[redacted]> \"&\" \\"`,
		`"can\u200bary-12"`:                               `"[redacted]"`,
		`"can` + "\u202e" + `ary-12 canary-12"`:           `"[redacted] [redacted]"`,
		`{"a":"\u0061\/b","a":"twice",  "c":"\ud800"}`:    `{"a":"\u0061\/b","a":"twice",  "c":"\ud800"}`,
		`12345678901234567890`:                            `12345678901234567890`,
		`"canary-12`:                                      `"[redacted]"`,
	} {
		if got := string(MaskJSON([]byte(in), secret)); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
	if got := string(MaskJSON([]byte(`{"a":[1,12345678]}`), word("12345678"))); got != `"[redacted]"` {
		t.Error(got)
	}
}

func TestEscapedJSONMeansTheSameAndHasNothingATerminalObeys(t *testing.T) {
	const text = "a\u009b31m\u202e\u200b\ufe0f\U000e0041 ä€ \ufffd"
	raw, _ := json.Marshal(map[string]string{text: text})
	escaped := EscapeJSON(raw)
	var got map[string]string
	if err := json.Unmarshal(escaped, &got); err != nil || got[text] != text {
		t.Errorf("%v: %s", err, escaped)
	}
	if strings.ContainsAny(string(escaped), "\u009b\u202e\u200b\ufe0f\U000e0041") || !strings.Contains(string(escaped), "ä€") {
		t.Errorf("%q", escaped)
	}
}

func FuzzMaskJSON(f *testing.F) {
	f.Add(`{"a":"\u0063anary-12","canary-12":[canary-12]}`)
	f.Add(`"can\u200bary-12\\"`)
	f.Fuzz(func(t *testing.T, text string) {
		masked := MaskJSON([]byte(text), word("canary-12"))
		var value any
		d := json.NewDecoder(bytes.NewReader(masked))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if said := fmt.Sprint(value); strings.Contains(said, "canary-12") || strings.Contains(Text(said), "canary-12") {
			t.Fatal(said)
		}
	})
}
