package demoas

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// pushedLifetime: RFC 9126 §2.2 has it "relatively short (e.g., between 5 and 600 seconds)".
const pushedLifetime = time.Minute

const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

func isPushed(form url.Values) bool { return strings.HasPrefix(form.Get("request_uri"), pushedPrefix) }

// servePAR is the pushed authorization request endpoint (RFC 9126 §2).
func (s *Server) servePAR(w http.ResponseWriter, r *http.Request) {
	client, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	f := s.currentFaults()
	if s.spoilPAR(w, f) {
		return
	}
	jkt, ok := s.provenKey(w, r, Client{})
	if !ok {
		return
	}
	req, e := s.push(client, r)
	// RFC 9449 §10.1: "If both mechanisms are used at the same time, the authorization server MUST reject the request if the
	// JWK Thumbprint in dpop_jkt does not match the public key in the DPoP header."
	if e == nil && jkt != "" && req.jkt != "" && req.jkt != jkt {
		e = &oauthError{"invalid_dpop_proof", "The proof is not made with the key of dpop_jkt."}
	}
	if e != nil {
		s.writeError(w, http.StatusBadRequest, e)
		return
	}
	req.jkt = cmp.Or(req.jkt, jkt)
	// RFC 9126 §2.2: "the server MUST generate a request URI and provide it in the response with a 201 HTTP status code".
	status := http.StatusCreated
	if f.PAROK {
		status = http.StatusOK
	}
	writeTokenJSON(w, status, map[string]any{
		"request_uri": cmp.Or(f.PARRequestURI, s.pushed.put(req)), "expires_in": int(pushedLifetime.Seconds()),
	})
}

func (s *Server) spoilPAR(w http.ResponseWriter, f Faults) bool {
	switch {
	case f.PARRedirectTo != "":
		w.Header().Set("Location", f.PARRedirectTo)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.PARHTML:
		writePortal(w)
	default:
		return s.spoilPost(w, f.PARStatus, f.PARError)
	}
	return true
}

// push reads the request as the authorization endpoint would.
func (s *Server) push(client Client, r *http.Request) (authorizationRequest, *oauthError) {
	form := r.PostForm
	// RFC 9126 §2.1: "The request_uri authorization request parameter is one exception, and it MUST NOT be provided."
	if form.Has("request_uri") {
		return authorizationRequest{}, &oauthError{"invalid_request", "A request_uri cannot be pushed."}
	}
	// A client that authenticates need not name itself a second time.
	form.Set("client_id", client.ID)
	req, no, e := s.understand(form)
	if no != nil {
		return authorizationRequest{}, &oauthError{"invalid_request", no.message}
	}
	return req, e
}

// pushedRequests are those that wait for the person's browser.
type pushedRequests struct {
	mu       sync.Mutex
	requests table[authorizationRequest]
}

func newPushedRequests(now func() time.Time) *pushedRequests {
	return &pushedRequests{requests: newTable[authorizationRequest](now)}
}

func (p *pushedRequests) put(req authorizationRequest) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Without the prefix of secrets: it stands in the URL that the person is shown.
	uri := pushedPrefix + randomSecret("")
	p.requests.put(uri, req, pushedLifetime)
	return uri
}

// take returns the request, once.
func (p *pushedRequests) take(uri, clientID string) (authorizationRequest, *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	req, ok := p.requests.get(uri)
	// RFC 9126 §2.2: "The request_uri value MUST be bound to the client that posted the authorization request."
	if !ok || req.client.ID != clientID {
		return authorizationRequest{}, &refusal{"This request was used before, has expired, or is another program's. Go back to the program and start again.", ""}
	}
	p.requests.remove(uri)
	return req, nil
}
