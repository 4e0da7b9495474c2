package testas

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// proof makes a DPoP proof with others of its claims in place of the good ones.
func (k clientKey) proof(t *testing.T, method, target string, others map[string]any) string {
	t.Helper()
	options := &jose.SignerOptions{EmbedJWK: true}
	return signWith(t, jose.SigningKey{Algorithm: jose.ES256, Key: k.private}, options.WithType("dpop+jwt"), changed(map[string]any{
		"htm": method, "htu": target, "iat": time.Now().Unix(), "jti": rand.Text(),
	}, others))
}

func (k clientKey) thumbprint(t *testing.T) string {
	t.Helper()
	sum, err := (&jose.JSONWebKey{Key: k.private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// postProven posts the form with a proof.
func postProven(t *testing.T, target string, form url.Values, proofs ...string) answer {
	t.Helper()
	req := request(t, http.MethodPost, target, form)
	req.Header["Dpop"] = proofs
	return send(t, req)
}

func codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"demo"}, "code": {code},
		"redirect_uri": {testRedirect}, "code_verifier": {testVerifier},
	}
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {"demo"}, "refresh_token": {token}}
}

// present sends a GET with the token and a proof.
func present(t *testing.T, target, scheme, token string, proofs ...string) answer {
	t.Helper()
	req := request(t, http.MethodGet, target, nil)
	req.Header.Set("Authorization", scheme+" "+token)
	req.Header["Dpop"] = proofs
	return send(t, req)
}

func TestProofsAreIgnoredUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	if set := postProven(t, r.Issuer()+"/token", codeForm(newCode(t, r)), "nonsense").tokens(t); set.Type != "Bearer" {
		t.Errorf("type %q", set.Type)
	}
}

func TestBadProofsAreRefused(t *testing.T) {
	t.Parallel()
	key, other := newClientKey(t), newClientKey(t)
	r := start(t, Config{AutoApprove: true, Features: Features{DPoP: true}})
	target := r.Issuer() + "/token"
	good := func() string { return key.proof(t, http.MethodPost, target, nil) }
	bad := func(others map[string]any) []string { return []string{key.proof(t, http.MethodPost, target, others)} }
	header, rest, _ := strings.Cut(good(), ".")
	_, otherRest, _ := strings.Cut(other.proof(t, http.MethodPost, target, nil), ".")
	code := newCode(t, r)
	for name, proofs := range map[string][]string{
		"two":             {good(), good()},
		"not a JWT":       {"x"},
		"another method":  bad(map[string]any{"htm": "GET"}),
		"another URL":     bad(map[string]any{"htu": r.Issuer() + "/par"}),
		"another host":    bad(map[string]any{"htu": "https://as.example/token"}),
		"no iat":          bad(map[string]any{"iat": nil}),
		"old":             bad(map[string]any{"iat": time.Now().Add(-2 * time.Minute).Unix()}),
		"of the future":   bad(map[string]any{"iat": time.Now().Add(2 * time.Minute).Unix()}),
		"no jti":          bad(map[string]any{"jti": nil}),
		"of another key":  {header + "." + otherRest},
		"without a key":   {key.sign(t, "dpop+jwt", map[string]any{"htm": "POST", "htu": target, "iat": time.Now().Unix(), "jti": "j"})},
		"of another type": {signWith(t, jose.SigningKey{Algorithm: jose.ES256, Key: key.private}, &jose.SignerOptions{EmbedJWK: true}, map[string]any{"htm": "POST", "htu": target, "iat": time.Now().Unix(), "jti": "k"})},
		"symmetric":       {signWith(t, jose.SigningKey{Algorithm: jose.HS256, Key: []byte(longSecret)}, nil, map[string]any{"htm": "POST"})},
		"not signed":      {"eyJhbGciOiJub25lIn0." + rest[:strings.Index(rest, ".")] + "."},
	} {
		t.Run(name, func(t *testing.T) {
			postProven(t, target, codeForm(code), proofs...).wantError(t, http.StatusBadRequest, "invalid_dpop_proof")
		})
	}
	once := key.proof(t, http.MethodPost, target+"?x=y#z", nil)
	postProven(t, target, codeForm(code), once).tokens(t)
	postProven(t, target, codeForm(newCode(t, r)), once).wantError(t, http.StatusBadRequest, "invalid_dpop_proof")
}

