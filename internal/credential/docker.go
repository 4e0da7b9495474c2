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
	"github.com/oauthget/oauthget/internal/token"
)

const maxDockerServer = 64 << 10 // bytes

// Docker recognizes these errors by their texts on stdout. After ErrNotFound it goes on without credentials. ErrNoServer is for
// a request that names no server.
var (
	ErrNotFound = errors.New("credentials not found in native keychain")
	ErrNoServer = errors.New("no credentials server URL")
)

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
