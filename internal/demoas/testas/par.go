package testas

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

// pushedLifetime: RFC 9126 §2.2 has it "relatively short (e.g., between 5 and 600 seconds)".
const pushedLifetime = time.Minute

const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

func isPushed(form url.Values) bool { return strings.HasPrefix(form.Get("request_uri"), pushedPrefix) }

// servePAR is the pushed authorization request endpoint (RFC 9126 §2).
func (s *Server) servePAR(w http.ResponseWriter, r *http.Request) {
	client, e := s.Authenticate(r)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	f := s.currentFaults()
	if spoilPAR(w, f) {
		return
	}
	req, e := s.push(w, r, client.ID)
	if e != nil {
		s.writeError(w, r, e)
		return
	}
	// RFC 9126 §2.2: "the server MUST generate a request URI and provide it in the response with a 201 HTTP status code".
	status := http.StatusCreated
	if f.PAROK {
		status = http.StatusOK
	}
	lifetime := cmp.Or(time.Duration(f.PARExpiresIn)*time.Second, pushedLifetime)
	demoas.WriteJSON(w, status, map[string]any{
		"request_uri": cmp.Or(f.PARRequestURI, s.pushed.put(req, lifetime)), "expires_in": int(lifetime.Seconds()),
	})
}

func spoilPAR(w http.ResponseWriter, f Faults) bool {
	switch {
	case f.PARRedirectTo != "":
		w.Header().Set("Location", f.PARRedirectTo)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.PARHTML:
		writePortal(w)
	default:
		return f.spoil(w, f.PARStatus, f.PARError)
	}
	return true
}

// push reads the request as the authorization endpoint does.
func (s *Server) push(w http.ResponseWriter, r *http.Request, clientID string) (demoas.AuthorizationRequest, *demoas.Error) {
	var none demoas.AuthorizationRequest
	jkt, e := s.provenKey(w, r, false)
	if e != nil {
		return none, e
	}
	form := r.PostForm
	// RFC 9126 §2.1: "The request_uri authorization request parameter is one exception, and it MUST NOT be provided."
	if form.Has("request_uri") {
		return none, failure("invalid_request", "A request_uri cannot be pushed.")
	}
	form.Set("client_id", clientID) // a client that authenticates need not send it
	req, err := s.read(form)
	switch err := err.(type) {
	case nil:
	case *demoas.Error:
		return none, err
	default:
		return none, failure("invalid_request", err.Error())
	}
	// RFC 9449 §10.1: "If both mechanisms are used at the same time, the authorization server MUST reject the request if the
	// JWK Thumbprint in dpop_jkt does not match the public key in the DPoP header."
	x := req.Extra.(*extra)
	if jkt != "" && x.codeKey != "" && x.codeKey != jkt {
		return none, failure("invalid_dpop_proof", "The proof is not made with the key of dpop_jkt.")
	}
	x.codeKey = cmp.Or(x.codeKey, jkt)
	return req, nil
}

// pushedRequests are the requests that wait for the person's browser.
type pushedRequests struct {
	mu       sync.Mutex
	requests demoas.Table[demoas.AuthorizationRequest]
}

func newPushedRequests(now func() time.Time) *pushedRequests {
	return &pushedRequests{requests: demoas.NewTable[demoas.AuthorizationRequest](now)}
}

func (p *pushedRequests) put(req demoas.AuthorizationRequest, lifetime time.Duration) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Without the prefix of secrets: it is in the URL that the person sees.
	uri := pushedPrefix + rand.Text()
	p.requests.Put(uri, req, lifetime)
	return uri
}

// take returns the request, once.
func (p *pushedRequests) take(uri, clientID string) (demoas.AuthorizationRequest, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	req, ok := p.requests.Get(uri)
	// RFC 9126 §2.2: "The request_uri value MUST be bound to the client that posted the authorization request."
	if !ok || req.Client.ID != clientID {
		return demoas.AuthorizationRequest{}, &demoas.Refusal{
			Message: "This request was used before, has expired or is of another program. Go back to the program and start again.",
		}
	}
	p.requests.Remove(uri)
	return req, nil
}
