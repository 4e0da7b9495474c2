package credential

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// CargoFlag is what cargo gives a credential provider, and nothing else: the arguments of the configuration are in the request.
const CargoFlag = "--cargo-plugin"

// errElsewhere has cargo ask its next provider.
var errElsewhere = errors.New("the registry is not one of the profile's")

// cargo is the protocol of cargo's credential providers, version 1.
func cargo() Protocol {
	return Protocol{
		Name:  "cargo",
		Short: "Act as a credential provider of cargo",
		Long: `Speak the protocol of cargo's credential providers (version 1), which cargo 1.74 and later runs as the example shows.

The registry gets the token as it is, as cargo's own tokens are sent, or after Bearer with --bearer. A registry that is not in
api_hosts is left to cargo's next provider. Without api_hosts only the profile's own servers are answered. cargo login and cargo
logout do as oauthget login and oauthget logout. cargo does not say when a registry has refused the token: oauthget token --force
gets another.`,
		Example: `  # ~/.cargo/config.toml
  # [registries.work]
  # index = "sparse+https://registry.example.com/index/"
  # credential-provider = ["oauthget", "credential", "cargo", "work", "--bearer"]
  cargo fetch`,
		BearerFlag: "send the token after Bearer, as some registries want it",
		Ask:        askCargo,
		Elsewhere:  errElsewhere,
		Failure:    cargoFailure,
		Answered:   true,
	}
}

// IsCargo reports whether cargo runs the program: with its flag alone, or with it behind the command that a script runs.
func IsCargo(args []string) bool {
	last := len(args) - 1
	return last == 0 && args[0] == CargoFlag ||
		last > 1 && args[last] == CargoFlag && slices.Equal(args[:2], cargoCommand)
}

// CargoArgs says hello to cargo, and reads its request. It returns the command line, which is in the request unless a script has
// it, and the request as the standard input of that command, which finds what is wrong with it.
func CargoArgs(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) ([]string, io.Reader) {
	_, _ = io.WriteString(stdout, `{"v":[1]}`+"\n")       // the answer cannot be written either then
	line, _ := bounded.Call(ctx, func() (string, error) { // cargo leaves the pipe open
		return bufio.NewReader(io.LimitReader(stdin, maxRequest)).ReadString('\n')
	})
	if len(args) == 1 {
		request, _ := parseCargo([]byte(line))
		args = request.Args
	}
	if len(args) >= len(cargoCommand) && slices.Equal(args[:len(cargoCommand)], cargoCommand) {
		args = args[len(cargoCommand):]
	}
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == CargoFlag })
	return slices.Concat(cargoCommand, args), strings.NewReader(line)
}

var cargoCommand = []string{"credential", "cargo"}

// cargoRequest is a request of cargo. It has more members, among them a token that cargo login may be given.
type cargoRequest struct {
	V        int `json:"v"`
	Registry struct {
		IndexURL string `json:"index-url"`
	} `json:"registry"`
	Kind      string          `json:"kind"`
	Operation string          `json:"operation"`
	Token     json.RawMessage `json:"token"`
	Args      []string        `json:"args"`
}

func parseCargo(data []byte) (r cargoRequest, err error) {
	if err := json.Unmarshal(data, &r); err != nil {
		return r, errors.New("read cargo's request: it is not the JSON of one") // err may quote the token
	}
	if r.V != 1 {
		return r, fmt.Errorf("read cargo's request: its version is %d, and 1 is supported", r.V)
	}
	return r, nil
}

func askCargo(ctx context.Context, in Input) (Question, error) {
	data, err := bounded.ReadContext(ctx, in.Stdin, maxRequest)
	if err != nil {
		return Question{}, fmt.Errorf("read cargo's request: %w", err)
	}
	request, err := parseCargo(data)
	if err != nil {
		return Question{}, err
	}
	q := Question{}
	// A registry may be a git repository, whose index cargo asks git's own helpers for.
	u, err := url.Parse(strings.TrimPrefix(strings.TrimPrefix(request.Registry.IndexURL, "sparse+"), "registry+"))
	if err != nil || u.Hostname() == "" || u.User != nil {
		return q, errors.New("read cargo's request: its index-url is not the URL of a server")
	}
	q.Server = &url.URL{Scheme: u.Scheme, Host: u.Host}
	switch request.Kind {
	case "get":
		q.Render = func(set token.Set, _ []string) (string, error) { return cargoAnswer(set, in.Bearer) }
		return q, nil
	case "login", "logout":
		if len(request.Token) > 0 && string(request.Token) != "null" {
			return q, errors.New("cargo login takes no token here: run it without one, and log in in the browser")
		}
		q.Wish = map[string]Wish{"login": Login, "logout": Logout}[request.Kind]
		q.Render = func(token.Set, []string) (string, error) {
			return fmt.Sprintf("{\"Ok\":{\"kind\":%q}}\n", request.Kind), nil
		}
		return q, nil
	}
	return q, &unsupportedError{request.Kind}
}

// unsupportedError is about a request that this version does not know.
type unsupportedError struct{ kind string }

func (e *unsupportedError) Error() string {
	return fmt.Sprintf("read cargo's request: its kind is %.50q", e.kind)
}

func cargoAnswer(set token.Set, bearer bool) (string, error) {
	type answer struct {
		Kind        string `json:"kind"`
		Token       string `json:"token"`
		Cache       string `json:"cache"`
		Expiration  int64  `json:"expiration,omitempty"`
		Independent bool   `json:"operation_independent"`
	}
	a := answer{Kind: "get", Token: set.AccessToken.Reveal(), Cache: "session", Independent: true}
	if bearer {
		a.Token = set.Type() + " " + a.Token
	}
	if !set.Expiry.IsZero() {
		a.Cache, a.Expiration = "expires", set.Expiry.Unix()
	}
	data, err := json.Marshal(map[string]answer{"Ok": a})
	return string(data) + "\n", err
}

// cargoFailure returns the answer to a failure. cargo shows the message and what follows it as causes.
func cargoFailure(err error, hints []string) string {
	type failure struct {
		Kind    string   `json:"kind"`
		Message string   `json:"message,omitempty"`
		Causes  []string `json:"caused-by,omitempty"`
	}
	f := failure{Kind: "other", Message: untrusted.Line(err.Error())}
	for _, hint := range hints {
		f.Causes = append(f.Causes, untrusted.Line(hint))
	}
	switch {
	case errors.Is(err, errElsewhere):
		f = failure{Kind: "url-not-supported"}
	case errors.As(err, new(*unsupportedError)):
		f = failure{Kind: "operation-not-supported"}
	}
	data, _ := json.Marshal(map[string]failure{"Err": f}) // texts can be marshalled
	return string(data) + "\n"
}
