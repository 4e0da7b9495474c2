package tomlfile

import "bytes"

// behindBOM is where the text of a document starts: behind the byte order mark that some editors put first. It is no part
// of TOML, and no reason to refuse a file.
func behindBOM(data []byte) int {
	if bom := []byte("\xef\xbb\xbf"); bytes.HasPrefix(data, bom) {
		return len(bom)
	}
	return 0
}

// lineStart is the start of the line that at is in.
func lineStart(data []byte, at int) int {
	return max(bytes.LastIndexByte(data[:at], '\n')+1, behindBOM(data))
}

// lineEnd is behind the line that at is in, line break included.
func lineEnd(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

// isBlank reports whether the line that at starts holds nothing but white space.
func isBlank(data []byte, at int) bool { return len(bytes.TrimSpace(data[at:lineEnd(data, at)])) == 0 }

// isComment reports whether the line that at starts is a comment.
func isComment(data []byte, at int) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data[at:], " \t"), []byte("#"))
}
