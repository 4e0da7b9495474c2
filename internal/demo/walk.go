package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/endpoint"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/token"
)

// walk tells the seven steps as they happen.
type walk struct {
	Options
	server *demoas.Running
	number int        // of the last step told
	person chan error // the result of the demo's own person; nil where there is a real one
	err    error      // of writing
}

func (w *walk) run(ctx context.Context) error {
	client, err := w.client(ctx)
	if err != nil {
		return err
	}
	w.credentials(client.Profile)
	login, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	client.Open = func(ctx context.Context, r flow.AuthorizationRequest) { w.consent(ctx, r, giveUp) }
	set, err := client.AuthorizationCode(login)
	if err != nil {
		return err
	}
	if w.person != nil {
		select {
		case err := <-w.person:
			if err != nil {
				return fmt.Errorf("act as the person: %w", err)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if err := w.callAPI(ctx, client.HTTP, set); err != nil {
		return err
	}
	w.line("")
	w.line("That is the whole flow. To use it by yourself: oauthget demo --serve")
	return w.err
}

// client returns the client that oauthget token uses.
func (w *walk) client(ctx context.Context) (*flow.Client, error) {
	profile := config.Profile{
		Name: "demo", Issuer: w.server.Issuer(), ClientID: demoas.DemoClient().ID, Scopes: scopes,
		RedirectURI: config.DefaultRedirectURI, PKCE: true,
	}
	client := w.Session.HTTPClient(endpoint.Options{})
	docs := discovery.Client{HTTP: client, Now: w.Session.Now} // no cache: the server is gone in a second
	metadata, err := docs.Fetch(ctx, profile.Issuer, true)
	if err != nil {
		return nil, err
	}
	return &flow.Client{
		Profile: profile, Server: metadata, HTTP: client, Auth: clientauth.Client{ID: profile.ClientID, Method: clientauth.None},
		Keys:     func(ctx context.Context, fresh bool) ([]byte, error) { return docs.JWKS(ctx, metadata.JWKSURI, fresh) },
		Patience: w.Session.Timeout, Now: w.Session.Now, Observe: w.tell,
		Warn: func(text string) { w.Session.Console.Warn("%s", text) },
	}, nil
}

func (w *walk) credentials(p config.Profile) {
	w.begin("Credentials", "The client is public: it has a name and no secret to keep (RFC 8252 §8.4).")
	w.field("issuer", p.Issuer)
	w.field("client_id", p.ClientID)
	w.field("scopes", strings.Join(p.Scopes, " "))
	w.field("API", w.server.APIURL())
}

func (w *walk) tell(event flow.Event) {
	switch e := event.(type) {
	case flow.AuthorizationRequest:
		w.begin("Authorization request", "The browser goes to the authorization endpoint (RFC 6749 §4.1.1). The state ties the answer to this\n"+
			"   request, the code challenge ties the code to this program (RFC 7636), the nonce the ID Token.")
		w.say("GET", strings.SplitN(e.URL.String(), "?", 2)[0])
		w.parameters(e.URL.Query())
	case flow.AuthorizationResponse:
		w.begin("Redirect with the code", "The browser brings the code to the listener on loopback, which takes it for the state alone.")
		w.say("GET", e.RedirectURI)
		w.parameters(e.Parameters)
	case flow.TokenRequest:
		w.begin("Exchange", "The code is redeemed at the token endpoint, once, with the verifier that nobody has seen yet.")
		w.say("POST", e.Endpoint)
		w.field("client_id", e.ClientID)
		w.parameters(e.Parameters)
	case flow.TokenResponse:
		w.begin("Response", "The tokens, for how long and for what. The ID Token's signature, issuer, audience, nonce and time hold.")
		w.field("access_token", shorten(e.Set.AccessToken.Reveal()))
		w.field("token_type", e.Set.Type())
		w.field("expires_in", e.Set.Expiry.Sub(e.Set.Obtained).Round(time.Second).String())
		w.field("refresh_token", shorten(e.Set.RefreshToken.Reveal()))
		w.field("id_token", shorten(e.Set.IDToken.Reveal())+" of "+e.Set.Username)
		w.field("scope", strings.Join(e.Set.Scopes, " "))
	}
}

// consent is where a person signs in. Without a browser the demo does it, over HTTP and through the same pages.
func (w *walk) consent(ctx context.Context, r flow.AuthorizationRequest, giveUp context.CancelCauseFunc) {
	why := w.noBrowser()
	if why == "" {
		w.begin("Login and consent", "Sign in, with any password, and allow the access.")
		if err := w.Session.ShowAuthorization(ctx, browser.Opener{Getenv: w.getenv, Without: config.SecretVariables()}, r, func(error) {
			w.line("   " + w.Style.Dim("The browser could not be opened, so the demo signs in as ada by itself."))
			w.actAsPerson(ctx, r, giveUp)
		}); err != nil {
			giveUp(err)
		}
		return
	}
	w.begin("Login and consent", "No browser, because "+why+": the demo signs in as ada and allows the access itself, through the\n   pages that a person would see.")
	w.person = make(chan error, 1)
	go w.actAsPerson(ctx, r, giveUp)
}

// actAsPerson signs in and consents over HTTP, as a browser would.
func (w *walk) actAsPerson(ctx context.Context, r flow.AuthorizationRequest, giveUp context.CancelCauseFunc) {
	_, err := demoas.Person{}.Visit(ctx, r.URL.String())
	if err != nil {
		giveUp(fmt.Errorf("act as the person: %w", err))
	}
	if w.person != nil {
		w.person <- err
	}
}

func (w *walk) callAPI(ctx context.Context, client *http.Client, set token.Set) error {
	w.begin("API call", "The token goes into the Authorization header (RFC 6750 §2.1), and the API answers.")
	w.say("GET", w.server.APIURL())
	w.field("Authorization", set.Type()+" "+shorten(set.AccessToken.Reveal()))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.APIURL(), nil)
	if err != nil {
		return fmt.Errorf("call API: %w", err)
	}
	req.Header.Set("Authorization", output.Header(set))
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("call API: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("call API: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("call API: it answered %s", resp.Status)
	}
	w.line("   " + w.Style.Green(resp.Status))
	var indented strings.Builder
	e := json.NewEncoder(&indented)
	e.SetIndent("   ", "  ")
	if err := e.Encode(json.RawMessage(body)); err != nil {
		return fmt.Errorf("call API: %w", err)
	}
	w.line("   " + strings.TrimRight(indented.String(), "\n "))
	return nil
}

// begin names the next of the seven.
func (w *walk) begin(title, text string) {
	w.number++
	w.line("")
	w.line(w.Style.Bold(fmt.Sprintf("%d  %s", w.number, title)))
	w.line("   " + w.Style.Dim(text))
}

func (w *walk) say(method, target string) { w.line("   " + method + " " + w.Style.Cyan(target)) }

func (w *walk) field(name, value string) { w.line(fmt.Sprintf("     %-22s %s", name, value)) }

func (w *walk) line(text string) {
	if _, err := fmt.Fprintln(w.Out, text); err != nil {
		w.err = err
	}
}

func (w *walk) parameters(values url.Values) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		w.field(name, cmp.Or(demoValue(name, values.Get(name)), "-"))
	}
}

// demoValue shortens what is a secret, or is long for no reason that a reader would care about.
func demoValue(name, value string) string {
	switch name {
	case "code", "code_verifier", "code_challenge", "state", "nonce", "refresh_token":
		return shorten(value)
	}
	return value
}

// shorten shows enough of a secret of the demo's to recognise it in the next step.
func shorten(value string) string {
	const shown = 12
	if len(value) <= shown {
		return value
	}
	return fmt.Sprintf("%s… (%d characters)", value[:shown], len(value))
}