func TestTokensAreBoundToTheKey(t *testing.T) {
	t.Parallel()
	key, other := newClientKey(t), newClientKey(t)
	r := start(t, Config{AutoApprove: true, Features: Features{DPoP: true}})
	target := r.Issuer() + "/token"
	prove := func(k clientKey) string { return k.proof(t, http.MethodPost, target, nil) }
	set := postProven(t, target, codeForm(newCode(t, r)), prove(key)).tokens(t)
	if set.Type != "DPoP" {
		t.Errorf("type %q", set.Type)
	}
	told := post(t, r.Issuer()+"/introspect", url.Values{"client_id": {"demo"}, "token": {set.Access}}).json(t)
	if cnf, _ := told["cnf"].(map[string]any); told["token_type"] != "DPoP" || cnf["jkt"] != key.thumbprint(t) {
		t.Errorf("introspection %v", told)
	}
	for _, api := range []string{r.APIURL(), r.Issuer() + "/userinfo"} {
		proof := func(k clientKey, token string) string {
			return k.proof(t, http.MethodGet, api, map[string]any{"ath": tokenHash(token)})
		}
		for name, tt := range map[string]struct {
			a    answer
			want string
		}{
			"as a bearer":    {withBearer(t, api, set.Access), "invalid_token"},
			"no proof":       {present(t, api, "DPoP", set.Access), "invalid_token"},
			"another key":    {present(t, api, "DPoP", set.Access, proof(other, set.Access)), "invalid_token"},
			"another token":  {present(t, api, "DPoP", set.Access, proof(key, "x")), "invalid_dpop_proof"},
			"no ath":         {present(t, api, "DPoP", set.Access, key.proof(t, http.MethodGet, api, nil)), "invalid_dpop_proof"},
			"another method": {present(t, api, "DPoP", set.Access, key.proof(t, http.MethodPost, api, map[string]any{"ath": tokenHash(set.Access)})), "invalid_dpop_proof"},
		} {
			tt.a.wantStatus(t, http.StatusUnauthorized)
			if challenge := tt.a.header.Get("WWW-Authenticate"); !strings.Contains(challenge, `error="`+tt.want+`"`) {
				t.Errorf("%s: challenge %q", name, challenge)
			}
		}
		present(t, api, "DPoP", set.Access, proof(key, set.Access)).wantStatus(t, http.StatusOK)
	}
	if challenges := get(t, r.APIURL()).header.Values("WWW-Authenticate"); len(challenges) != 2 || !strings.HasPrefix(challenges[0], `DPoP `) || !strings.Contains(challenges[0], "ES256") {
		t.Errorf("challenges %q", challenges)
	}

	post(t, target, refreshForm(set.Refresh)).wantError(t, http.StatusBadRequest, "invalid_grant")
	postProven(t, target, refreshForm(set.Refresh), prove(other)).wantError(t, http.StatusBadRequest, "invalid_grant")
	next := postProven(t, target, refreshForm(set.Refresh), prove(key)).tokens(t)
	postProven(t, target, refreshForm(next.Refresh), prove(other)).wantError(t, http.StatusBadRequest, "invalid_grant")

	bearer := redeem(t, r, newCode(t, r)).tokens(t)
	withBearer(t, r.APIURL(), bearer.Access).wantStatus(t, http.StatusOK)
	present(t, r.APIURL(), "DPoP", bearer.Access, key.proof(t, http.MethodGet, r.APIURL(), map[string]any{"ath": tokenHash(bearer.Access)})).
		wantStatus(t, http.StatusUnauthorized)
}

func TestCodesAreBoundToTheKey(t *testing.T) {
	t.Parallel()
	key, other := newClientKey(t), newClientKey(t)
	r := start(t, Config{AutoApprove: true, Features: Features{DPoP: true, PAR: true}})
	target, par := r.Issuer()+"/token", r.Issuer()+"/par"
	jkt := key.thumbprint(t)
	if got := authorize(t, r, with("dpop_jkt", "x")).location(t).Query().Get("error"); got != "invalid_request" {
		t.Errorf("error %q", got)
	}
	redeem(t, r, newCode(t, r, "dpop_jkt", jkt)).wantError(t, http.StatusBadRequest, "invalid_grant")
	postProven(t, target, codeForm(newCode(t, r, "dpop_jkt", jkt)), other.proof(t, http.MethodPost, target, nil)).
		wantError(t, http.StatusBadRequest, "invalid_grant")
	postProven(t, target, codeForm(newCode(t, r, "dpop_jkt", jkt)), key.proof(t, http.MethodPost, target, nil)).tokens(t)

	postProven(t, par, with(), "x").wantError(t, http.StatusBadRequest, "invalid_dpop_proof")
	postProven(t, par, with("dpop_jkt", jkt), other.proof(t, http.MethodPost, par, nil)).wantError(t, http.StatusBadRequest, "invalid_dpop_proof")
	a := postProven(t, par, with(), key.proof(t, http.MethodPost, par, nil))
	form := url.Values{"client_id": {"demo"}, "request_uri": {text(t, a.json(t), "request_uri")}}
	redeem(t, r, authorize(t, r, form).location(t).Query().Get("code")).wantError(t, http.StatusBadRequest, "invalid_grant")
}

