//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/token"
)

// clients is how many ask an agent at once over an expiry.
const clients = 1000

// agent measures a token that comes by the socket of an agent, beside one from the keychain.
func (b *bench) agent(ctx context.Context, w *world) (err error) {
	if _, err := logIn(ctx, strings.Fields(b.token(w, 1, "crowd"))...); err != nil {
		return err
	}
	socket, end, err := b.startAgent(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	asked := fmt.Sprintf("%s token small --agent %s", b.program("oauthget"), socket)
	out, err := output(ctx, strings.Fields(asked)...)
	if err != nil {
		return err
	}
	if len(out) < smallSet/2 {
		return fmt.Errorf("%s printed %d bytes", asked, len(out))
	}
	time.Sleep(fresh) // a token that was stored moments ago is loaded each time
	times, err := b.timed(ctx, command{"agent", asked}, command{"keychain", b.token(w, 1, "small")}, command{"gokeyring", b.gokeyring("small")})
	if err != nil {
		return err
	}
	b.report.ratio("token by the agent's socket, 1 KB", times["agent"], "one from the keychain", times["keychain"], 1)
	b.report.ratio("token by the agent's socket, 1 KB", times["agent"], "go-keyring's `Get` alone", times["gokeyring"], 0)
	return b.expiredClients(ctx, w, socket)
}

// startAgent starts an agent, and returns its socket.
func (b *bench) startAgent(ctx context.Context, w *world) (socket string, end func() error, err error) {
	cmd := exec.CommandContext(ctx, b.program("oauthget"), "agent", "--socket", filepath.Join(b.dir, "agent", "s"), "--config", w.config(1))
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	end = func() error { return errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()) }
	if err != nil {
		return "", nil, errors.Join(err, end())
	}
	return strings.TrimSpace(line), end, nil
}

// expiredClients measures clients that ask at once when the token has expired, each over a connection of its own.
func (b *bench) expiredClients(ctx context.Context, w *world, socket string) error {
	w.server.SetFaults(testas.Faults{TokenDelayMillis: int(tokenDelay.Milliseconds())})
	defer w.server.SetFaults(testas.Faults{})
	ttl := int64(minTTL / time.Second)
	request := agent.TokenRequest{Name: agent.Name{Name: "crowd"}, MinTTL: &ttl, NoInput: true}
	var times []time.Duration
	refreshes := 0
	for range min(b.rounds, 5) {
		time.Sleep(fresh + time.Second) // stored times are whole seconds
		before := w.server.Requests(demoas.EndpointToken)
		tokens, errs := make([]string, clients), make([]error, clients)
		var all sync.WaitGroup
		start := time.Now()
		for i := range clients {
			all.Go(func() {
				c := agent.NewClient(socket)
				defer c.Close()
				answer, err := c.Token(ctx, request, token.Secret{}, func(agent.Line) {})
				tokens[i], errs[i] = answer.AccessToken, err
			})
		}
		all.Wait()
		times = append(times, time.Since(start))
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if slices.Sort(tokens); tokens[0] == "" || tokens[0] != tokens[clients-1] {
			return errors.New("the clients of the agent have got different tokens")
		}
		refreshes = max(refreshes, w.server.Requests(demoas.EndpointToken)-before)
	}
	b.report.limit(fmt.Sprintf("%d clients of an agent over an expiry: refreshes", clients), float64(refreshes), "", 1)
	b.report.ratio(fmt.Sprintf("%d clients of an agent over an expiry", clients), median(times), "the endpoint's delay", tokenDelay, 0)
	return nil
}
