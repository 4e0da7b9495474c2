package main

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// binder stands before the test server's token endpoint and binds tokens to keys (RFC 9449).
type binder struct {
	Nonce    string `json:"nonce"`     // the one that a proof must have; empty for none
	Loop     bool   `json:"loop"`      // wants another nonce each time
	NoHeader bool   `json:"no_header"` // wants a nonce and provides none
	Bearer   bool   `json:"bearer"`    // binds nothing

	issuer string
	mu     sync.Mutex
	key    string // the thumbprint in the last proof
}

// binder CONFIG starts one before the script's server, or changes it, and sets $BINDER.
func cmdBinder(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if w.binder == nil {
		w.binder = &binder{issuer: w.server.Issuer()}
		server := httptest.NewServer(w.binder)
		ts.Defer(server.Close)
		ts.Setenv("BINDER", server.URL)
	}
	b := w.binder
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Nonce, b.Loop, b.NoHeader, b.Bearer = "", false, false, false
	ts.Check(json.Unmarshal([]byte(args[0]), b))
}

func (b *binder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	header := func(status int) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
	}
	proof, err := readProof(r.Header.Get("DPoP"))
	_ = r.ParseForm()
	switch refresh := r.PostForm.Get("grant_type") == "refresh_token"; {
	case err != nil || proof.HTM != "POST" || proof.HTU != "http://"+r.Host+"/token" || refresh && proof.thumbprint != b.key:
		header(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_dpop_proof"}`)
		return
	case b.NoHeader || b.Nonce != "" && (proof.Nonce != b.Nonce || b.Loop):
		if b.Loop {
			b.Nonce += "+"
		}
		if !b.NoHeader {
			w.Header().Set("DPoP-Nonce", b.Nonce)
		}
		header(http.StatusBadRequest)
		io.WriteString(w, `{"error":"use_dpop_nonce"}`)
		return
	}
	b.key = proof.thumbprint
	resp, err := http.PostForm(b.issuer+"/token", r.PostForm)
	if err != nil {
		header(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	header(resp.StatusCode)
	if b.Bearer {
		_, _ = w.Write(body)
		return
	}
	io.WriteString(w, strings.Replace(string(body), `"Bearer"`, `"DPoP"`, 1))
}

// proof is one as go-jose reads it, which shares nothing with the program but the signing.
type proof struct {
	HTM   string `json:"htm"`
	HTU   string `json:"htu"`
	ATH   string `json:"ath"`
	Nonce string `json:"nonce"`

	thumbprint string
}

func readProof(compact string) (proof, error) {
	var p proof
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return p, err
	}
	key := jws.Signatures[0].Protected.JSONWebKey
	payload, err := jws.Verify(key)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return p, err
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	p.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return p, err
}

// proved METHOD URL [NONCE] checks that stdout holds the two headers of that request, and that the token in the one is
// bound to the key of the other.
func cmdProved(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(ts.ReadFile("stdout"), "\n")
	if len(lines) != 3 || lines[2] != "" {
		ts.Fatalf("%d lines", len(lines)-1)
	}
	accessToken, isDPoP := strings.CutPrefix(lines[0], "Authorization: DPoP ")
	compact, hasProof := strings.CutPrefix(lines[1], "DPoP: ")
	if !isDPoP || !hasProof {
		ts.Fatalf("%q", lines)
	}
	got, err := readProof(compact)
	ts.Check(err)
	sum := sha256.Sum256([]byte(accessToken))
	want := proof{
		HTM: args[0], HTU: args[1], ATH: base64.RawURLEncoding.EncodeToString(sum[:]), thumbprint: worldOf(ts).binder.key,
	}
	if len(args) > 2 {
		want.Nonce = args[2]
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(proof{})); diff != "" {
		ts.Fatalf("%s", diff)
	}
}
