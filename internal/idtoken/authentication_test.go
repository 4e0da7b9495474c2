package idtoken

import (
	"errors"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

func TestVerifyChecksHowThePersonSignedIn(t *testing.T) {
	minute := time.Minute
	ago := func(d time.Duration) int64 { return now.Add(-d).Unix() }
	for name, test := range map[string]struct {
		claims map[string]any
		asked  Authentication
		want   string // of the error; empty where the token is good
	}{
		"nothing asked":               {nil, Authentication{}, ""},
		"max_age without auth_time":   {nil, Authentication{MaxAge: &minute}, "lacks auth_time"},
		"auth_time asked, not there":  {nil, Authentication{AuthTime: true}, "lacks auth_time"},
		"auth_time asked, there":      {map[string]any{"auth_time": ago(time.Hour)}, Authentication{AuthTime: true}, ""},
		"within max_age":              {map[string]any{"auth_time": ago(30 * time.Second)}, Authentication{MaxAge: &minute}, ""},
		"within the leeway":           {map[string]any{"auth_time": ago(2 * time.Minute)}, Authentication{MaxAge: &minute}, ""},
		"past both":                   {map[string]any{"auth_time": ago(2*time.Minute + time.Second)}, Authentication{MaxAge: &minute}, "max_age allows 1m0s"},
		"max_age of nothing":          {map[string]any{"auth_time": ago(time.Hour)}, Authentication{MaxAge: new(time.Duration)}, "max_age allows 0s"},
		"in the future":               {map[string]any{"auth_time": ago(-time.Hour)}, Authentication{}, "in the future"},
		"auth_time is no time":        {map[string]any{"auth_time": "now"}, Authentication{}, "auth_time is not a number"},
		"essential acr":               {map[string]any{"acr": "gold"}, Authentication{ACR: true, ACRs: []string{"silver", "gold"}}, ""},
		"essential acr, any":          {map[string]any{"acr": "bronze"}, Authentication{ACR: true}, ""},
		"essential acr, another":      {map[string]any{"acr": "bronze"}, Authentication{ACR: true, ACRs: []string{"gold"}}, `acr "bronze"`},
		"essential acr, not there":    {nil, Authentication{ACR: true, ACRs: []string{"gold"}}, "lacks acr"},
		"essential acr, a number":     {map[string]any{"acr": 1}, Authentication{ACR: true}, "lacks acr"},
		"an acr that nobody asked of": {map[string]any{"acr": 1}, Authentication{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw := sign(jose.RS256, rsaKey(), "k1", validClaims(test.claims))
			_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Authentication: test.asked})
			if test.want != "" {
				wantRefusal(t, err, test.want, raw)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestVerifyTellsAStaleLoginApart(t *testing.T) {
	hour := time.Hour
	raw := sign(jose.RS256, rsaKey(), "k1", validClaims(map[string]any{"auth_time": now.Add(-2 * time.Hour).Unix()}))
	_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Authentication: Authentication{MaxAge: &hour}})
	if stale, ok := errors.AsType[*StaleError](err); !ok || *stale != (StaleError{2 * time.Hour, time.Hour}) {
		t.Errorf("error %v, want a *StaleError", err)
	}
}

func TestVerifyAfterRefreshWantsTheSameAuthentication(t *testing.T) {
	at, later := now.Add(-time.Hour).Unix(), now.Add(-time.Minute).Unix()
	signed := func(changes map[string]any) token.Secret {
		return sign(jose.RS256, rsaKey(), "k1", validClaims(changes))
	}
	original := signed(map[string]any{"auth_time": at})
	for name, test := range map[string]struct {
		original token.Secret
		claims   map[string]any
		want     string
	}{
		"the same":               {original, map[string]any{"auth_time": at}, ""},
		"without auth_time":      {original, nil, ""},
		"without nonce":          {original, map[string]any{"nonce": nil}, ""},
		"an earlier time":        {original, map[string]any{"auth_time": at - 60}, "auth_time is earlier than at the login"},
		"signed in again since":  {original, map[string]any{"auth_time": later}, ""},
		"another nonce":          {original, map[string]any{"nonce": "canary-other"}, "nonce differs from that of the login"},
		"audience as a list":     {original, map[string]any{"aud": []string{clientID}}, ""},
		"one audience more":      {original, map[string]any{"aud": []string{clientID, "api"}, "azp": clientID}, "aud differs from that of the login"},
		"one audience less":      {signed(map[string]any{"aud": []string{"api", clientID}}), nil, "aud differs from that of the login"},
		"audiences turned round": {signed(map[string]any{"aud": []string{"api", clientID}}), map[string]any{"aud": []string{clientID, "api"}, "azp": clientID}, ""},
		"another user":           {original, map[string]any{"sub": "eve"}, "another user"},
		"a login without a time": {signed(nil), map[string]any{"auth_time": later}, ""},
		"of another issuer":      {signed(map[string]any{"iss": "https://was.example"}), nil, "at the login"},
		"nothing stored":         {token.Secret{}, map[string]any{"auth_time": later}, ""},
		"what is stored is odd":  {token.NewSecret("canary-x"), map[string]any{"auth_time": later}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			raw := signed(test.claims)
			_, err := verifier(t, rsaSet()).Verify(t.Context(), raw, Expected{Original: test.original})
			if test.want != "" {
				wantRefusal(t, err, test.want, raw)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSignedBelievesTheIssuerAlone(t *testing.T) {
	for name, test := range map[string]struct {
		payload []byte
		client  string
		want    string
	}{
		"all of it":              {validClaims(nil), clientID, ""},
		"neither iss nor aud":    {[]byte(`{"sub":"a"}`), clientID, ""},
		"another issuer":         {validClaims(map[string]any{"iss": "https://evil.example"}), clientID, "its issuer is"},
		"another client":         {validClaims(map[string]any{"aud": "other"}), clientID, "not for this client"},
		"for nobody":             {validClaims(map[string]any{"aud": []string{}}), clientID, "not for this client"},
		"for an API":             {validClaims(map[string]any{"aud": "https://api.example"}), "", ""},
		"not an object":          {[]byte(`[]`), clientID, "not a JSON object"},
		"iss is not a string":    {[]byte(`{"iss":1}`), clientID, "iss is not a string"},
		"each name but one once": {[]byte(`{"sub":"a","sub":"b"}`), clientID, "not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, rsaSet())
			v.ClientID, v.Algorithm = test.client, "HS256" // which is of ID Tokens
			payload, err := v.Signed(t.Context(), "look", sign(jose.RS256, rsaKey(), "k1", test.payload))
			if test.want != "" {
				wantUntrusted(t, err, "look: ", test.want)
			} else if err != nil || string(payload) != string(test.payload) {
				t.Errorf("%s, %v", payload, err)
			}
		})
	}
	for name, raw := range map[string]token.Secret{
		"forged":    sign(jose.RS256, otherRSAKey(), "k1", validClaims(nil)),
		"unsigned":  token.NewSecret(encode(`{"alg":"none"}`) + "." + encode(string(validClaims(nil))) + "."),
		"encrypted": token.NewSecret(encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + "...."),
		"opaque":    token.NewSecret("canary-x"),
	} {
		_, err := verifier(t, rsaSet()).Signed(t.Context(), "look", raw)
		t.Log(name)
		wantUntrusted(t, err, "look: ", "")
	}
}

func TestExpiredSpeaksOfClaimsThatHaveAnEnd(t *testing.T) {
	v := verifier(t)
	for claims, want := range map[string]string{
		`{}`:             "",
		`{"exp":1}`:      "expired",
		`{"nbf":9e9}`:    "becomes valid",
		`{"exp":9e9}`:    "",
		`{"exp":"soon"}`: "exp is not a number",
	} {
		err := v.Expired("look", []byte(claims))
		if want == "" && err == nil {
			continue
		}
		wantUntrusted(t, err, "look: ", want)
	}
}

func wantUntrusted(t *testing.T, err error, prefix, want string) {
	t.Helper()
	if _, ok := errors.AsType[*untrusted.Error](err); !ok {
		t.Fatalf("error %v, want an *untrusted.Error", err)
	}
	if text := err.Error(); len(text) < len(prefix) || text[:len(prefix)] != prefix {
		t.Errorf("error %q does not begin with %q", text, prefix)
	}
	if want != "" {
		wantText(t, err, want)
	}
}
