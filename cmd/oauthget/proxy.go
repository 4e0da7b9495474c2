package main

import (
	"crypto/rand"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/proxy"
	"github.com/oauthget/oauthget/internal/tokensource"
)

const proxyLong = `Run a reverse proxy on this machine that passes requests on to --upstream with the access token of a profile, until Ctrl-C.

Its address is printed on stdout. The token is obtained as oauthget token does, and replaced before it expires and once
where the upstream refuses it; nobody is asked while the proxy runs. A token that is bound to a key (DPoP) goes with a proof
for each request.

Whoever knows the address can use the API as you: it is on loopback, has a random path unless --prefix or --no-prefix says
otherwise, and pages of other origins are refused but those of --allow-origin. With --unix it is a socket for you alone.
docs/integrations.md has the rules.`

const proxyExample = `  oauthget proxy work --upstream https://api.example.com
  oauthget proxy work --upstream https://api.example.com/v2 --listen 127.0.0.1:8080 --prefix api
  oauthget proxy work --upstream https://api.example.com --allow-origin http://localhost:5173 --log
  oauthget proxy work --upstream https://api.example.com --unix ~/.cache/api/socket`

// proxyRun is one run of the command.
type proxyRun struct {
	*app
	request  tokensource.Request
	upstream string
	listen   string
	socket   string
	prefix   string
	noPrefix bool
	origins  []string
	log      bool

	target *url.URL // upstream
}

// proxyAddress is any free port of this machine.
const proxyAddress = "127.0.0.1:0"

func (a *app) proxyCommand() *cobra.Command {
	p := proxyRun{app: a}
	cmd := &cobra.Command{
		Use:     "proxy [NAME] --upstream URL",
		Short:   "Run a reverse proxy on this machine that adds the token",
		Long:    proxyLong,
		Example: proxyExample,
		Args:    atMostOneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.check(cmd); err != nil {
				return err
			}
			return p.run(cmd, nameOf(args))
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.upstream, "upstream", "", "`URL` of the API: https, or http of this machine")
	f.StringVar(&p.listen, "listen", proxyAddress, "loopback `ADDRESS` to listen on; the port 0 is any free one")
	f.StringVar(&p.socket, "unix", "", "Unix `SOCKET` to listen on instead, in a folder of yours alone")
	f.StringVar(&p.prefix, "prefix", "", "first `SEGMENT` of every path (default: a random one; with --unix none)")
	f.BoolVar(&p.noPrefix, "no-prefix", false, "no such segment: any user of this machine can use the proxy then")
	f.StringArrayVar(&p.origins, "allow-origin", nil, "`ORIGIN` whose pages may use the proxy, such as http://localhost:5173; repeatable")
	f.BoolVar(&p.log, "log", false, "write a line for each request on stderr: method, path, status, time")
	addRequestFlags(cmd, &p.request)
	a.completeProfiles(cmd, 1)
	return cmd
}

// isSegment reports whether s can be the first segment of a path: no dot first, which would make . and .. of it.
func isSegment(s string) bool { return consists(s, "-._~") && s[0] != '.' && len(s) <= 128 }

// check finds what is wrong with the flags, and makes them what they stand for.
func (p *proxyRun) check(cmd *cobra.Command) error {
	wrong := func(format string, args ...any) error {
		return hint.Usagef(format, args...)
	}
	if p.upstream == "" {
		return wrong("--upstream is missing: the URL of the API")
	}
	var err error
	if p.target, err = url.Parse(p.upstream); err != nil {
		return wrong("--upstream is no URL") // err would quote it
	}
	if err := proxy.CheckUpstream(p.target); err != nil {
		return wrong("--upstream: %w", err)
	}
	if err := proxy.CheckListen(p.listen); err != nil {
		return wrong("--listen %s: %w", p.listen, err)
	}
	for i, origin := range p.origins {
		if p.origins[i], err = proxy.ParseOrigin(origin); err != nil {
			return wrong("--allow-origin: %w", err)
		}
	}
	switch {
	case p.prefix != "" && p.noPrefix:
		return wrong("--prefix and --no-prefix exclude each other")
	case cmd.Flags().Changed("listen") && p.socket != "":
		return wrong("--listen and --unix exclude each other")
	case cmd.Flags().Changed("unix") && p.socket == "":
		return wrong("--unix takes the path of a socket")
	case cmd.Flags().Changed("prefix") && !isSegment(p.prefix):
		return wrong("--prefix takes letters, digits and - . _ ~, and no slash")
	case p.prefix == "" && !p.noPrefix && p.socket == "":
		p.prefix = rand.Text() // 130 bits
	}
	return checkRequest(cmd, p.request)
}

// run listens first: nobody is to log in for a port that cannot be had.
func (p *proxyRun) run(cmd *cobra.Command, name string) error {
	s, err := p.open(cmd, name)
	if err != nil {
		return err
	}
	if !s.Profile.MaySend(p.target) {
		return hint.With(
			hint.Usagef("--upstream: %s is not among the api_hosts of the profile", p.target.Host),
			"add it to api_hosts in the profile, if the token is meant for it",
		)
	}
	ctx := cmd.Context()
	listener, err := p.startListening(cmd)
	if err != nil {
		return err
	}
	defer listener.Close()
	options, err := (&proxyTokens{p.app, s}).proxyOptions(ctx, p.request)
	if err != nil {
		return err
	}
	options.Upstream, options.Prefix, options.Hosts, options.Origins = p.target, p.prefix, listener.Hosts, p.origins
	if p.log {
		options.Log = p.show
	}
	if _, err := fmt.Fprintln(p.stdout, listener.URL(p.prefix)); err != nil {
		return err
	}
	return proxy.New(ctx, options).Serve(ctx, listener) // Ctrl-C is how this command is meant to end
}

func (p *proxyRun) startListening(cmd *cobra.Command) (*proxy.Listener, error) {
	if p.socket != "" {
		return proxy.ListenSocket(cmd.Context(), p.socket)
	}
	listener, err := proxy.Listen(cmd.Context(), p.listen)
	if err != nil {
		return nil, hint.With(fmt.Errorf("start proxy: %w", err), "let it take any free port: --listen "+proxyAddress)
	}
	return listener, nil
}

// show is a line of --log.
func (p *proxyRun) show(e proxy.Entry) {
	line := fmt.Sprintf("%s %s %d %.1fms", e.Method, e.Path, e.Status, float64(e.Duration.Microseconds())/1000)
	if e.Trouble != "" {
		line += " (" + e.Trouble + ")"
	}
	p.Note("%s", line)
}
