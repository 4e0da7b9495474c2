package flow

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// echoing starts a server that answers each request by what answer makes of it, and a client of that server. The answer
// need not be HTTP.
func echoing(t *testing.T, answer func(r *http.Request) string) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_ = r.ParseForm()
				fmt.Fprint(conn, answer(r))
			}
			conn.Close()
		}
	}()
	c := &Client{
		Profile: config.Profile{ClientID: "cli", TokenParameters: url.Values{"pin": {"canary-pin"}}},
		Auth:    clientauth.Client{ID: "cli", Method: clientauth.Basic, Secret: token.NewSecret("canary-s3cret")},
		HTTP:    endpoint.NewClient(endpoint.Options{}), Now: time.Now,
	}
	base := "http://" + l.Addr().String()
	c.Server.TokenEndpoint, c.Server.RevocationEndpoint, c.Server.UserinfoEndpoint = base+"/t", base+"/r", base+"/u"
	return c
}

func echo(r *http.Request) string {
	return fmt.Sprintf("%s %s \x1b[31m %s", r.Header.Get("Authorization"), r.PostForm.Encode(), r.PostForm.Get("pin"))
}

func answered(status, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

func TestNoErrorBearsWhatTheServerEchoes(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("cli:canary-s3cret"))
	set := token.Set{AccessToken: token.NewSecret("canary-at"), RefreshToken: token.NewSecret("canary-rt")}
	for name, answer := range map[string]func(r *http.Request) string{
		"a line that is no header": func(r *http.Request) string { return "HTTP/1.1 400 Bad\r\nechoed " + echo(r) + "\r\n\r\n" },
		"no status line":           func(r *http.Request) string { return echo(r) + "\r\n\r\n" },
		"a bad Location": func(r *http.Request) string {
			return "HTTP/1.1 307 T\r\nContent-Length: 0\r\nLocation: https://[" + strings.ReplaceAll(echo(r), "\x1b", "") + "\r\n\r\n"
		},
		"a host": func(r *http.Request) string {
			return "HTTP/1.1 307 T\r\nContent-Length: 0\r\nLocation: https://canary-rt.canary-at.example/\r\n\r\n"
		},
		"a chunk": func(r *http.Request) string {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + echo(r) + "\r\n\r\n"
		},
		"a description": func(r *http.Request) string {
			return answered("401 U", `{"error":"invalid_client","error_description":"bad header `+strings.ReplaceAll(echo(r), "\x1b", "")+`"}`)
		},
		"another case": func(r *http.Request) string {
			return answered("400 B", `{"error":"invalid_grant","error_description":"`+strings.ToUpper(r.PostForm.Get("refresh_token")+" "+r.PostForm.Get("token"))+`"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := echoing(t, answer)
			_, refused := c.Refresh(t.Context(), set)
			_, unknown := c.Userinfo(t.Context(), set)
			for _, err := range []error{refused, unknown, c.Revoke(t.Context(), set)} {
				if err == nil {
					t.Fatal("no error")
				}
				text := strings.ToLower(err.Error())
				if strings.Contains(text, "canary") || strings.Contains(text, strings.ToLower(basic[:12])) || strings.Contains(text, "\x1b") {
					t.Errorf("%q", err)
				}
			}
		})
	}
}

func TestNoErrorBearsAPartOfWhatTheServerWasSent(t *testing.T) {
	const secret, code = "Zq8sVt3xYw6uRb1nMk5j", "SplxlOBeZQQYbYS6WxSbIA"
	for name, echo := range map[string]string{
		"the beginning": code[:20], "the end": code[10:], "hex": hex.EncodeToString([]byte(code))[:30], "upper": strings.ToUpper(code[2:16]),
		"the secret": secret[3:17], "its base64": base64.StdEncoding.EncodeToString([]byte("cli:" + secret))[8:24],
	} {
		for _, body := range []string{`{"error":"invalid_grant","error_description":"bad ECHO."}`, `{"message":"bad ECHO."}`, `{"ok":1,"ECHO":1}`} {
			body = strings.ReplaceAll(body, "ECHO", echo)
			c := echoing(t, func(*http.Request) string {
				status := "400 B"
				if strings.Contains(body, "ok") {
					status = "200 OK"
				}
				return answered(status, body)
			})
			c.Auth.Secret = token.NewSecret(secret)
			_, err := c.redeem(t.Context(), login{}, url.Values{"code": {code}})
			if err == nil || strings.Contains(err.Error(), echo) || strings.Contains(c.page(token.Set{}, err).Detail, echo) {
				t.Errorf("%s, %s: %v, page %q", name, body, err, c.page(token.Set{}, err).Detail)
			}
		}
	}
	c := &Client{}
	c.Server.Issuer = "https://as.example"
	if err := c.checkIssuer(url.Values{"code": {code}, "state": {"s"}, "iss": {"https://" + code[:20] + ".example"}}); strings.Contains(err.Error(), code[:12]) {
		t.Error(err)
	}
}

func TestRefreshGoesOnlyToTheEndpointOfTheLogin(t *testing.T) {
	asked := false
	c := echoing(t, func(*http.Request) string {
		asked = true
		return answered("200 OK", `{"access_token":"canary-new","token_type":"Bearer"}`)
	})
	old := token.Set{RefreshToken: token.NewSecret("canary-rt"), TokenEndpoint: "https://as.example/token"}
	if _, err := c.Refresh(t.Context(), old); !errors.Is(err, ErrEndpointMoved) || asked {
		t.Errorf("%v, asked: %v", err, asked)
	}
	old.TokenEndpoint = c.Server.TokenEndpoint
	fresh, err := c.Refresh(t.Context(), old)
	if err != nil || fresh.TokenEndpoint != c.Server.TokenEndpoint {
		t.Errorf("%v, bound to %q", err, fresh.TokenEndpoint)
	}
}

func TestEndpointsOwnQueryCannotSetOurParameters(t *testing.T) {
	for _, query := range []string{"client_id=other", "x=1&state=evil", "code_challenge=evil", "redirect_uri=", "re%71uest=x", "resource=x", "x;client_id=other"} {
		asked := false
		c := echoing(t, func(*http.Request) string { asked = true; return "" })
		c.Profile.Resource = []string{"https://api.example"}
		c.Server.AuthorizationEndpoint = "https://as.example/authorize?" + query
		_, err := c.authorizationRequest(t.Context(), newLogin(true, true))
		if _, ok := errors.AsType[*untrusted.Error](err); !ok {
			t.Errorf("authorization_endpoint with %s: %v", query, err)
		}
		if strings.HasPrefix(query, "resource") {
			continue
		}
		c.Server.TokenEndpoint += "?" + query
		_, err = c.Refresh(t.Context(), token.Set{RefreshToken: token.NewSecret("canary-rt")})
		if _, ok := errors.AsType[*untrusted.Error](err); !ok || asked {
			t.Errorf("token_endpoint with %s: %v, asked: %v", query, err, asked)
		}
	}
	c := Client{Profile: config.Profile{ClientID: "c"}}
	c.Server.AuthorizationEndpoint = "https://as.example/authorize?p=B2C_1_signin"
	r, err := c.authorizationRequest(t.Context(), newLogin(false, true))
	if err != nil || r.URL.Query().Get("p") != "B2C_1_signin" || r.URL.Query().Get("client_id") != "c" {
		t.Errorf("a query of its own must be retained (RFC 6749 §3.1): %v, %v", r.URL, err)
	}
}

func TestGrantedScopeIsOfTheCharactersAllowed(t *testing.T) {
	old := token.Set{RefreshToken: token.NewSecret("canary-rt")}
	c := echoing(t, func(*http.Request) string {
		return answered("200 OK", `{"access_token":"a","token_type":"Bearer","scope":"good \u202ebad q\"uote back\\\\slash also:good"}`)
	})
	set, err := c.Refresh(t.Context(), old)
	if err != nil || strings.Join(set.Scopes, "|") != "good|also:good" {
		t.Errorf("%v, scopes %q", err, set.Scopes)
	}
	for _, scope := range []string{`a\u001b]0;x\u0007`, `a\u009b31m`, `a\nb`} {
		c := echoing(t, func(*http.Request) string {
			return answered("200 OK", `{"access_token":"a","token_type":"Bearer","scope":"`+scope+`"}`)
		})
		_, err := c.Refresh(t.Context(), old)
		if _, ok := errors.AsType[*untrusted.Error](err); !ok {
			t.Errorf("scope %s: %v", scope, err)
		}
	}
}
