package testas

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/demoas"
)

// visit begins an interaction and returns the address of its page and the cookie.
func visit(t *testing.T, r server, form url.Values, cookies ...*http.Cookie) (string, *http.Cookie) {
	t.Helper()
	a := get(t, r.Issuer()+"/authorize?"+form.Encode(), cookies...)
	return r.Issuer() + a.location(t).Path, cookieOf(t, a)
}

func cookieOf(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want 1", len(cookies))
	}
	return cookies[0]
}

func signIn(t *testing.T, page, user string, cookie *http.Cookie) *http.Cookie {
	t.Helper()
	a := post(t, page, url.Values{"username": {user}, "password": {"x"}, "decision": {"sign-in"}}, cookie)
	a.wantStatus(t, http.StatusSeeOther)
	return cookieOf(t, a)
}

var allow = url.Values{"decision": {"allow"}}

func TestPersonSignsInAndAllows(t *testing.T) {
	t.Parallel()
	r, client := start(t, Config{}), newCallback(t)
	target := r.Issuer() + "/authorize?" + with("redirect_uri", client.url).Encode()
	body, err := demoas.Person{Types: map[string]string{"username": "grace", "password": "hopper"}}.Visit(t.Context(), target)
	if err != nil || body != "the client's page" {
		t.Fatalf("body %q, error %v", body, err)
	}
	response := client.only(t)
	if response.Get("state") != "the state" || response.Get("iss") != r.Issuer() {
		t.Errorf("response %v", response)
	}
	set := redeem(t, r, response.Get("code"), "redirect_uri", client.url).tokens(t)
	if name := withBearer(t, r.Issuer()+"/userinfo", set.Access).json(t)["preferred_username"]; name != "grace" {
		t.Errorf("signed in as %v", name)
	}
}

func TestPersonDenies(t *testing.T) {
	t.Parallel()
	r, client := start(t, Config{}), newCallback(t)
	target := r.Issuer() + "/authorize?" + with("redirect_uri", client.url).Encode()
	if _, err := (demoas.Person{Deny: true}).Visit(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	response := client.only(t)
	if response.Get("error") != "access_denied" || response.Get("state") != "the state" ||
		response.Get("iss") != r.Issuer() || response.Has("code") {
		t.Errorf("response %v", response)
	}
}

func TestVisitToldOfAnErrorPage(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		_, err := demoas.Person{}.Visit(t.Context(), r.Issuer()+"/authorize?"+with("client_id", "nobody").Encode())
		if err == nil || !strings.Contains(err.Error(), "400") {
			t.Errorf("error %v", err)
		}
	})
}

func TestVisitErrorsHideTheCode(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		// Nobody listens at port 1.
		target := r.Issuer() + "/authorize?" + with("redirect_uri", "http://127.0.0.1:1/callback").Encode()
		_, err := demoas.Person{}.Visit(t.Context(), target)
		if err == nil || strings.Contains(err.Error(), "canary-") || strings.Contains(err.Error(), "state") {
			t.Errorf("error %v", err)
		}
	})
}

func TestEachPageBearsItsHeaders(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		login := get(t, page, cookie)
		signIn(t, page, "ada", cookie)
		withForm := "form-action 'self' http://127.0.0.1:49152"
		for name, tt := range map[string]struct {
			page answer
			form string
		}{
			"login":   {login, withForm},
			"consent": {get(t, page, cookie), withForm},
			"problem": {post(t, page, url.Values{"decision": {"sign-in"}}, cookie), withForm},
			"error":   {authorize(t, r, with("client_id", "nobody")), "form-action 'none'"},
			"home":    {get(t, r.Issuer()+"/"), "form-action 'none'"},
		} {
			t.Run(name, func(t *testing.T) {
				nonce := regexp.MustCompile(`<style nonce="(\w+)">`).FindStringSubmatch(tt.page.body)
				if nonce == nil {
					t.Fatalf("no style with a nonce in %q", tt.page.body)
				}
				for header, want := range map[string]string{
					"Content-Security-Policy": "default-src 'none'; style-src 'nonce-" + nonce[1] + "'; " + tt.form +
						"; base-uri 'none'; frame-ancestors 'none'",
					"Cache-Control":          "no-store",
					"Referrer-Policy":        "no-referrer",
					"X-Content-Type-Options": "nosniff",
					"Content-Type":           "text/html; charset=utf-8",
				} {
					if got := tt.page.header.Get(header); got != want {
						t.Errorf("%s: %q, want %q", header, got, want)
					}
				}
				for _, never := range []string{"<script", "style=", "http-equiv", "src=", "ZgotmplZ"} {
					if strings.Contains(tt.page.body, never) {
						t.Errorf("the page holds %s", never)
					}
				}
			})
		}
	})
}

