package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

const maxDockerServer = 64 << 10 // bytes

// Docker recognizes these errors by their texts on stdout. After ErrNotFound it goes on without credentials. ErrNoServer is for
// a request that names no server.
var (
	ErrNotFound = errors.New("credentials not found in native keychain")
	ErrNoServer = errors.New("no credentials server URL")
)

// docker is the protocol of docker's credential helpers.
func docker() Protocol {
	return Protocol{
		Name:  "docker",
		Short: "Act as a docker credential helper",
		Long: `Speak the protocol of docker's credential helpers. docker runs a program named docker-credential-SUFFIX, which can be the
script in the example; ~/.docker/config.json names the registry.

get prints the token as the secret of --username, and list prints the api_hosts. store and erase do nothing: use oauthget
logout to remove a token. Because docker reads stdout only, failures are printed there too. Set api_hosts to the registry:
without it only the profile's own servers are answered, as docker asks a credsStore about every registry.`,
		Example: `  printf '#!/bin/sh\nexec oauthget credential docker work "$@"\n' >~/bin/docker-credential-work
  chmod +x ~/bin/docker-credential-work
  # ~/.docker/config.json: { "credHelpers": { "registry.example.com": "work" } }`,
		Actions:   []string{"get", "store", "erase", "list"},
		UserFlag:  "user name beside the token",
		User:      "oauth2accesstoken",
		Ask:       askDocker,
		Elsewhere: ErrNotFound,
		Failure:   func(err error, _ []string) string { return untrusted.Line(DockerError(err)) + "\n" },
	}
}

func askDocker(ctx context.Context, in Input) (Question, error) {
	switch in.Appended {
	case "get":
		server, u, err := ParseDocker(ctx, in.Stdin)
		return Question{Server: u, Render: func(set token.Set, _ []string) (string, error) {
			return DockerAnswer(server, in.Username, set.AccessToken)
		}}, err
	case "list":
		return Question{Wish: List, Render: func(_ token.Set, hosts []string) (string, error) { return DockerList(hosts, in.Username) }}, nil
	case "store", "erase":
		// docker says erase at docker logout, which revokes no token, and not where a registry has refused one.
		_, err := bounded.ReadContext(ctx, in.Stdin, maxRequest)
		return Question{Wish: Nothing}, err
	}
	return Question{}, hint.Usagef("docker's actions are get, store, erase and list, not %q", in.Appended)
}

// DockerError returns the text that docker reads for an error.
func DockerError(err error) string {
	if _, refused := errors.AsType[*RefusedError](err); refused {
		return ErrNotFound.Error()
	}
	for _, known := range []error{ErrNotFound, ErrNoServer} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// ParseDocker reads the server that docker asks for: a URL, or a host alone.
func ParseDocker(ctx context.Context, r io.Reader) (server string, u *url.URL, err error) {
	data, err := bounded.ReadContext(ctx, r, maxDockerServer)
	server = strings.TrimSpace(string(data))
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("read docker's request: %w", err)
	case server == "":
		return "", nil, ErrNoServer
	}
	text := server
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err = url.Parse(text)
	if err != nil || u.User != nil || u.Hostname() == "" || strings.ContainsFunc(server, isControl) {
		return "", nil, errors.New("read docker's request: it names no server")
	}
	return server, u, nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// DockerAnswer returns the answer to docker.
func DockerAnswer(server, username string, bearer token.Secret) (string, error) {
	data, err := json.Marshal(struct{ ServerURL, Username, Secret string }{server, username, bearer.Reveal()})
	return string(data) + "\n", err
}

// DockerList returns the answer to `list`: the servers that have credentials, each with its user name.
func DockerList(servers []string, username string) (string, error) {
	list := map[string]string{}
	for _, s := range servers {
		list[s] = username
	}
	data, err := json.Marshal(list)
	return string(data) + "\n", err
}
