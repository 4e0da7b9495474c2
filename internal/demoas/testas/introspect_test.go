package testas

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"
)

func TestIntrospectionFaults(t *testing.T) {
	t.Parallel()
	r := startApproving(t, Faults{})
	set := redeem(t, r, newCode(t, r)).tokens(t)
	with := func(f Faults) answer {
		r.SetFaults(f)
		return post(t, r.Issuer()+"/introspect", url.Values{"token": {set.Access}, "client_id": {"demo"}})
	}
	with(Faults{IntrospectStatus: 503}).wantStatus(t, 503)
	if a := with(Faults{IntrospectHTML: true}); !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("type %q", a.header.Get("Content-Type"))
	}
	if got := with(Faults{IntrospectInactive: true}).json(t); len(got) != 1 || got["active"] != false {
		t.Errorf("answer %v", got)
	}
	got := with(Faults{IntrospectOmitActive: true}).json(t)
	if _, there := got["active"]; there || got["client_id"] != "demo" {
		t.Errorf("answer %v", got)
	}
	if got := with(Faults{}).json(t); got["active"] != true {
		t.Errorf("answer %v", got)
	}
}

func TestAccessTokensMayBeJWTs(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{AutoApprove: true, Now: clock.Now, Features: Features{JWTAccessTokens: true}})
	now := float64(clock.Now().Unix())
	set := redeem(t, r, newCode(t, r, "resource", "https://api.example/")).tokens(t)
	got := claimsOf(t, r, set.Access)
	want := map[string]any{
		"iss": r.Issuer(), "sub": subjectOf("ada"), "client_id": "demo", "scope": set.Scope, "iat": now, "exp": now + 3600,
		"auth_time": now, "aud": []any{"https://api.example/"}, "jti": got["jti"],
	}
	if diff := cmp.Diff(want, got); diff != "" || got["jti"] == nil {
		t.Error(diff)
	}
	token, err := jwt.ParseSigned(set.Access, keyAlgorithms())
	if err != nil || token.Headers[0].ExtraHeaders["typ"] != "at+jwt" {
		t.Errorf("error %v", err)
	}
	if aud := claimsOf(t, r, redeem(t, r, newCode(t, r)).tokens(t).Access)["aud"]; aud != r.APIURL() {
		t.Errorf("aud %v", aud)
	}
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusOK)
	post(t, r.Issuer()+"/revoke", url.Values{"token": {set.Access}, "client_id": {"demo"}}).wantStatus(t, http.StatusOK)
	withBearer(t, r.APIURL(), set.Access).wantStatus(t, http.StatusUnauthorized)
}

func TestUserinfoMayBeSigned(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{SignedUserinfo: true}})
	set := redeem(t, r, newCode(t, r)).tokens(t)
	with := func(f Faults) answer {
		r.SetFaults(f)
		return withBearer(t, r.Issuer()+"/userinfo", set.Access)
	}
	a := with(Faults{})
	claims := claimsOf(t, r, a.body)
	if a.header.Get("Content-Type") != "application/jwt" || claims["iss"] != r.Issuer() || claims["aud"] != "demo" || claims["sub"] != subjectOf("ada") {
		t.Errorf("type %q, claims %v", a.header.Get("Content-Type"), claims)
	}
	if got := claimsOf(t, r, with(Faults{UserinfoWrongAudience: true}).body)["aud"]; got == "demo" {
		t.Error("aud is right")
	}
	if _, err := verified(t, r, with(Faults{UserinfoBadSignature: true}).body); err == nil {
		t.Error("the bad signature is good")
	}
	with(Faults{UserinfoStatus: 500}).wantStatus(t, 500)
}
