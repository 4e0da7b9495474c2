package flow

import (
	"context"
	"crypto"
	"errors"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const (
	deviceAnswer = `{"device_code":"canary-d","user_code":"WDJB-MJHT","verification_uri":"https://as.example/device",` +
		`"verification_uri_complete":"https://as.example/device?user_code=WDJB-MJHT","expires_in":598,"interval":5}`
	tokenAnswer = `{"access_token":"canary-a","token_type":"Bearer","expires_in":3600,"refresh_token":"canary-r"}`
)

func refuses(code string) func() (canned, error) { return says(400, `{"error":"`+code+`"}`) }

// logIn runs the device grant against a server that answers so, in a time of its own.
func logIn(t *testing.T, change func(*Client), answers ...func() (canned, error)) (set token.Set, s *scripted, shown []DeviceAuthorization, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var r *rig
		r, s = newScripted(config.Profile{Grant: config.GrantDeviceCode}, answers...)
		r.ShowCode = func(_ context.Context, d DeviceAuthorization) { shown = append(shown, d) }
		if change != nil {
			change(r.Client)
		}
		set, err = r.DeviceCode(t.Context())
	})
	return set, s, shown, err
}

func TestDeviceRequestsNameTheClientBesideHTTPBasic(t *testing.T) {
	basic := func(c *Client) { c.Auth.Method, c.Auth.Secret = clientauth.Basic, token.NewSecret("canary-s") }
	_, s, _, err := logIn(t, basic, says(200, strings.Replace(deviceAnswer, "{", `{"error":"",`, 1)), refuses("authorization_pending"), says(200, tokenAnswer))
	if err != nil || len(s.forms) != 3 {
		t.Fatalf("%v, %d requests", err, len(s.forms))
	}
	for i, form := range s.forms {
		if form.Get("client_id") != "c" || form.Has("client_secret") || s.headers[i].Get("Authorization") == "" {
			t.Errorf("request %d: %v", i, form)
		}
	}
}

func TestDeviceIsPolledAsTheServerWantsIt(t *testing.T) {
	pending, slower, timeout := refuses("authorization_pending"), refuses("slow_down"), fails(os.ErrDeadlineExceeded)
	withoutInterval := strings.ReplaceAll(deviceAnswer, `,"interval":5`, "")
	for name, c := range map[string]struct {
		device  string
		polls   []func() (canned, error)
		seconds []int
	}{
		"its interval":                   {strings.ReplaceAll(deviceAnswer, `:5}`, `:7}`), []func() (canned, error){pending, pending}, []int{7, 7, 7}},
		"an interval in a string":        {strings.ReplaceAll(deviceAnswer, `:5}`, `:"7"}`), []func() (canned, error){pending}, []int{7, 7}},
		"no interval":                    {withoutInterval, []func() (canned, error){pending}, []int{5, 5}},
		"odd members":                    {strings.Replace(deviceAnswer, `"https://as.example/device?user_code=WDJB-MJHT"`, "false", 1), []func() (canned, error){pending}, []int{5, 5}},
		"an interval of nothing":         {strings.ReplaceAll(deviceAnswer, `:5}`, `:0}`), []func() (canned, error){pending}, []int{1, 1}},
		"slow_down is for good":          {deviceAnswer, []func() (canned, error){slower, pending, slower, pending}, []int{5, 10, 10, 15, 15}},
		"errors with status 200":         {deviceAnswer, []func() (canned, error){says(200, `{"error":"slow_down"}`)}, []int{5, 10}},
		"timeouts double it":             {deviceAnswer, []func() (canned, error){timeout, timeout, timeout, pending}, []int{5, 10, 20, 40, 5}},
		"up to a minute":                 {deviceAnswer, []func() (canned, error){timeout, timeout, timeout, timeout, timeout}, []int{5, 10, 20, 40, 60, 60}},
		"a gateway's error is a timeout": {deviceAnswer, []func() (canned, error){says(503, "<html>"), pending}, []int{5, 10, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			set, s, _, err := logIn(t, nil, append(append([]func() (canned, error){says(200, c.device)}, c.polls...), says(200, tokenAnswer))...)
			if err != nil || set.AccessToken.Reveal() != "canary-a" || set.RefreshToken.Reveal() != "canary-r" {
				t.Fatalf("%v", err)
			}
			if !slices.Equal(s.gaps(), c.seconds) {
				t.Errorf("polled after %d s, want %d", s.gaps(), c.seconds)
			}
		})
	}
}

