package flow

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// binder stands before demoas' token and userinfo endpoints, and binds tokens to keys.
type binder struct {
	issuer string

	nonce     string // the one that is wanted; empty for none
	noHeader  bool   // wants a nonce and provides none
	always    bool   // wants another nonce each time
	asBearer  bool   // binds nothing
	echo      bool   // answers with an error that holds the proof
	onSuccess string // the nonce in answers that succeed

	proofs []proof
	forms  []url.Values
}

// proof is one as go-jose read it.
type proof struct {
	JTI, HTM, HTU, ATH, Nonce               string
	Thumbprint, Alg, Authorization, Compact string `json:"-"`
}

func readProof(t *testing.T, r *http.Request) (p proof) {
	values := r.Header.Values("DPoP")
	if len(values) != 1 {
		t.Errorf("%d proofs", len(values))
		return p
	}
	jws, err := jose.ParseSignedCompact(values[0], []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA})
	if err != nil {
		t.Error(err)
		return p
	}
	signature := jws.Signatures[0].Protected
	payload, err := jws.Verify(signature.JSONWebKey)
	if err != nil {
		t.Error(err)
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		t.Error(err)
	}
	sum, err := signature.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Error(err)
	}
	p.Thumbprint, p.Alg = base64.RawURLEncoding.EncodeToString(sum), signature.Algorithm
	p.Authorization, p.Compact = r.Header.Get("Authorization"), values[0]
	return p
}

