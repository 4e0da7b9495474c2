package demoas

import (
	"net/http"
	"sync"
	"time"
)

// nonceLifetime is short, since whoever has a key for a moment could make proofs for as long.
const nonceLifetime = time.Minute

// nonces are those that proofs may bear (RFC 9449 §8). Each answer brings a new one, and older ones hold for a while: a
// client may have several requests under way.
type nonces struct {
	mu   sync.Mutex
	live table[struct{}]
}

func newNonces(now func() time.Time) *nonces { return &nonces{live: newTable[struct{}](now)} }

func (n *nonces) issue() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	nonce := randomSecret("")
	n.live.put(nonce, struct{}{}, nonceLifetime)
	return nonce
}

func (n *nonces) knows(nonce string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ok := n.live.get(nonce)
	return ok
}

const nonceHeader = "DPoP-Nonce"

// nonceWanted reports whether a proof is refused for its nonce, and puts the one to use next into the answer.
func (s *Server) nonceWanted(w http.ResponseWriter, nonces *nonces, nonce string) bool {
	if !s.config.RequireDPoPNonce {
		return false
	}
	w.Header().Set(nonceHeader, nonces.issue())
	return !nonces.knows(nonce)
}

// spoilNonce reports whether the faults have the proof refused for its nonce.
func (s *Server) spoilNonce(w http.ResponseWriter, f Faults) bool {
	switch {
	case f.DPoPNonceMissing:
		w.Header().Del(nonceHeader)
		return true
	case f.DPoPNonceLoop || s.again("dpop_nonce_times", f.DPoPNonceTimes):
		w.Header().Set(nonceHeader, s.tokenNonces.issue())
		return true
	}
	return false
}

// provenKey returns the thumbprint of the key that a request to the authorization server proves to have, empty where it
// proves none, or answers with the error.
func (s *Server) provenKey(w http.ResponseWriter, r *http.Request, client Client) (string, bool) {
	if !s.config.DPoP {
		return "", true
	}
	jkt, nonce, err := s.prove(r, "")
	switch f := s.currentFaults(); {
	case err != nil:
		s.writeError(w, http.StatusBadRequest, &oauthError{"invalid_dpop_proof", "The proof is refused: " + err.Error() + "."})
	// RFC 9449 §5.2: with dpop_bound_access_tokens "the authorization server MUST reject token requests from the client that
	// do not contain the DPoP header."
	case jkt == "" && client.DPoPBound:
		s.writeError(w, http.StatusBadRequest, &oauthError{"invalid_dpop_proof", "The client is registered to send a proof."})
	case jkt == "":
		return "", true
	case s.nonceWanted(w, s.tokenNonces, nonce), s.spoilNonce(w, f):
		s.writeError(w, http.StatusBadRequest, &oauthError{"use_dpop_nonce", "The proof needs the nonce in DPoP-Nonce."})
	default:
		return jkt, true
	}
	return "", false
}
