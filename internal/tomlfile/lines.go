package tomlfile

import "bytes"

// afterBOM is the offset after a byte order mark, which some editors write although TOML has none.
func afterBOM(data []byte) int {
	if bom := []byte("\xef\xbb\xbf"); bytes.HasPrefix(data, bom) {
		return len(bom)
	}
	return 0
}

// lineStart is the start of the line with the offset at.
func lineStart(data []byte, at int) int {
	return max(bytes.LastIndexByte(data[:at], '\n')+1, afterBOM(data))
}

// lineEnd is the end of the line with the offset at, after its line break.
func lineEnd(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

// isBlank reports whether the line from at on is blank.
func isBlank(data []byte, at int) bool { return len(bytes.TrimSpace(data[at:lineEnd(data, at)])) == 0 }

// isComment reports whether the line from at on is a comment.
func isComment(data []byte, at int) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data[at:], " \t"), []byte("#"))
}
