package loopback

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/peer"
)

// serve answers every request. It holds the one with the authorization response until Finish or Close. The answer is then a
// redirect to the redirect URI itself, so that the code does not stay in the address bar and in the history. It has the page too,
// for a program that follows no redirect.
func (l *Listener) serve(w http.ResponseWriter, r *http.Request) {
	if page := l.finishedPage(); page != nil && l.asksForPage(w, r) {
		_ = page.write(w, page.status())
		l.visitors.came()
		return
	}
	response, refused := l.admit(w, r)
	if refused == nil && peer.Of(connOf(r)) == peer.Other {
		// The state is not enough: every user of this machine can read it, in the authorization URL among the arguments of the
		// program that opens the browser.
		const reason = "another user of this machine sent it"
		refused = &refusal{status: http.StatusForbidden, kind: reason, reason: reason}
	}
	if refused != nil {
		l.tell(refused)
		_ = refused.page.write(w, refused.status)
		return
	}
	if !l.visitors.enter(r) { // Close has begun
		_ = Page{}.write(w, http.StatusServiceUnavailable)
		return
	}
	defer l.visitors.leave(r)
	// A second request with the right state is a reload, or a browser's repetition. It never replaces the first, and gets the
	// same page.
	l.receive(response)
	select {
	case <-l.finished:
		if r.Context().Err() != nil {
			return
		}
		w.Header().Set("Location", l.redirectURI.String())
		l.visitors.send()
		if l.finishedPage().write(w, http.StatusSeeOther) != nil { // by GET, also after a POST
			l.visitors.came()
		}
	case <-r.Context().Done(): // the user closed the tab; the login goes on
	}
}

// finishedPage returns the page that Finish has set; nil before.
func (l *Listener) finishedPage() *Page {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.page
}

// asksForPage reports whether the browser follows the redirect. The page says who has signed in, which is for this user alone.
func (l *Listener) asksForPage(w http.ResponseWriter, r *http.Request) bool {
	return r.Method == http.MethodGet && r.ContentLength == 0 && r.URL.RawQuery == l.redirectURI.RawQuery &&
		l.checkTarget(w, r) == nil && checkNavigation(r.Header) == nil && peer.Of(connOf(r)) != peer.Other
}

// tell passes on why a response was ignored, once for each kind.
func (l *Listener) tell(r *refusal) {
	l.mu.Lock()
	told := r.kind == "" || l.told[r.kind]
	l.told[r.kind] = true
	l.mu.Unlock()
	if !told && l.options.Ignored != nil {
		l.options.Ignored(r.reason)
	}
}

// admit returns the authorization response in r, or why there is none.
func (l *Listener) admit(w http.ResponseWriter, r *http.Request) (response, *refusal) {
	if refused := l.checkTarget(w, r); refused != nil {
		return response{}, refused
	}
	if refused := checkNavigation(r.Header); refused != nil {
		return response{}, refused
	}
	if r.Method == http.MethodPost {
		form, refused := readForm(w, r)
		if refused != nil {
			return response{}, refused
		}
		return l.parse(form)
	}
	if r.ContentLength != 0 {
		return response{}, plain(http.StatusBadRequest)
	}
	return l.parse(r.URL.RawQuery)
}

// checkTarget checks Host, path and method. Refusals do not say who listens here: with a wrong Host, a hostile page can read
// them.
func (l *Listener) checkTarget(w http.ResponseWriter, r *http.Request) *refusal {
	if !slices.Contains(l.hosts, strings.ToLower(r.Host)) {
		return plain(http.StatusMisdirectedRequest)
	}
	if pathOf(r.URL) != pathOf(l.redirectURI) {
		return plain(http.StatusNotFound)
	}
	allow := []string{http.MethodGet}
	if l.options.FormPost {
		allow = append(allow, http.MethodPost)
	}
	if !slices.Contains(allow, r.Method) {
		w.Header().Set("Allow", strings.Join(allow, ", "))
		return plain(http.StatusMethodNotAllowed)
	}
	return nil
}

// checkNavigation accepts the browser's navigation to the redirect URI. It refuses prefetches, and requests by an image, a frame
// or a script of another page. Browsers set these headers themselves, pages cannot (W3C Fetch Metadata). A browser too old to
// send them is accepted, since state decides in any case.
func checkNavigation(h http.Header) *refusal {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		purpose := strings.ToLower(h.Get(name))
		if strings.Contains(purpose, "prefetch") || strings.Contains(purpose, "prerender") || strings.Contains(purpose, "preview") {
			// A success would be shown later without another request, and the wait would end for a page that may never be
			// shown. So the browser has to ask again.
			return plain(http.StatusServiceUnavailable)
		}
	}
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return plain(http.StatusForbidden)
	}
	if dest := h.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return plain(http.StatusForbidden)
	}
	return nil
}

// readForm reads the body of OAuth 2.0 Form Post Response Mode §2.
func readForm(w http.ResponseWriter, r *http.Request) (string, *refusal) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return "", plain(http.StatusUnsupportedMediaType)
	}
	deadlines := http.NewResponseController(w)
	_ = deadlines.SetReadDeadline(time.Now().Add(requestTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return "", plain(http.StatusRequestEntityTooLarge)
	} else if err != nil {
		return "", plain(http.StatusBadRequest)
	}
	_ = deadlines.SetReadDeadline(time.Time{}) // the request is held without a limit
	return string(body), nil
}

func plain(status int) *refusal { return &refusal{status: status} }