func (b *binder) start(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p := readProof(t, r)
		b.proofs = append(b.proofs, p)
		_ = r.ParseForm()
		b.forms = append(b.forms, r.PostForm)
		switch {
		case b.echo:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": "invalid_dpop_proof", "error_description": "bad: " + p.Compact})
		case b.wantsNonce(w, p):
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"use_dpop_nonce"}`)
		default:
			b.forward(t, w, r)
		}
	})
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		p := readProof(t, r)
		b.proofs = append(b.proofs, p)
		if b.wantsNonce(w, p) {
			w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		accessToken, _ := strings.CutPrefix(p.Authorization, "DPoP ")
		req, _ := http.NewRequest("GET", b.issuer+"/userinfo", nil)
		req.Header.Set("Authorization", "Bearer "+accessToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func (b *binder) wantsNonce(w http.ResponseWriter, p proof) bool {
	if b.noHeader {
		return true
	}
	if b.nonce == "" || p.Nonce == b.nonce && !b.always {
		return false
	}
	if b.always {
		b.nonce += "+"
	}
	w.Header().Set("DPoP-Nonce", b.nonce)
	return true
}

func (b *binder) forward(t *testing.T, w http.ResponseWriter, r *http.Request) {
	resp, err := http.PostForm(b.issuer+"/token", r.PostForm)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if !b.asBearer {
		body = []byte(strings.Replace(string(body), `"Bearer"`, `"DPoP"`, 1))
	}
	if b.onSuccess != "" {
		w.Header().Set("DPoP-Nonce", b.onSuccess)
		b.nonce = b.onSuccess
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(body)
}

// newBoundRig is a rig whose profile asks for DPoP, at a server that does as b says.
func newBoundRig(t *testing.T, b *binder) *rig {
	t.Helper()
	r := newRig(t, testas.Config{})
	b.issuer = r.server.Issuer()
	front := b.start(t)
	r.Server.TokenEndpoint, r.Server.UserinfoEndpoint = front.URL+"/token", front.URL+"/userinfo"
	r.Profile.DPoP = true
	return r
}

func TestLoginRefreshAndUserinfoAreBoundToOneKey(t *testing.T) {
	b := &binder{}
	r := newBoundRig(t, b)
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if set.Type() != "DPoP" || set.DPoPKey.Empty() {
		t.Fatalf("type %s, key: %v", set.Type(), !set.DPoPKey.Empty())
	}
	fresh, err := r.Refresh(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if !fresh.DPoPKey.Equal(set.DPoPKey) {
		t.Error("the refreshed set has another key")
	}
	if _, err := r.Userinfo(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	jkt := event[AuthorizationRequest](t, r).URL.Query().Get("dpop_jkt")
	for i, p := range b.proofs {
		if p.Thumbprint != jkt || jkt == "" || p.Alg != "ES256" || p.Nonce != "" || (p.ATH != "") != (i == 2) {
			t.Errorf("%d: %+v, dpop_jkt %s", i, p, jkt)
		}
	}
	if p := b.proofs[0]; p.HTM != "POST" || p.HTU != r.Server.TokenEndpoint {
		t.Errorf("token: %s %s", p.HTM, p.HTU)
	}
	if p := b.proofs[2]; p.HTM != "GET" || p.HTU != r.Server.UserinfoEndpoint || p.Authorization != "DPoP "+fresh.AccessToken.Reveal() {
		t.Errorf("userinfo: %s %s", p.HTM, p.HTU)
	}
	if e := event[TokenRequest](t, r); e.Proof.Empty() {
		t.Error("the event tells of no proof")
	}
}

func TestEachLoginHasAKeyOfItsOwn(t *testing.T) {
	b := &binder{}
	r := newBoundRig(t, b)
	first, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.AuthorizationCode(t.Context())
	if err != nil || first.DPoPKey.Equal(second.DPoPKey) {
		t.Errorf("%v, or the same key", err)
	}
}

func TestKeyIsMadeForAnAlgorithmOfTheServer(t *testing.T) {
	b := &binder{}
	r := newBoundRig(t, b)
	r.Server.DPoPSigningAlgValuesSupported = []string{"RS256", "EdDSA"}
	if _, err := r.AuthorizationCode(t.Context()); err != nil || b.proofs[0].Alg != "EdDSA" {
		t.Errorf("%v, signed with %s", err, b.proofs[0].Alg)
	}
	r.Server.DPoPSigningAlgValuesSupported = []string{"HS256"}
	opened := false
	r.Open = func(context.Context, AuthorizationRequest) { opened = true }
	if _, err := r.AuthorizationCode(t.Context()); err == nil || opened {
		t.Errorf("%v, browser opened: %v", err, opened)
	}
}

func TestNonceIsTakenUpOnceAndKeptForTheRun(t *testing.T) {
	b := &binder{nonce: "n1"}
	r := newBoundRig(t, b)
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || len(b.proofs) != 2 || b.proofs[1].Nonce != "n1" || b.proofs[0].JTI == b.proofs[1].JTI {
		t.Fatalf("%v, %+v", err, b.proofs)
	}
	if !maps.EqualFunc(b.forms[0], b.forms[1], slices.Equal) {
		t.Errorf("%v was repeated as %v", b.forms[0], b.forms[1])
	}
	// The prepared copy of the client has learnt it; a refresh is a run of its own, and learns it for the next one.
	b.proofs, b.onSuccess = nil, "n2"
	if set, err = r.Refresh(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	b.proofs = nil
	if _, err = r.Refresh(t.Context(), set); err != nil || len(b.proofs) != 1 || b.proofs[0].Nonce != "n2" {
		t.Errorf("%v, %+v", err, b.proofs)
	}
	// The userinfo endpoint is a resource server: no nonce of the token endpoint's goes there.
	b.proofs = nil
	if _, err = r.Userinfo(t.Context(), set); err != nil || len(b.proofs) != 2 || b.proofs[0].Nonce != "" || b.proofs[1].Nonce != "n2" {
		t.Errorf("%v, %+v", err, b.proofs)
	}
}

func TestServerThatWantsNonceAfterNonceEndsTheLogin(t *testing.T) {
	for name, c := range map[string]struct {
		binder *binder
		asked  int
		want   string
	}{
		"a loop":      {&binder{nonce: "n", always: true}, 2, "refuses the DPoP nonce"},
		"no header":   {&binder{noHeader: true}, 1, "sends no valid one"},
		"not in form": {&binder{nonce: `n"n`}, 1, "sends no valid one"},
	} {
		r := newBoundRig(t, c.binder)
		_, err := r.AuthorizationCode(t.Context())
		if _, ok := errors.AsType[*untrusted.Error](err); !ok || !strings.Contains(err.Error(), c.want) || len(c.binder.proofs) != c.asked {
			t.Errorf("%s: %v after %d requests", name, err, len(c.binder.proofs))
		}
	}
}

func TestClientAuthenticatesAnewForEachAttempt(t *testing.T) {
	b := &binder{nonce: "n1"}
	r := newBoundRig(t, b)
	r.Auth = clientauth.Client{ID: "demo", Method: clientauth.Post, Secret: token.NewSecret("canary-secret")}
	_, _ = r.AuthorizationCode(t.Context()) // demo has no secret there
	if len(b.forms) != 2 || !slices.Equal(b.forms[1]["client_secret"], []string{"canary-secret"}) {
		t.Errorf("%d requests, the second with %q", len(b.forms), b.forms[1]["client_secret"])
	}
	for _, e := range r.events { // what the first attempt proved is none of the second's parameters
		if e, ok := e.(TokenRequest); ok && e.Parameters.Has("client_secret") {
			t.Error("the proof of an attempt is among the parameters")
		}
	}
}

