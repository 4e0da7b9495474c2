package curl

import (
	_ "embed"
	"strings"
	"sync"
)

// listed has the options that curl's help lists, from 7.88 to 8.22, in its form. scripts/curloptions adds those of a newer
// curl. An option that is missing is not guessed at: see UnknownOptionError.
//
//go:embed options.txt
var listed string

// unlisted has the options that curl takes and its help does not list: old names, and what curl's own tests need.
const unlisted = `
--eprt
--epsv
--ftp-ssl
--ftp-ssl-reqd
--krb4 <value>
--test-duphandle
--test-event
--wdebug
`

// option is one that curl knows.
type option struct {
	name  string // the long one
	value bool   // takes one
}

// options has the options by their long names, and by their letters with a dash.
var options = sync.OnceValue(func() map[string]option {
	all := map[string]option{}
	for line := range strings.Lines(listed + unlisted) {
		letter, long, ok := strings.Cut(line, ", ")
		if !ok {
			letter, long = "", line
		}
		long, value := strings.CutSuffix(strings.TrimSpace(long), " <value>")
		name, ok := strings.CutPrefix(long, "--")
		if !ok { // a comment, or an empty line
			continue
		}
		all[name] = option{name, value}
		if letter != "" {
			all[letter] = all[name]
		}
	}
	return all
})
