package proxy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pseudonym is what the proxy is called in Via, since its address is nobody's business.
const pseudonym = "oauthget"

// via is what a request that came by proto adds to its Via. RFC 9110 §7.6.3: "An HTTP-to-HTTP gateway MUST send an
// appropriate Via header field in each inbound request message".
func via(proto string) string { return strings.TrimPrefix(proto, "HTTP/") + " " + pseudonym }

// loops reports whether a request has been here before. RFC 9110 §7.6: "An intermediary MUST NOT forward a message to
// itself unless it is protected from an infinite request loop." An upstream may be this proxy, or another that leads to it.
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

// isForUs reports whether an OPTIONS request is not to be passed on. RFC 9110 §7.6.2: "If the received value is zero (0),
// the intermediary MUST NOT forward the request; instead, the intermediary MUST respond as the final recipient."
func isForUs(r *http.Request) bool {
	return r.Method == http.MethodOptions && slices.Contains(r.Header.Values(maxForwards), "0")
}

// countDown updates Max-Forwards in the request that is passed on: "the received value decremented by one (1)".
func countDown(method string, h http.Header) {
	if n, err := strconv.Atoi(h.Get(maxForwards)); err == nil && n > 0 && method == http.MethodOptions {
		h.Set(maxForwards, strconv.Itoa(n-1))
	}
}
