//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// visit is how the person goes through a login.
type visit struct {
	delay time.Duration // spent in the browser
	http  *http.Client  // to the authorization server
	env   []string
}

// logIn runs a command that logs in, and opens the URL that it shows.
func logIn(ctx context.Context, args ...string) (time.Duration, error) {
	return visit{http: http.DefaultClient}.logIn(ctx, args...)
}

// logIn returns the time from the redirect to the end of the first line on stdout.
func (v visit) logIn(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, args[0], append(args[1:], "--no-browser")...)
	cmd.Env = append(os.Environ(), v.env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var said strings.Builder
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(io.TeeReader(stderr, &said))
		for lines.Scan() {
			if _, u, ok := strings.Cut(lines.Text(), "in your browser: "); ok {
				address <- u
			}
		}
		close(address)
	}()
	departed, err := v.follow(ctx, <-address)
	if err != nil {
		_ = cmd.Process.Kill()
		return 0, fmt.Errorf("%w\n%s", err, said.String())
	}
	_, err = bufio.NewReader(stdout).ReadString('\n')
	took := time.Since(departed)
	for range address { // until stderr has ended
	}
	if waitErr := cmd.Wait(); waitErr != nil || err != nil {
		return 0, fmt.Errorf("%s: %v, %v\n%s", strings.Join(args, " "), err, waitErr, said.String())
	}
	return took, nil
}

// follow opens the authorization URL and, after the delay, the redirect URI.
func (v visit) follow(ctx context.Context, address string) (departed time.Time, err error) {
	get := func(client *http.Client, u string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
		if err != nil {
			return nil, err
		}
		return client.Do(req)
	}
	stay := *v.http
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := get(&stay, address)
	if err != nil {
		return time.Time{}, err
	}
	_ = answer.Body.Close()
	redirect, err := answer.Location()
	if err != nil {
		return time.Time{}, err
	}
	time.Sleep(v.delay)
	departed = time.Now()
	go func() { // the page is answered once the token is there
		if page, err := get(http.DefaultClient, redirect.String()); err == nil {
			_ = page.Body.Close()
		}
	}()
	return departed, nil
}