func TestDeviceRequestsBearWhatTheStandardsAsk(t *testing.T) {
	_, s, shown, err := logIn(t, func(c *Client) {
		c.Profile.Scopes, c.Profile.Resource, c.Profile.Audience = []string{"a", "b"}, []string{"https://api.example/"}, []string{"api"}
		c.Profile.AuthorizationDetails = `[{"type":"x"}]`
		c.Profile.AuthorizationParameters = url.Values{"tenant": {"t"}}
		c.Auth.Method, c.Auth.Secret = clientauth.Post, token.NewSecret("canary-s")
	}, says(200, deviceAnswer), says(200, tokenAnswer))
	if err != nil {
		t.Fatal(err)
	}
	wantForm(t, s.forms[0], url.Values{
		"client_id": {"c"}, "client_secret": {"canary-s"}, "scope": {"a b"}, "resource": {"https://api.example/"}, "audience": {"api"},
		"authorization_details": {`[{"type":"x"}]`}, "tenant": {"t"},
	})
	wantForm(t, s.forms[1], url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {"canary-d"}, "client_id": {"c"},
		"client_secret": {"canary-s"}, "resource": {"https://api.example/"},
	})
	if len(shown) != 1 || shown[0].UserCode != "WDJB-MJHT" || shown[0].VerificationURI != "https://as.example/device" ||
		shown[0].VerificationURIComplete != "https://as.example/device?user_code=WDJB-MJHT" || shown[0].Expires.IsZero() {
		t.Errorf("shown %+v", shown)
	}
}

func TestDeviceUsesPKCEWhereTheServerListsIt(t *testing.T) {
	for _, c := range []struct {
		on      bool
		methods []string
		want    bool
	}{{true, []string{"S256"}, true}, {true, []string{"plain"}, false}, {true, nil, false}, {false, []string{"S256"}, false}} {
		_, s, _, err := logIn(t, func(client *Client) {
			client.Profile.PKCE, client.Server.CodeChallengeMethodsSupported = c.on, c.methods
		}, says(200, deviceAnswer), says(200, tokenAnswer))
		if err != nil {
			t.Fatal(err)
		}
		challenge, verifier := s.forms[0].Get("code_challenge"), s.forms[1].Get("code_verifier")
		sent := challenge != "" && s.forms[0].Get("code_challenge_method") == "S256" && oauth2.S256ChallengeFromVerifier(verifier) == challenge
		if sent != c.want || (challenge != "" || verifier != "") != c.want {
			t.Errorf("%+v: challenge %q, verifier %q", c, challenge, verifier)
		}
	}
}

