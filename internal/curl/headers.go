package curl

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/origin"
)

// maxLine limits a header line, in bytes. curl's own limit is 100 KiB.
const maxLine = 1 << 20

// headers reads the header sections that curl writes, and finds the one of the answer. There are several after a redirect or an
// interim response.
type headers struct {
	follows bool        // curl follows redirects
	from    *url.URL    // what curl requests first
	strayed bool        // a redirect has led to another origin
	status  int         // of the answer; 0 until it is known
	fields  http.Header // of the answer

	partial []byte
	current int // status of the current section
}

// unknown is the status of an answer that is not HTTP.
const unknown = -1

func (h *headers) feed(data []byte) {
	if h.status != 0 {
		return
	}
	h.partial = append(h.partial, data...)
	for h.status == 0 {
		line, rest, whole := bytes.Cut(h.partial, []byte("\n"))
		if !whole {
			if len(h.partial) > maxLine {
				h.status = unknown
			}
			return
		}
		h.partial = rest
		h.line(bytes.TrimSuffix(line, []byte("\r")))
	}
}

func (h *headers) line(line []byte) {
	switch {
	case h.current == 0:
		h.current, h.fields = statusOf(line), http.Header{}
	case len(line) > 0:
		name, value, _ := strings.Cut(string(line), ":")
		h.fields.Add(name, strings.TrimSpace(value))
	case h.interim():
		h.strayed = h.strayed || h.redirects() && !stays(h.from, h.fields.Get("Location"))
		h.current = 0
	default:
		h.status = h.current
	}
	if h.current == unknown {
		h.status = unknown
	}
}

// interim reports whether another section follows the current one.
func (h *headers) interim() bool {
	switch {
	case h.current == http.StatusSwitchingProtocols:
		return false
	case h.current < http.StatusOK:
		return true
	}
	return h.redirects()
}

func (h *headers) redirects() bool {
	return h.follows && h.fields.Get("Location") != "" && h.current >= 300 && h.current < 400
}

// stays reports whether a redirect leads to the same origin. A location that curl could read differently counts as another origin.
func stays(from *url.URL, location string) bool {
	if strings.HasPrefix(location, "/") {
		return !strings.HasPrefix(location, "//") && !strings.HasPrefix(location, `/\`)
	}
	u, err := target(location, "")
	return err == nil && origin.Same(u, from)
}

// statusOf reads "HTTP/1.1 401 Unauthorized" and "HTTP/2 401".
func statusOf(line []byte) int {
	fields := bytes.Fields(line)
	if len(fields) < 2 || !bytes.HasPrefix(fields[0], []byte("HTTP/")) {
		return unknown
	}
	status, err := strconv.Atoi(string(fields[1]))
	if err != nil || status < 100 || status > 999 {
		return unknown
	}
	return status
}
