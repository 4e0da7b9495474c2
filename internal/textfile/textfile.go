// Package textfile reads text as editors and shells write it.
package textfile

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Decode returns text without a byte order mark, which says nothing in UTF-8. Windows PowerShell 5 writes UTF-16 with such a
// mark, and that is converted.
func Decode(text []byte) []byte {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return text[3:]
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return fromUTF16(text[2:], binary.LittleEndian)
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return fromUTF16(text[2:], binary.BigEndian)
	}
	return text
}

func fromUTF16(text []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
