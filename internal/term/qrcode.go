package term

import (
	"strings"

	xterm "golang.org/x/term"
	"rsc.io/qr"
)

// quiet is the blank margin of a QR Code, in modules: "4X wide on all four sides" (ISO/IEC 18004 §6.3.8).
const quiet = 4

// QRCode returns text as a QR Code in lines of half blocks, each character two modules high. It returns nil if text is too long.
//
// Cameras expect dark modules on light. With colour both are set. Without colour the terminal is assumed to write light on
// dark, as most do, and the blocks are the light modules.
func (s Style) QRCode(text string) []string {
	code, err := qr.Encode(text, qr.L) // a screen needs little error correction
	if err != nil {
		return nil
	}
	light := func(x, y int) bool { return !code.Black(x-quiet, y-quiet) }
	side := code.Size + 2*quiet
	var lines []string
	for y := 0; y < side; y += 2 {
		var line strings.Builder
		for x := range side {
			line.WriteString(half(light(x, y), y+1 < side && light(x, y+1)))
		}
		lines = append(lines, s.wrap("97;40", line.String()))
	}
	return lines
}

// half returns a character whose upper and lower half are light or dark.
func half(above, below bool) string {
	switch {
	case above && below:
		return "█"
	case above:
		return "▀"
	case below:
		return "▄"
	}
	return " "
}

// Fits reports whether stream is a terminal with more than the given columns and lines.
func Fits(stream any, columns, lines int) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return false
	}
	width, height, err := xterm.GetSize(int(f.Fd()))
	return err == nil && width > columns && height > lines
}

// Unicode reports whether the terminal reads UTF-8, by its locale. A Windows console gets UTF-16 from package os.
func Unicode(getenv func(string) string, goos string) bool {
	if goos == "windows" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts (POSIX §8.2)
		if locale := strings.ToUpper(getenv(name)); locale != "" {
			return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
		}
	}
	return false
}
