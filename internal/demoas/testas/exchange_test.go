package testas

import (
	"net/http"
	"net/url"
	"testing"
)

func TestTokenExchange(t *testing.T) {
	t.Parallel()
	r := start(t, Config{AutoApprove: true, Features: Features{TokenExchange: true}, Clients: []Client{
		DemoClient(), {ID: "backend", Secret: "s"},
	}})
	mine := redeem(t, r, newCode(t, r)).tokens(t)
	exchange := func(pairs ...string) answer {
		return post(t, r.Issuer()+"/token", change(url.Values{
			"grant_type": {grantExchange}, "client_id": {"backend"}, "client_secret": {"s"},
			"subject_token": {mine.Access}, "subject_token_type": {typeAccessToken},
		}, pairs))
	}
	for name, pairs := range map[string][]string{
		"no subject":              {"subject_token", ""},
		"no type":                 {"subject_token_type", ""},
		"an unknown subject":      {"subject_token", "x"},
		"an unknown type":         {"subject_token_type", "urn:ietf:params:oauth:token-type:saml2"},
		"an access token as ID":   {"subject_token_type", typeIDToken},
		"a foreign ID Token":      {"subject_token_type", typeIDToken, "subject_token", newClientKey(t).sign(t, "JWT", assertionOf(r, "demo"))},
		"an unknown actor":        {"actor_token", "x", "actor_token_type", typeAccessToken},
		"an actor without type":   {"actor_token", mine.Access},
		"a type without actor":    {"actor_token_type", typeAccessToken},
		"another requested token": {"requested_token_type", typeIDToken},
	} {
		t.Run(name, func(t *testing.T) { exchange(pairs...).wantError(t, http.StatusBadRequest, "invalid_request") })
	}
	exchange("resource", "/x").wantError(t, http.StatusBadRequest, "invalid_target")

	a := exchange("scope", "orders:read", "audience", "orders", "actor_token", mine.ID, "actor_token_type", typeIDToken)
	set := a.tokens(t)
	if a.json(t)["issued_token_type"] != typeAccessToken || set.ID != "" || set.Refresh != "" || set.Scope != "orders:read" {
		t.Errorf("scope %q, type %v", set.Scope, a.json(t)["issued_token_type"])
	}
	told := post(t, r.Issuer()+"/introspect", url.Values{"client_id": {"backend"}, "client_secret": {"s"}, "token": {set.Access}}).json(t)
	if act, _ := told["act"].(map[string]any); told["username"] != "ada" || act["sub"] != subjectOf("ada") {
		t.Errorf("introspection %v", told)
	}
	if set = exchange("subject_token", mine.ID, "subject_token_type", typeIDToken).tokens(t); set.Access == mine.Access {
		t.Error("the same token")
	}
	if got := withBearer(t, r.APIURL(), set.Access).json(t)["customer"]; got != "ada" {
		t.Errorf("customer %v", got)
	}

	r.SetFaults(Faults{ExchangeIssuedTokenType: "urn:x"})
	if got := exchange().json(t)["issued_token_type"]; got != "urn:x" {
		t.Errorf("issued_token_type %v", got)
	}
	r.SetFaults(Faults{ExchangeOmitIssuedTokenType: true})
	if got, there := exchange().json(t)["issued_token_type"]; there {
		t.Errorf("issued_token_type %v", got)
	}
}
