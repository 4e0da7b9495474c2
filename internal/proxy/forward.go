package proxy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pseudonym is the name of the proxy in Via, in place of its address.
const pseudonym = "oauthget"

// via returns what is added to Via for a request that came by proto. RFC 9110 §7.6.3: "An HTTP-to-HTTP gateway MUST send an
// appropriate Via header field in each inbound request message".
func via(proto string) string { return strings.TrimPrefix(proto, "HTTP/") + " " + pseudonym }

// loops reports whether the request has passed through this program before. RFC 9110 §7.6: "An intermediary MUST NOT forward a message to
// itself unless it is protected from an infinite request loop." The upstream may be this proxy, or may send the request back to it.
func loops(r *http.Request) bool {
	for _, field := range r.Header.Values("Via") {
		for hop := range strings.SplitSeq(field, ",") {
			if parts := strings.Fields(hop); len(parts) > 1 && strings.EqualFold(parts[1], pseudonym) {
				return true
			}
		}
	}
	return false
}

const maxForwards = "Max-Forwards"

// isFinal reports whether an OPTIONS request must not be passed on. RFC 9110 §7.6.2: "If the received value is zero (0),
// the intermediary MUST NOT forward the request; instead, the intermediary MUST respond as the final recipient."
func isFinal(r *http.Request) bool {
	return r.Method == http.MethodOptions && slices.Contains(r.Header.Values(maxForwards), "0")
}

// countDown updates Max-Forwards in the request that is passed on: "the received value decremented by one (1)".
func countDown(method string, h http.Header) {
	if n, err := strconv.Atoi(h.Get(maxForwards)); err == nil && n > 0 && method == http.MethodOptions {
		h.Set(maxForwards, strconv.Itoa(n-1))
	}
}
