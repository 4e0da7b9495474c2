package curl

import (
	"os"
	"strings"
)

// Repeatable reports whether the command can be run a second time with the same effect: it has one URL, bodies from files that can
// be read again, and no output that a first run would change for the second.
func (c Command) Repeatable() bool {
	if len(c.values(urlOption)) != 1 || c.globs() {
		return false
	}
	if c.has("dump-header", "continue-at", "remote-header-name", "http0.9", "parallel") || c.keepsFirstOutput() {
		return false
	}
	for _, path := range c.inputs() {
		info, err := os.Stat(path)
		if path == stdin || err != nil || !info.Mode().IsRegular() { // a pipe, or a name that curl reads differently
			return false
		}
	}
	return true
}

// keepsFirstOutput reports --no-clobber and --skip-existing, with which the second answer could not replace the first.
func (c Command) keepsFirstOutput() bool {
	for _, w := range c.words {
		if w.option == "clobber" && w.off {
			return true
		}
	}
	return c.has("skip-existing")
}

// stdin is standard input in place of a file.
const stdin = "-"

// inputs returns the files that the request is made of.
func (c Command) inputs() []string {
	var paths []string
	for _, w := range c.words {
		switch w.option {
		case "data", "data-ascii", "data-binary", "json", "header", "proxy-header":
			if path, ok := strings.CutPrefix(w.value, "@"); ok {
				paths = append(paths, path)
			}
		case "data-urlencode", "url-query":
			if name, path, ok := strings.Cut(w.value, "@"); ok && !strings.Contains(name, "=") {
				paths = append(paths, path)
			}
		case "upload-file":
			paths = append(paths, w.value)
		case "form":
			paths = append(paths, formFiles(w.value)...)
		case "cookie":
			if w.value != "" && !strings.Contains(w.value, "=") {
				paths = append(paths, w.value)
			}
		}
	}
	return paths
}

// formFiles returns the files of name=@file,file;type=… and name=<file.
func formFiles(field string) []string {
	_, value, _ := strings.Cut(field, "=")
	if value == "" || value[0] != '@' && value[0] != '<' {
		return nil
	}
	list, _, _ := strings.Cut(value[1:], ";")
	return strings.Split(list, ",")
}