func TestEachInputHasALabel(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		body := get(t, page, cookie).body
		inputs := regexp.MustCompile(`<input id="(\w+)"`).FindAllStringSubmatch(body, -1)
		if len(inputs) != 2 {
			t.Fatalf("%d inputs, want 2", len(inputs))
		}
		for _, input := range inputs {
			if !strings.Contains(body, `<label for="`+input[1]+`">`) {
				t.Errorf("input %s has no label", input[1])
			}
		}
	})
}

func TestConsentTellsWhoAsksForWhat(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{Clients: []demoas.Client{{ID: "demo", Name: "Order <Printer>", RedirectURIs: []string{"http://127.0.0.1/callback"}}}}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with("scope", "orders:read offline_access x:y", "resource", "https://api.example/orders"))
		signIn(t, page, `ada"<b>`, cookie)
		body := get(t, page, cookie).body
		for _, want := range []string{
			"Order &lt;Printer&gt;", "Read your orders", "Act while you are away", "x:y", "127.0.0.1:49152",
			"https://api.example/orders", "ada&#34;&lt;b&gt;",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("the consent page does not hold %q", want)
			}
		}
	})
}

func TestLoginAsksAgainForAnEmptyName(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		a := post(t, page, url.Values{"username": {" \x00\u200b "}, "decision": {"sign-in"}}, cookie)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `role="alert"`) || dataPage(a.body) != "login" {
			t.Errorf("status %d, body %q", a.status, a.body)
		}
	})
}

func TestForgedFormIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		_, other := visit(t, r, with())
		signIn(t, page, "ada", cookie)
		post(t, page, allow).wantStatus(t, http.StatusForbidden)
		post(t, page, allow, other).wantStatus(t, http.StatusForbidden)
		get(t, page).wantStatus(t, http.StatusForbidden)
		for _, site := range []string{"cross-site", "same-site"} {
			req := request(t, http.MethodPost, page, allow, cookie)
			req.Header.Set("Sec-Fetch-Site", site)
			send(t, req).wantStatus(t, http.StatusForbidden)
		}
		// And none of that spoilt it for the person.
		if !post(t, page, allow, cookie).location(t).Query().Has("code") {
			t.Error("no code")
		}
	})
}

func TestCookiesStayWithTheBrowser(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		for _, c := range []*http.Cookie{cookie, signIn(t, page, "ada", cookie)} {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge <= 0 {
				t.Errorf("cookie %s: HttpOnly %v, SameSite %v, Max-Age %d", c.Name, c.HttpOnly, c.SameSite, c.MaxAge)
			}
		}
		if target, err := url.Parse(page); err != nil || cookie.Path != target.Path {
			t.Errorf("interaction cookie goes to %q", cookie.Path)
		}
	})
}

func TestFormSentTwiceYieldsOneCode(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		signIn(t, page, "ada", cookie)
		post(t, page, allow, cookie).wantStatus(t, http.StatusSeeOther)
		post(t, page, allow, cookie).wantStatus(t, http.StatusNotFound)
	})
}

func TestNothingIsAllowedBeforeSigningIn(t *testing.T) {
	t.Parallel()
	onBoth(t, demoas.Config{}, func(t *testing.T, r server) {
		page, cookie := visit(t, r, with())
		post(t, page, allow, cookie).wantStatus(t, http.StatusBadRequest)
		signIn(t, page, "ada", cookie)
		post(t, page, url.Values{"decision": {"switch"}}, cookie).wantStatus(t, http.StatusSeeOther)
		post(t, page, allow, cookie).wantStatus(t, http.StatusBadRequest)
	})
}

func TestInteractionExpires(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{Now: clock.Now})
	page, cookie := visit(t, r, with())
	clock.advance(10 * time.Minute)
	get(t, page, cookie).wantStatus(t, http.StatusNotFound)
}

func TestSessionSparesTheLoginButNotTheConsent(t *testing.T) {
	t.Parallel()
	clock := newClock()
	r := start(t, Config{Now: clock.Now})
	page, cookie := visit(t, r, with())
	session := signIn(t, page, "ada", cookie)
	clock.advance(10 * time.Second)
	for name, tt := range map[string]struct{ pairs, want string }{
		"again":               {"", "consent"},
		"prompt login":        {"prompt=login", "login"},
		"prompt select":       {"prompt=select_account", "login"},
		"max_age long enough": {"max_age=10", "consent"},
		"max_age too short":   {"max_age=9", "login"},
	} {
		t.Run(name, func(t *testing.T) {
			name, value, _ := strings.Cut(tt.pairs, "=")
			page, cookie := visit(t, r, with(name, value), session)
			if got := dataPage(get(t, page, cookie).body); got != tt.want {
				t.Errorf("the %q page, want %q", got, tt.want)
			}
		})
	}
	for want, cookies := range map[string][]*http.Cookie{"login_required": nil, "consent_required": {session}} {
		a := get(t, r.Issuer()+"/authorize?"+with("prompt", "none").Encode(), cookies...)
		if got := a.location(t).Query().Get("error"); got != want {
			t.Errorf("prompt=none: %q, want %q", got, want)
		}
	}
}