func TestRefreshTokensOfConfidentialClientsAreNotBound(t *testing.T) {
	t.Parallel()
	key := newClientKey(t)
	r := start(t, Config{AutoApprove: true, Features: Features{DPoP: true}, Clients: []Client{
		{ID: "demo", Secret: "s", RedirectURIs: DemoClient().RedirectURIs, DPoPBound: true},
	}})
	target := r.Issuer() + "/token"
	secret := []string{"client_secret", "s"}
	redeem(t, r, newCode(t, r), secret...).wantError(t, http.StatusBadRequest, "invalid_dpop_proof")
	set := postProven(t, target, change(codeForm(newCode(t, r)), secret), key.proof(t, http.MethodPost, target, nil)).tokens(t)
	set = postProven(t, target, change(refreshForm(set.Refresh), secret), newClientKey(t).proof(t, http.MethodPost, target, nil)).tokens(t)
	if set.Type != "DPoP" {
		t.Errorf("type %q", set.Type)
	}
}

func TestProofsNeedTheNonce(t *testing.T) {
	t.Parallel()
	key := newClientKey(t)
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now, Features: Features{RequireDPoPNonce: true}})
	target := r.Issuer() + "/token"
	prove := func(nonce string) string {
		return key.proof(t, http.MethodPost, target, map[string]any{"nonce": nonce, "iat": clock.Now().Unix()})
	}
	code := newCode(t, r)
	a := postProven(t, target, codeForm(code), prove(""))
	a.wantError(t, http.StatusBadRequest, "use_dpop_nonce")
	nonce := a.header.Get("DPoP-Nonce")
	if nonce == "" {
		t.Fatal("no nonce")
	}
	a = postProven(t, target, codeForm(code), prove(nonce))
	set := a.tokens(t)
	if next := a.header.Get("DPoP-Nonce"); next == "" || next == nonce {
		t.Errorf("the next nonce is %q after %q", next, nonce)
	}

	ask := func(nonce string) answer {
		return present(t, r.APIURL(), "DPoP", set.Access, key.proof(t, http.MethodGet, r.APIURL(), map[string]any{
			"ath": tokenHash(set.Access), "nonce": nonce, "iat": clock.Now().Unix(),
		}))
	}
	b := ask(nonce) // of the other server
	if b.status != http.StatusUnauthorized || !strings.Contains(b.header.Get("WWW-Authenticate"), `error="use_dpop_nonce"`) {
		t.Errorf("status %d, challenge %q", b.status, b.header.Get("WWW-Authenticate"))
	}
	ask(b.header.Get("DPoP-Nonce")).wantStatus(t, http.StatusOK)

	clock.advance(nonceLifetime)
	postProven(t, target, refreshForm(set.Refresh), prove(nonce)).wantError(t, http.StatusBadRequest, "use_dpop_nonce")
}

func TestDPoPFaults(t *testing.T) {
	t.Parallel()
	key := newClientKey(t)
	r := start(t, Config{AutoApprove: true, Features: Features{DPoP: true}})
	target := r.Issuer() + "/token"
	ask := func() answer {
		return postProven(t, target, codeForm(newCode(t, r)), key.proof(t, http.MethodPost, target, nil))
	}
	r.SetFaults(Faults{DPoPAnswerBearer: true})
	set := ask().tokens(t)
	if set.Type != "Bearer" {
		t.Errorf("type %q", set.Type)
	}
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)
	refresh(t, r, set.Refresh).tokens(t)

	r.SetFaults(Faults{DPoPNonceTimes: 2})
	for range 2 {
		a := ask()
		a.wantError(t, http.StatusBadRequest, "use_dpop_nonce")
		if a.header.Get("DPoP-Nonce") == "" {
			t.Error("no nonce")
		}
	}
	set = ask().tokens(t)
	r.SetFaults(Faults{DPoPNonceMissing: true})
	a := ask()
	a.wantError(t, http.StatusBadRequest, "use_dpop_nonce")
	if nonce := a.header.Get("DPoP-Nonce"); nonce != "" {
		t.Errorf("nonce %q", nonce)
	}
	r.SetFaults(Faults{DPoPNonceLoop: true, DPoPAPINonceLoop: true})
	for range 3 {
		ask().wantError(t, http.StatusBadRequest, "use_dpop_nonce")
		present(t, r.APIURL(), "DPoP", set.Access, key.proof(t, http.MethodGet, r.APIURL(), map[string]any{"ath": tokenHash(set.Access)})).
			wantStatus(t, http.StatusUnauthorized)
	}
}
