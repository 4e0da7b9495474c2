package demoas

import (
	"net/http"
	"slices"
)

// beginInteraction sends the person to the pages, unless the client forbids it.
func (s *Server) beginInteraction(w http.ResponseWriter, r *http.Request, req authorizationRequest) {
	by, signedIn := s.session(r, req)
	if slices.Contains(req.prompt, "none") {
		// RFC 8252 §8.6: requests are not to be processed "automatically without user consent or interaction", since any
		// program can bear a native client's name. So consent is never taken as given.
		e := &oauthError{"consent_required", "The person has to be asked."}
		if !signedIn {
			e = &oauthError{"login_required", "The person has to sign in."}
		}
		s.redirectError(w, req, e)
		return
	}
	id, cookie := randomSecret(""), randomSecret("")
	s.visits.begin(id, &interaction{request: req, browser: digestOf(cookie), login: by})
	// The path in the cookie keeps two tabs with two interactions apart.
	s.setCookie(w, &http.Cookie{Name: interactionCookie, Value: cookie, Path: s.interactionPath(id), MaxAge: int(interactionLifetime.Seconds())})
	s.seeInteraction(w, id)
}

// session returns who has signed in with this browser, as far as the request lets that count.
func (s *Server) session(r *http.Request, req authorizationRequest) (login, bool) {
	cookie, err := r.Cookie(s.sessionCookie())
	if err != nil || slices.Contains(req.prompt, "login") || slices.Contains(req.prompt, "select_account") {
		return login{}, false
	}
	by, ok := s.visits.session(cookie.Value)
	// OpenID Connect Core §3.1.2.1 on max_age: "If the elapsed time is greater than this value, the OP MUST attempt to actively
	// re-authenticate the End-User."
	if !ok || req.maxAge >= 0 && s.config.Now().Sub(by.at) > req.maxAge {
		return login{}, false
	}
	return by, true
}

// showInteraction shows the page that is next.
func (s *Server) showInteraction(w http.ResponseWriter, r *http.Request) {
	it, ok := s.interaction(w, r)
	if !ok {
		return
	}
	if it.login.user == "" {
		s.showLogin(w, it, "")
		return
	}
	s.showConsent(w, it)
}

// decideInteraction takes what the person decided on a page.
func (s *Server) decideInteraction(w http.ResponseWriter, r *http.Request) {
	it, ok := s.interaction(w, r)
	if !ok {
		return
	}
	if s.refuseForeignForm(w, r) {
		return
	}
	id := r.PathValue("id")
	switch decision := r.PostFormValue("decision"); {
	case decision == "sign-in":
		s.signIn(w, r, it)
	case decision == "switch":
		s.visits.signOut(id)
		s.seeInteraction(w, id)
	case decision == "allow" && it.login.user != "" && s.visits.end(id):
		s.approve(w, it.request, it.login)
	case decision == "deny" && s.visits.end(id):
		s.deny(w, it.request)
	default:
		s.showError(w, http.StatusBadRequest, "This page has been answered before, or its form was changed.", "")
	}
}

// refuseForeignForm reports whether it has answered.
//
// Ports do not make two sites, so SameSite lets a page on another port of this computer post here with the cookie. Every
// browser since 2023 says in Sec-Fetch-Site whose form it was.
func (s *Server) refuseForeignForm(w http.ResponseWriter, r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "cross-site" && site != "same-site" {
		return false
	}
	s.showError(w, http.StatusForbidden, "This form was sent by another page than ours.", "")
	return true
}

// signIn believes every password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, it interaction) {
	user := cleanUserName(r.PostFormValue("username"))
	if user == "" {
		s.showLogin(w, it, "Enter a user name. Any will do.")
		return
	}
	by := login{user: user, at: s.config.Now()}
	// A fresh value at each login: a cookie that an attacker planted before never becomes a session.
	cookie := randomSecret("")
	s.visits.signIn(r.PathValue("id"), cookie, by)
	s.setCookie(w, &http.Cookie{Name: s.sessionCookie(), Value: cookie, Path: "/", MaxAge: int(sessionLifetime.Seconds())})
	s.seeInteraction(w, r.PathValue("id"))
}

// interaction returns the interaction of the address, if this is the browser it was begun with, or shows what is wrong.
//
// The address and the cookie together are what a forged form cannot have: the address is unguessable, and SameSite keeps
// the cookie from forms that other sites post.
func (s *Server) interaction(w http.ResponseWriter, r *http.Request) (interaction, bool) {
	it, ok := s.visits.interaction(r.PathValue("id"))
	if !ok {
		s.showError(w, http.StatusNotFound, "This page was answered before or has expired. Go back to the program and start again.", "")
		return interaction{}, false
	}
	cookie, err := r.Cookie(interactionCookie)
	if err != nil || digestOf(cookie.Value) != it.browser {
		s.showError(w, http.StatusForbidden, "This page belongs to another browser, or your browser does not keep cookies.", "")
		return interaction{}, false
	}
	return it, true
}

func (s *Server) seeInteraction(w http.ResponseWriter, id string) {
	w.Header().Set("Location", s.interactionPath(id))
	w.WriteHeader(http.StatusSeeOther)
}

func (s *Server) interactionPath(id string) string { return s.issuer.Path + "/interaction/" + id }

const interactionCookie = "demoas_interaction"

// sessionCookie bears the port, since cookies do not: "Cookies do not provide isolation by port" (RFC 6265 §8.5), and two
// demos would sign each other's people out.
func (s *Server) sessionCookie() string { return "demoas_session_" + s.issuer.Port() }

func (s *Server) setCookie(w http.ResponseWriter, c *http.Cookie) {
	c.HttpOnly = true
	c.Secure = s.issuer.Scheme == "https"
	// Not Strict: the first page is reached by redirects that began at another site, and would miss its cookie.
	c.SameSite = http.SameSiteLaxMode
	http.SetCookie(w, c)
}