func TestDeviceLoginEnds(t *testing.T) {
	pending := refuses("authorization_pending")
	for name, c := range map[string]struct {
		change  func(*Client)
		answers []func() (canned, error)
		is      func(error) bool
		polls   int // 0 for any number
	}{
		"denied": {nil, []func() (canned, error){pending, refuses("access_denied")}, Denied, 2},
		"expired, says the server": {
			nil,
			[]func() (canned, error){refuses("expired_token")},
			func(err error) bool { return errors.Is(err, ErrCodeExpired) }, 1,
		},
		"expired, by the clock": {
			nil,
			[]func() (canned, error){pending},
			func(err error) bool { return errors.Is(err, ErrCodeExpired) }, 119,
		},
		"out of patience": {
			func(c *Client) { c.Patience = 12 * time.Second },
			[]func() (canned, error){pending},
			func(err error) bool { return errors.Is(err, ErrPatience) }, 2,
		},
		"any other error":  {nil, []func() (canned, error){refuses("invalid_grant")}, RefreshTokenDead, 1},
		"with its own 503": {nil, []func() (canned, error){says(503, `{"error":"temporarily_unavailable"}`)}, func(err error) bool { return codeOf(err) == "temporarily_unavailable" }, 1},
		"nothing to be trusted": {
			nil,
			[]func() (canned, error){says(200, `{"access_token":"a","token_type":"mac"}`)},
			func(err error) bool { _, ok := errors.AsType[*untrusted.Error](err); return ok }, 1,
		},
		"the network is gone": {nil, []func() (canned, error){fails(io.ErrUnexpectedEOF)}, isNetwork, 0},
	} {
		t.Run(name, func(t *testing.T) {
			set, s, _, err := logIn(t, c.change, append([]func() (canned, error){says(200, deviceAnswer)}, c.answers...)...)
			if !c.is(err) || !set.AccessToken.Empty() {
				t.Errorf("%v", err)
			}
			if polls := len(s.forms) - 1; c.polls != 0 && polls != c.polls {
				t.Errorf("%d polls, want %d", polls, c.polls)
			}
			if err != nil && strings.Contains(err.Error(), "canary-") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestInterruptedDeviceLoginEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		r, s := newScripted(config.Profile{}, says(200, deviceAnswer))
		r.ShowCode = func(context.Context, DeviceAuthorization) {
			time.AfterFunc(3*time.Second, func() { cancel(interrupted) })
		}
		start := time.Now()
		if _, err := r.DeviceCode(ctx); !errors.Is(err, interrupted) || time.Since(start) != 3*time.Second || len(s.forms) != 1 {
			t.Errorf("%v after %s, %d requests", err, time.Since(start), len(s.forms))
		}
	})
}

func TestDeviceAnswersThatMustNotBeTrustedAreNotShown(t *testing.T) {
	for name, body := range map[string]string{
		"not JSON":                   `<html>`,
		"no device code":             strings.Replace(deviceAnswer, `"device_code":"canary-d",`, "", 1),
		"no user code":               strings.Replace(deviceAnswer, "WDJB-MJHT", "", 1),
		"no address":                 strings.Replace(deviceAnswer, `"verification_uri":`, `"x":`, 1),
		"a code with an escape":      strings.Replace(deviceAnswer, "WDJB-MJHT", `\u001b[2J`, 1),
		"a code without an end":      strings.Replace(deviceAnswer, "WDJB-MJHT", strings.Repeat("A", 300), 1),
		"a device code on two lines": strings.Replace(deviceAnswer, "canary-d", `canary-\nd`, 1),
		"plain http":                 strings.Replace(deviceAnswer, "https://as.example/device\"", "http://as.example/device\"", 1),
		"a script":                   strings.Replace(deviceAnswer, "https://as.example/device\"", "javascript:alert(1)\"", 1),
		"a file to be opened":        strings.Replace(deviceAnswer, "https://as.example/device?", "file:///etc/passwd?", 1),
		"a password in the address":  strings.Replace(deviceAnswer, "https://as", "https://u:p@as", 1),
		"a port of ours":             strings.Replace(deviceAnswer, "https://as.example/device\"", "http://127.0.0.1:8765/delete\"", 1),
		"one to be opened":           strings.Replace(deviceAnswer, "https://as.example/device?", "https://localhost:8765/delete?", 1),
		"the client's secret":        strings.Replace(deviceAnswer, "WDJB-MJHT", "canary-s3cret", 1),
		"it in the address":          strings.Replace(deviceAnswer, "https://as.example/device?", "https://as.example/Canary-s3cret?", 1),
	} {
		t.Run(name, func(t *testing.T) {
			secret := func(c *Client) { c.Auth.Method, c.Auth.Secret = clientauth.Post, token.NewSecret("canary-s3cret") }
			_, s, shown, err := logIn(t, secret, says(200, body))
			if _, ok := errors.AsType[*untrusted.Error](err); !ok || len(shown) != 0 || len(s.forms) != 1 {
				t.Errorf("%v, shown %+v", err, shown)
			}
			if strings.ContainsAny(err.Error(), "\x1b\n") || strings.Contains(err.Error(), "canary-") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestServerOnThisMachineMaySendThePersonToThisMachine(t *testing.T) {
	here := strings.ReplaceAll(deviceAnswer, "https://as.example/", "http://127.0.0.1:8400/")
	for name, c := range map[string]struct {
		issuer, endpoint string
		refused          bool
	}{
		"its issuer is here":         {"http://[::1]:8400", "http://[::1]:8400/d", false},
		"without issuer":             {"", "http://localhost:8400/d", false},
		"its issuer is distant":      {"https://as.example", "https://localhost:8400/d", true},
		"without issuer and distant": {"", "https://as.example/d", true},
	} {
		_, _, shown, err := logIn(t, func(client *Client) {
			client.Server.Issuer, client.Server.DeviceAuthorizationEndpoint = c.issuer, c.endpoint
		}, says(200, here), says(200, tokenAnswer))
		if (err != nil) != c.refused || (len(shown) == 0) != c.refused {
			t.Errorf("%s: %v, shown %+v", name, err, shown)
		}
	}
}

func TestDeviceRequestIsRefusedInTheServersWords(t *testing.T) {
	for _, status := range []int{400, 200} {
		_, s, shown, err := logIn(t, nil, says(status, `{"error":"device_flow_disabled","error_description":"turn it on"}`))
		e, ok := errors.AsType[*ServerError](err)
		if !ok || e.Code != "device_flow_disabled" || e.Grant != config.GrantDeviceCode || len(shown) != 0 || len(s.forms) != 1 {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestDeviceLoginBringsACheckedSet(t *testing.T) {
	r := newRig(t, testas.Config{Features: testas.Features{Device: true}})
	r.ShowCode = func(context.Context, DeviceAuthorization) {}
	set, err := r.DeviceCode(t.Context())
	if err != nil || set.IDToken.Empty() || set.RefreshToken.Empty() || set.Username != "ada" || len(r.warnings) != 0 {
		t.Fatalf("%v, %+v, warnings %q", err, set, r.warnings)
	}
	if fresh, err := r.Refresh(t.Context(), set); err != nil || fresh.AccessToken.Equal(set.AccessToken) {
		t.Errorf("refresh: %v", err)
	}
	r.Profile.OpenID.ACRValues = "urn:example:gold"
	if _, err := r.DeviceCode(t.Context()); err != nil || len(r.warnings) != 1 {
		t.Errorf("an unmet wish for an authentication context: %v, warnings %q", err, r.warnings)
	}
	r.server.SetFaults(testas.Faults{BadSignature: true})
	if _, err := r.DeviceCode(t.Context()); err == nil {
		t.Error("an ID Token with a bad signature is believed")
	}
}

func TestDevicePollsProveOneKey(t *testing.T) {
	thumbprints := map[string]bool{}
	set, s, _, err := logIn(t, func(c *Client) { c.Profile.DPoP = true },
		says(200, deviceAnswer), refuses("authorization_pending"), says(200, strings.Replace(tokenAnswer, "Bearer", "DPoP", 1)))
	if err != nil || set.DPoPKey.Empty() {
		t.Fatal(err)
	}
	for _, h := range s.headers[1:] {
		parsed, err := jwt.ParseSigned(h.Get("DPoP"), []jose.SignatureAlgorithm{jose.ES256})
		if err != nil {
			t.Fatal(err)
		}
		sum, err := parsed.Headers[0].JSONWebKey.Thumbprint(crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		thumbprints[string(sum)] = true
	}
	if len(thumbprints) != 1 {
		t.Errorf("%d keys", len(thumbprints))
	}
}
