package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/proxy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/userdir"
)

const proxyLong = `Run a reverse proxy on this machine that adds the access token of a profile to each request for --upstream, until Ctrl-C.

stdout gets its address. The token is obtained as by oauthget token. It is replaced before it expires, and once if the
upstream refuses it. If the upstream demands more scopes or a stronger login, you are asked to log in, provided that the proxy
was started at a terminal or with --yes. If the token is bound to a key (DPoP), each request gets a proof.

Anyone who knows the address can use the API as you. It is on loopback and has a random path, unless --prefix or --no-prefix
is given. Pages of other origins are refused, except those of --allow-origin. With --unix it is a socket for you alone.
docs/integrations.md has all the rules.`

const proxyExample = `  oauthget proxy work --upstream https://api.example.com
  oauthget proxy https://api.example.com/v1
  oauthget proxy work --upstream https://api.example.com/v2 --listen 127.0.0.1:8080 --prefix api
  oauthget proxy work --upstream https://api.example.com --allow-origin http://localhost:5173 --log
  oauthget proxy work --upstream https://api.example.com --unix ~/.cache/api/socket`

// proxyRun is one run of the command.
type proxyRun struct {
	*app
	request tokensource.Request
	given   proxy.Given
	log     bool
}

func (a *app) proxyCommand() *cobra.Command {
	p := proxyRun{app: a}
	cmd := &cobra.Command{
		Use:     "proxy [NAME] --upstream URL | proxy URL",
		Short:   "Run a reverse proxy on this machine that adds the token",
		Long:    proxyLong,
		Example: proxyExample,
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.given.Upstream == "" && session.IsURL(nameOf(args)) {
				p.given.Upstream = nameOf(args)
				if _, err := session.ParseAPI(p.given.Upstream); err != nil {
					return err
				}
			}
			p.given.Socket = userdir.Expand(p.given.Socket, p.getenv)
			o, err := p.given.Options(cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return p.run(cmd, nameOf(args), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.given.Upstream, "upstream", "", "`URL` of the API: https, or http of this machine")
	f.StringVar(&p.given.Listen, "listen", proxy.AnyPort, "loopback `ADDRESS` to listen on; the port 0 is any free one")
	f.StringVar(&p.given.Socket, "unix", "", "Unix `SOCKET` to listen on instead, in a folder of yours alone")
	f.StringVar(&p.given.Prefix, "prefix", "", "first `SEGMENT` of every path (default: a random one; with --unix none)")
	f.BoolVar(&p.given.NoPrefix, "no-prefix", false, "no such segment: any user of this machine can use the proxy then")
	f.StringArrayVar(&p.given.Origins, "allow-origin", nil, "`ORIGIN` whose pages may use the proxy, such as http://localhost:5173; repeatable")
	f.BoolVar(&p.log, "log", false, "write a line for each request on stderr: method, path, status, time")
	a.addRequestFlags(cmd, &p.request)
	a.completeProfiles(cmd, 1)
	return cmd
}

// run listens first: nobody is to log in for a port that cannot be had. The first token is obtained with the person, who
// is asked again only for what the upstream demands beyond it.
func (p *proxyRun) run(cmd *cobra.Command, name string, o proxy.Options) error {
	ctx := cmd.Context()
	s, err := p.open(cmd, name)
	if err != nil {
		return err
	}
	if why := s.Refuses(o.Upstream); why != "" {
		return hint.With(
			hint.Usagef("--upstream: %s", why),
			"add it to api_hosts in the profile, if the token is meant for it",
		)
	}
	listener, err := p.startListening(cmd)
	if err != nil {
		return err
	}
	defer listener.Close()
	if o.TLS, err = s.TLS(ctx); err != nil {
		return err
	}
	if o.Set, _, err = s.AccessToken(ctx, p.request); err != nil {
		return err
	}
	s.ServeUnattended(ctx, o.Set)
	o.Token = func(ctx context.Context, want proxy.Want) (token.Set, error) {
		set, _, err := s.AccessToken(ctx, tokensource.Request{MinTTL: want.MinTTL, Refused: want.Refused})
		return set, err
	}
	o.Answer, o.ErrAccepted, o.ErrNobody = s.Challenged, session.ErrAccepted, tokensource.ErrInteractionRequired
	o.Advise = func(err error) string { return p.advise(s, err) }
	o.Warn = func(text string) { p.Warn("%s", text) }
	if p.log {
		o.Log = func(e proxy.Entry) { p.Note("%s", e) }
	}
	o.Provers, o.Hosts, o.MinTTL, o.Now = s.Provers(ctx), listener.Hosts, p.request.MinTTL, p.now
	if _, err := fmt.Fprintln(p.stdout, listener.URL(o.Prefix)); err != nil {
		return err
	}
	return proxy.New(ctx, o).Serve(ctx, listener) // Ctrl-C is how this command is meant to end
}

func (p *proxyRun) startListening(cmd *cobra.Command) (*proxy.Listener, error) {
	if p.given.Socket != "" {
		return proxy.ListenSocket(cmd.Context(), p.given.Socket)
	}
	listener, err := proxy.Listen(cmd.Context(), p.given.Listen)
	if err != nil {
		return nil, hint.With(fmt.Errorf("start proxy: %w", err), "let it take any free port: --listen "+proxy.AnyPort)
	}
	return listener, nil
}

// advise says in a few lines why there is no token, and what to do.
func (p *proxyRun) advise(s *session.Session, err error) string {
	_, hints := p.remedyOf(err, "oauthget proxy")
	if errors.Is(err, tokensource.ErrInteractionRequired) && !errors.As(err, new(*session.DemandError)) {
		hints = []string{"run " + s.Command("login")}
		if s.Profile.Store == config.StoreNone || s.Profile.Name == "" {
			hints = []string{"end oauthget proxy, and start it again"}
		}
	}
	return strings.Join(append([]string{err.Error()}, hints...), "\n")
}
