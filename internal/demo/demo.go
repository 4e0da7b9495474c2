// Package demo runs a whole login against an authorization server and an API of its own, and tells each step. What is run
// is the client that oauthget token uses. Nothing is stored, and nothing leaves this computer.
package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/browser"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/registration"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/term"
)

// ServeAddress is where the server listens with Options.Serve unless told otherwise: a fixed port, so that a profile for it
// stays right.
const ServeAddress = "127.0.0.1:8484"

// scopes are what the demo asks for: an ID Token, a refresh token, and the demo's API.
var scopes = []string{"openid", "profile", "offline_access", "orders:read"}

// Options is how the demo runs.
type Options struct {
	Serve    bool          // keep the server and the API running, and run no login
	Listen   string        // a loopback address; empty for any free port, with Serve for ServeAddress
	Lifetime time.Duration // of access tokens
	Out      io.Writer
	Style    term.Style      // for Out
	Session  session.Options // the world around it, and how the person is told and asked
}

// Run runs the demo until the login has ended, or with Options.Serve until ctx ends.
func Run(ctx context.Context, o Options) error {
	address := o.Listen
	if address == "" && o.Serve {
		address = ServeAddress
	}
	server, err := demoas.Start(ctx, address, demoas.Config{
		Clients: o.clients(), AccessTokenLifetime: o.Lifetime, Prefix: "demo-", Now: o.Session.Now, Observe: o.observe,
	}, o.extend)
	switch {
	case err != nil && o.Listen != "" && !loopback.InUse(err):
		return hint.Usagef("start demo server: %w", err)
	case err != nil:
		return hint.With(fmt.Errorf("start demo server: %w", err), "let it take any free port: oauthget demo --serve --listen 127.0.0.1:0")
	}
	defer server.Close()
	if o.Serve {
		return serve(ctx, o.Out, server)
	}
	w := &walk{Options: o, server: server}
	return w.run(ctx)
}

// clients are the registered ones: with Serve one with a secret, too.
func (o Options) clients() []demoas.Client {
	public := demoas.DemoClient()
	if !o.Serve {
		return []demoas.Client{public}
	}
	confidential := demoas.DemoClient()
	confidential.ID, confidential.Name, confidential.Secret = "confidential", "a client with a secret", clientSecret
	return []demoas.Client{public, confidential}
}

// clientSecret is no secret: the server believes everybody anyway.
const clientSecret = "demo-secret"

// extend lets clients register at a server that others use.
func (o Options) extend(server *demoas.Server) {
	if o.Serve {
		registration.Add(server, registration.Options{Now: o.Session.Now})
	}
}

func (o Options) observe(e demoas.Event) {
	if o.Serve {
		o.Session.Console.Step("%s %s %d (%s)", e.Method, e.Endpoint, e.Status, e.Duration.Round(time.Microsecond))
	}
}

// noBrowser says why the demo acts as the person; it is empty where a browser can be opened.
func (o Options) noBrowser() string {
	switch {
	case o.Session.NoBrowser:
		return "--no-browser is given"
	case o.Session.NoInput:
		return "--no-input is given"
	case o.getenv("BROWSER") == "" && o.getenv("CI") != "":
		return "this is a CI machine"
	}
	return string(browser.Opener{Getenv: o.getenv}.Obstacle())
}

func (o Options) getenv(name string) string {
	value, _ := o.Session.LookupEnv(name)
	return value
}

const serveText = `An authorization server and an API run on this machine until Ctrl-C. They believe every password.

  issuer   %[1]s
  API      %[2]s (scope orders:read)

In another terminal, the URL of the API is enough:

  oauthget login %[2]s --yes
  oauthget curl %[2]s

To use the server as one that registers no clients, put this profile into your file,

  [profiles.demo]
  issuer = "%[1]s"
  client_id = "demo"
  scopes = ["%[3]s"]

or have it put there:

  oauthget profile add demo --issuer %[1]s --client-id demo --scope '%[4]s'

and then:

  oauthget token demo
  curl -H "Authorization: Bearer $(oauthget token demo)" %[2]s

A second client has a secret:

  OAUTHGET_CLIENT_SECRET=%[5]s oauthget token --issuer %[1]s --client-id confidential --scope orders:read
`

func serve(ctx context.Context, out io.Writer, server *demoas.Running) error {
	quoted, plain := strings.Join(scopes, `", "`), strings.Join(scopes, " ")
	if _, err := fmt.Fprintf(out, serveText, server.Issuer(), server.APIURL(), quoted, plain, clientSecret); err != nil {
		return err
	}
	<-ctx.Done() // Ctrl-C is how this command is meant to end
	return nil
}
