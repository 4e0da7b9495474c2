package demoas

import (
	"net/http"
	"slices"
)

// Ask sends the person to the pages where they sign in and decide.
func (s *Server) Ask(w http.ResponseWriter, r *http.Request, req AuthorizationRequest) {
	by, signedIn := s.session(r, req)
	if slices.Contains(req.prompt, "none") {
		// RFC 8252 §8.6: requests are not to be processed "automatically without user consent or interaction", since any
		// program can use a native client's client_id. So the person is asked each time.
		e := &Error{"consent_required", "The person has to be asked."}
		if !signedIn {
			e = &Error{"login_required", "The person has to sign in."}
		}
		s.Refuse(w, req, e)
		return
	}
	id, cookie := randomSecret(""), randomSecret("")
	s.visits.begin(id, &interaction{request: req, browser: digestOf(cookie), login: by})
	// The cookie's path keeps the interactions of two tabs apart.
	s.setCookie(w, &http.Cookie{Name: interactionCookie, Value: cookie, Path: s.interactionPath(id), MaxAge: int(interactionLifetime.Seconds())})
	s.seeInteraction(w, id)
}

// session returns who has signed in with this browser before, unless the request requires a new login.
func (s *Server) session(r *http.Request, req AuthorizationRequest) (Login, bool) {
	cookie, err := r.Cookie(s.sessionCookie())
	if err != nil || slices.Contains(req.prompt, "login") || slices.Contains(req.prompt, "select_account") {
		return Login{}, false
	}
	by, ok := s.visits.session(cookie.Value)
	// OpenID Connect Core §3.1.2.1 on max_age: "If the elapsed time is greater than this value, the OP MUST attempt to actively
	// re-authenticate the End-User."
	if !ok || req.maxAge != nil && s.config.Now().Sub(by.At) > *req.maxAge {
		return Login{}, false
	}
	return by, true
}

// showInteraction shows the next page: login or consent.
func (s *Server) showInteraction(w http.ResponseWriter, r *http.Request) {
	it, ok := s.interaction(w, r)
	if !ok {
		return
	}
	if it.login.User == "" {
		s.showLogin(w, it, "")
		return
	}
	s.showConsent(w, it)
}

// decideInteraction handles the form of a page.
func (s *Server) decideInteraction(w http.ResponseWriter, r *http.Request) {
	it, ok := s.interaction(w, r)
	if !ok {
		return
	}
	if s.RefuseForeignForm(w, r) {
		return
	}
	id := r.PathValue("id")
	switch decision := r.PostFormValue("decision"); {
	case decision == "sign-in":
		s.signIn(w, r, it)
	case decision == "switch":
		s.visits.signOut(id)
		s.seeInteraction(w, id)
	case decision == "allow" && it.login.User != "" && s.visits.end(id):
		s.Approve(w, it.request, it.login)
	case decision == "deny" && s.visits.end(id):
		s.Refuse(w, it.request, &Error{"access_denied", "The person denied the request."})
	default:
		s.ShowError(w, http.StatusBadRequest, "This page has been answered before, or its form was changed.", "")
	}
}

// RefuseForeignForm answers a form that another site's page has sent, and reports whether it did.
//
// Two ports of one host are one site, so SameSite lets a page of another port of this computer post here with the cookie.
// Every browser since 2023 names the form's origin in Sec-Fetch-Site.
func (s *Server) RefuseForeignForm(w http.ResponseWriter, r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "cross-site" && site != "same-site" {
		return false
	}
	s.ShowError(w, http.StatusForbidden, "This form was sent by a page of another server.", "")
	return true
}

// signIn signs the person in. It accepts every password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, it interaction) {
	user := cleanUserName(r.PostFormValue("username"))
	if user == "" {
		s.showLogin(w, it, "Enter a user name. Any will do.")
		return
	}
	by := Login{User: user, At: s.config.Now()}
	// A new value at each login: a cookie that an attacker has set before never becomes a session.
	cookie := randomSecret("")
	s.visits.signIn(r.PathValue("id"), cookie, by)
	s.setCookie(w, &http.Cookie{Name: s.sessionCookie(), Value: cookie, Path: "/", MaxAge: int(sessionLifetime.Seconds())})
	s.seeInteraction(w, r.PathValue("id"))
}

// interaction returns the interaction at the request's path if it began in this browser, or shows an error.
//
// A forged form cannot have both path and cookie: the path is unguessable, and SameSite withholds the cookie from forms of
// other sites.
func (s *Server) interaction(w http.ResponseWriter, r *http.Request) (interaction, bool) {
	it, ok := s.visits.interaction(r.PathValue("id"))
	if !ok {
		s.ShowError(w, http.StatusNotFound, "This page was answered before or has expired. Go back to the program and start again.", "")
		return interaction{}, false
	}
	cookie, err := r.Cookie(interactionCookie)
	if err != nil || digestOf(cookie.Value) != it.browser {
		s.ShowError(w, http.StatusForbidden, "This page belongs to another browser, or your browser does not keep cookies.", "")
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

// sessionCookie has the port in its name: "Cookies do not provide isolation by port" (RFC 6265 §8.5), and two demos would
// sign each other's people out.
func (s *Server) sessionCookie() string { return "demoas_session_" + s.issuer.Port() }

func (s *Server) setCookie(w http.ResponseWriter, c *http.Cookie) {
	c.HttpOnly = true
	c.Secure = s.issuer.Scheme == "https"
	// Not Strict: the first page is reached by redirects that began at another site, and would not get its cookie.
	c.SameSite = http.SameSiteLaxMode
	http.SetCookie(w, c)
}
