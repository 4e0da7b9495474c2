package term

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rsc.io/qr"
)

func TestQRCodeIsDarkOnLightWithAQuietZone(t *testing.T) {
	const text = "https://login.example.com/device?user_code=WDJB-MJHT"
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	lines := Style{}.QRCode(text)
	side := code.Size + 2*quiet
	if len(lines) != (side+1)/2 {
		t.Fatalf("%d lines for %d modules", len(lines), side)
	}
	for i, line := range lines {
		if n := utf8.RuneCountInString(line); n != side {
			t.Fatalf("line %d has %d characters, want %d", i, n, side)
		}
		for x, r := range []rune(line) {
			light := map[rune][2]bool{'█': {true, true}, '▀': {true, false}, '▄': {false, true}, ' ': {false, false}}[r]
			for half := range 2 {
				y := 2*i + half
				if want := y < side && !code.Black(x-quiet, y-quiet); light[half] != want {
					t.Fatalf("module %d,%d is light: %v, want %v", x, y, light[half], want)
				}
			}
		}
	}
	for _, line := range (Style{on: true}).QRCode(text) {
		if !strings.HasPrefix(line, "\x1b[97;40m") || !strings.HasSuffix(line, "\x1b[0m") {
			t.Fatalf("the colours are left to the terminal: %q", line)
		}
	}
}

func TestTextTooLongForAQRCodeHasNone(t *testing.T) {
	if lines := (Style{}).QRCode(strings.Repeat("a", 5000)); lines != nil {
		t.Errorf("%d lines", len(lines))
	}
}

func TestUnicodeFollowsTheFirstLocaleSet(t *testing.T) {
	for _, c := range []struct {
		lcAll, lang, goos string
		want              bool
	}{
		{"", "en_GB.UTF-8", "linux", true},
		{"", "C.utf8", "linux", true},
		{"C", "en_GB.UTF-8", "linux", false},
		{"", "", "darwin", false},
		{"", "", "windows", true},
		{"", "de_DE@euro", "linux", false},
	} {
		getenv := func(name string) string { return map[string]string{"LC_ALL": c.lcAll, "LANG": c.lang}[name] }
		if got := Unicode(getenv, c.goos); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestNothingFitsWithoutATerminal(t *testing.T) {
	if Fits(new(strings.Builder), 0, 0) {
		t.Error("a builder has columns")
	}
}