func TestBearerTokenIsRefusedWhereDPoPWasAskedFor(t *testing.T) {
	b := &binder{asBearer: true}
	r := newBoundRig(t, b)
	if _, err := r.AuthorizationCode(t.Context()); !errors.Is(err, ErrBearer) {
		t.Fatal(err)
	}
	r.Profile.DPoPAllowBearer = true
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || len(r.warnings) != 1 || !strings.Contains(r.warnings[0], "Bearer") {
		t.Fatalf("%v, warnings %q", err, r.warnings)
	}
	// RFC 9449 §5: "this has the effect of DPoP-binding the refresh token alone".
	if set.Type() != "Bearer" || set.DPoPKey.Empty() {
		t.Errorf("type %s, key: %v", set.Type(), !set.DPoPKey.Empty())
	}
	r.warnings = nil
	fresh, err := r.Refresh(t.Context(), set)
	if err != nil || len(r.warnings) != 0 || !fresh.DPoPKey.Equal(set.DPoPKey) {
		t.Errorf("%v, warnings %q", err, r.warnings)
	}
}

func TestBearerTokenOfARefreshIsRefusedAndTheRotatedRefreshTokenKept(t *testing.T) {
	b := &binder{}
	r := newBoundRig(t, b)
	set, err := r.AuthorizationCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.asBearer = true
	_, err = r.Refresh(t.Context(), set)
	rotated, ok := errors.AsType[*RotatedError](err)
	if !errors.Is(err, ErrBearer) || !ok || rotated.Keep.RefreshToken.Equal(set.RefreshToken) || !rotated.Keep.DPoPKey.Equal(set.DPoPKey) {
		t.Error(err)
	}
}

func TestLostKeyIsALoginAndNoRequest(t *testing.T) {
	b := &binder{}
	r := newBoundRig(t, b)
	for name, key := range map[string]string{
		"missing": "", "no JSON": "canary-damaged", "a public key": `{"kty":"EC","crv":"P-256","x":"canary","y":"x"}`,
		"too small": `{"kty":"oct","k":"canary"}`,
	} {
		set := token.Set{
			AccessToken: token.NewSecret("a"), RefreshToken: token.NewSecret("r"), TokenType: "DPoP", DPoPKey: token.NewSecret(key),
		}
		_, err := r.Refresh(t.Context(), set)
		if !errors.Is(err, dpop.ErrKeyLost) || !RefreshTokenDead(err) || strings.Contains(err.Error(), "canary") || len(b.proofs) != 0 {
			t.Errorf("%s: %v after %d requests", name, err, len(b.proofs))
		}
		if _, err := r.Userinfo(t.Context(), set); !errors.Is(err, dpop.ErrKeyLost) || len(b.proofs) != 0 {
			t.Errorf("%s: userinfo: %v after %d requests", name, err, len(b.proofs))
		}
	}
}

func TestServerThatEchoesTheProofIsMasked(t *testing.T) {
	b := &binder{echo: true}
	r := newBoundRig(t, b)
	_, err := r.AuthorizationCode(t.Context())
	e, ok := errors.AsType[*ServerError](err)
	if !ok || e.Code != "invalid_dpop_proof" || !strings.Contains(err.Error(), "[redacted]") || strings.Contains(err.Error(), "eyJ") {
		t.Error(err)
	}
}

func TestEndpointWithDpopJktInItsQueryIsRefused(t *testing.T) {
	for _, on := range []bool{true, false} {
		r := newBoundRig(t, &binder{})
		r.Profile.DPoP = on
		r.Server.AuthorizationEndpoint += "?dpop_jkt=x"
		_, err := r.AuthorizationCode(t.Context())
		if e, ok := errors.AsType[*untrusted.Error](err); !ok || !strings.Contains(e.Error(), "dpop_jkt") {
			t.Errorf("with DPoP %v: %v", on, err)
		}
	}
}

func TestWithoutDPoPNoProofIsSentAndNoneIsTaken(t *testing.T) {
	r := newRig(t, testas.Config{})
	set, err := r.AuthorizationCode(t.Context())
	if err != nil || !set.DPoPKey.Empty() || event[AuthorizationRequest](t, r).URL.Query().Has("dpop_jkt") || !event[TokenRequest](t, r).Proof.Empty() {
		t.Errorf("%v, key: %v", err, !set.DPoPKey.Empty())
	}
}
