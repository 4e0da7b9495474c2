package demoas

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

// spoilToken answers a token request as the faults demand, and reports whether it did.
func (s *Server) spoilToken(w http.ResponseWriter, r *http.Request, f Faults) bool {
	wait(r.Context(), time.Duration(f.TokenDelayMillis)*time.Millisecond)
	refreshing := r.PostForm.Get("grant_type") == "refresh_token"
	switch {
	case f.HangToken:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // or net/http would make an empty answer of it
	case f.DropToken:
		panic(http.ErrAbortHandler)
	case f.EndlessToken:
		writeEndlessly(w, r)
	case f.RedirectTokenTo != "":
		w.Header().Set("Location", f.RedirectTokenTo)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.TokenBody != "":
		w.Header().Set("Content-Type", cmp.Or(f.TokenContentType, "application/json"))
		w.WriteHeader(cmp.Or(f.TokenStatus, http.StatusOK))
		_, _ = w.Write([]byte(f.TokenBody))
	case f.TokenHTML:
		writePortal(w)
	case f.TokenError != "" || f.EchoSecret || f.EchoSecretSplit:
		description := "As the faults of this server demand."
		if f.EchoSecret {
			description = "Do not know " + r.PostForm.Get("code") + r.PostForm.Get("refresh_token") + "."
		}
		if f.EchoSecretSplit {
			sent := r.PostForm.Get("code") + r.PostForm.Get("refresh_token")
			description = "Do not know " + sent[:len(sent)/2] + "\u200b" + sent[len(sent)/2:] + "."
		}
		s.writeError(w, cmp.Or(f.TokenStatus, http.StatusBadRequest), &oauthError{cmp.Or(f.TokenError, "invalid_grant"), description})
	case f.TokenStatus != 0:
		w.WriteHeader(f.TokenStatus)
	case f.InvalidGrantOnRefresh && refreshing:
		s.writeError(w, http.StatusBadRequest, &oauthError{"invalid_grant", "The refresh token is revoked."})
	default:
		return false
	}
	return true
}

// wait ends the answer where the client has gone before the time is over.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

// writeEndlessly is a response that looks good and has no end; it stops when nobody reads it any longer.
func writeEndlessly(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	text := `{"token_type":"Bearer","access_token":"`
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte(text)); err != nil {
			break
		}
		text = strings.Repeat("a", 32<<10)
	}
	panic(http.ErrAbortHandler) // returning would end the body as if that were all
}
