package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oauthget/oauthget/internal/advice"
	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/idtoken"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// The exit statuses. Scripts rely on them; docs/exit-status.md tells them to users.
const (
	statusFailure     = 1
	statusUsage       = 2
	statusConfig      = 3
	statusInteraction = 4
	statusDenied      = 5
	statusServer      = 6
	statusNetwork     = 7
	statusStore       = 8
	statusTimeout     = 124 // as timeout(1)
	statusNotRunnable = 126 // as a shell says it of a program that is there and cannot be run
	statusNotFound    = 127 // and of one that is not there
	statusInterrupted = 130 // 128 + SIGINT, as a shell says it
)

// usageError is a command line that cannot be understood.
type usageError struct {
	err     error
	command string // the command path, for the hint
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// failure is what an error comes to: a status, and at most two things to do.
type failure struct {
	status int
	hints  []string
}

// explain is the only place that turns a failure into a status and words of advice.
func explain(err error) failure {
	f := classify(err)
	if h, ok := errors.AsType[*hint.Error](err); ok {
		f.hints = append(h.Hints, f.hints...)
	}
	if len(f.hints) == 0 {
		f.hints = []string{fallbackHint(f.status)}
	}
	return f
}

// fallbackHint is a thing to do where the error itself suggests none.
func fallbackHint(status int) string {
	switch status {
	case statusUsage, statusConfig:
		return "see what each key and flag takes: oauthget token --help"
	case statusInteraction:
		return "run the command without --no-input, where a person can act"
	}
	return "run the command again with -v to see each step"
}

func classify(err error) failure {
	if e, ok := errors.AsType[*usageError](err); ok {
		return failure{statusUsage, []string{"run " + e.command + " --help"}}
	}
	switch {
	case errors.Is(err, errInterrupted):
		return failure{statusInterrupted, []string{"run the command again to start over; what is stored has been kept"}}
	case errors.Is(err, flow.ErrPatience), errors.Is(err, errUnwritten):
		return failure{statusTimeout, []string{"give more time to act with --timeout 15m"}}
	case errors.Is(err, flow.ErrCodeExpired):
		return failure{statusTimeout, []string{"run the command again for another code"}}
	case errors.Is(err, tokensource.ErrInteractionRequired):
		return failure{statusInteraction, nil}
	case errors.Is(err, errBound):
		return failure{statusFailure, []string{
			"the protocol cannot bear a proof: use a profile without dpop and security_profile, whose tokens are of the type Bearer",
			"or make the requests with oauthget curl or through oauthget proxy, which sign each",
		}}
	case errors.Is(err, output.ErrNoAccessToken):
		return failure{statusFailure, []string{"for what was issued, as it is: oauthget token -o token, or -o json"}}
	case errors.Is(err, output.ErrNotBound):
		return failure{statusFailure, []string{"with dpop_allow_bearer = true the server may send such a token, which -o header is for"}}
	case errors.Is(err, dpop.ErrKeyLost):
		return failure{statusFailure, []string{"log in again, which makes a new key: oauthget login"}}
	}
	for _, classify := range []func(error) (failure, bool){fromStore, fromConfig, fromCredentials, fromUntrusted, fromServer, fromListener, fromChild, fromSocket, fromNetwork} {
		if f, ok := classify(err); ok {
			return f
		}
	}
	return failure{status: statusFailure}
}

func fromConfig(err error) (failure, bool) {
	if _, ok := errors.AsType[*discovery.IssuerError](err); ok {
		return failure{statusConfig, []string{"an issuer is an https URL, without query and fragment, and not the URL of its metadata"}}, true
	}
	e, ok := errors.AsType[*config.Error](err)
	if !ok {
		return failure{}, false
	}
	f := failure{status: statusConfig}
	if strings.HasPrefix(e.Source, "flag ") {
		f.status = statusUsage
	}
	if hint := e.Hint(); hint != "" {
		f.hints = append(f.hints, hint)
	}
	return f, true
}

func fromStore(err error) (failure, bool) {
	e, ok := errors.AsType[*store.Error](err)
	if !ok {
		return failure{}, false
	}
	return failure{statusStore, storeHints(e)}, true
}

func storeHints(e *store.Error) []string {
	const none = "use --store none to obtain a token without keeping it"
	if hints := fileStoreHints(e); hints != nil {
		return hints
	}
	switch e.Reason {
	case store.Locked:
		return []string{"unlock the login keyring, by logging in to the desktop or in its password manager, and run the command again", none}
	case store.NoBus:
		return []string{"run the command under a session bus that has a keyring: dbus-run-session -- sh", none}
	case store.NoService, store.NoCollection:
		return []string{"start a Secret Service with a default keyring, such as gnome-keyring-daemon --unlock", none}
	case store.TimedOut:
		return []string{"see whether the keyring asks for something in a window, or restart it", none}
	case store.StateDirBad:
		return []string{"see that the state directory is yours, has mode 0700 and lies on a disk with free space", none}
	case store.Busy:
		return []string{"see what that process does: it may wait for a login in a browser; end it, or wait longer with --timeout"}
	case store.Unreadable:
		return []string{"remove what is stored with oauthget logout, and log in again"}
	}
	return []string{none}
}

func fromUntrusted(err error) (failure, bool) {
	if e, ok := errors.AsType[*discovery.NotFoundError](err); ok {
		return failure{statusServer, []string{
			"check the issuer: " + e.Issuer,
			"where the server publishes no metadata, set authorization_endpoint and token_endpoint instead of issuer",
		}}, true
	}
	if e, ok := errors.AsType[*discovery.IssuerMismatchError](err); ok {
		return failure{statusServer, []string{"if that is the server you mean, set issuer = " + untrusted.Quote(e.Got)}}, true
	}
	if errors.Is(err, flow.ErrBearer) {
		return failure{statusServer, []string{
			"have the server bind tokens for this client, or set dpop_allow_bearer = true to take what it sends",
		}}, true
	}
	if _, ok := errors.AsType[*flow.ServerLacksError](err); ok {
		return failure{statusServer, []string{
			"ask those who run the server for it, or remove security_profile from the profile, which demands it",
		}}, true
	}
	if hints := idTokenHints(err); hints != nil {
		return failure{statusServer, hints}, true
	}
	if _, ok := errors.AsType[*untrusted.Error](err); ok {
		return failure{statusServer, []string{"run the command again with --trace to see what the server sent"}}, true
	}
	return failure{}, false
}

// idTokenHints is what can be done about an ID Token that is not believed; nil where there is nothing of the kind.
func idTokenHints(err error) []string {
	if e, ok := errors.AsType[*idtoken.SymmetricError](err); ok {
		return []string{"if the client has a secret and is registered for it, set id_token_signed_response_alg = " + strconv.Quote(e.Algorithm)}
	}
	if _, ok := errors.AsType[*idtoken.StaleError](err); ok {
		return []string{"have the server ask the person again: --prompt login"}
	}
	if _, ok := errors.AsType[*idtoken.ClockError](err); ok {
		return []string{"compare this computer's clock with the server's: oauthget doctor tells how far they are apart"}
	}
	return nil
}

func fromServer(err error) (failure, bool) {
	e, ok := errors.AsType[*flow.ServerError](err)
	switch {
	case !ok:
		return failure{}, false
	case flow.Denied(err):
		return failure{statusDenied, serverHints(err, e)}, true
	}
	return failure{statusServer, serverHints(err, e)}, true
}

// serverHints is the advice where no profile is known, or none is there.
func serverHints(err error, e *flow.ServerError) []string {
	if _, ok := errors.AsType[*hint.Error](err); ok {
		return nil
	}
	if found, ok := advice.For(e.Grant, e.Code, e.Description); ok {
		return append([]string{fill(found.Text, map[string]string{"grant": e.Grant})}, pushHint(e)...)
	}
	if hints := pushHint(e); hints != nil {
		return hints
	}
	if e.Code == "" {
		return []string{"try again later; what is stored has been kept"}
	}
	return []string{"run the command again with --trace to see the exchange"}
}

// pushHint is the way around an endpoint for pushed requests that is out of order.
func pushHint(e *flow.ServerError) []string {
	// These say that the endpoint may not be for this client.
	if e.Op != flow.OpPush || !slices.Contains([]string{"", "invalid_request", "invalid_client", "unauthorized_client"}, e.Code) {
		return nil
	}
	return []string{"or send the request through the browser: set require_pushed_authorization_requests = false"}
}

// fromListener is about ports of this machine, which is nobody's network.
func fromListener(err error) (failure, bool) {
	if _, ok := errors.AsType[*loopback.PortError](err); ok {
		return failure{statusFailure, []string{"end the program that has the port, or give others in redirect_ports"}}, true
	}
	e, ok := errors.AsType[*net.OpError](err)
	return failure{status: statusFailure}, ok && e.Op == "listen"
}

// fromChild is about a program that exec or curl could not run. Its errors are the system's, which look like a network's.
func fromChild(err error) (failure, bool) {
	e, ok := errors.AsType[*child.Error](err)
	switch {
	case !ok:
		return failure{}, false
	case e.NotFound():
		return failure{statusNotFound, []string{"install " + untrusted.Quote(e.Program) + ", or see that its folder is on PATH"}}, true
	}
	return failure{statusNotRunnable, []string{"see that the file is a program for this system, and may be run"}}, true
}

func fromNetwork(err error) (failure, bool) {
	// Not net.Error: every syscall.Errno is one, a full disk's as well.
	_, isURL := errors.AsType[*url.Error](err)
	_, isOp := errors.AsType[*net.OpError](err)
	_, isTold := errors.AsType[*untrusted.NetworkError](err)
	if !isURL && !isOp && !isTold && !errors.Is(err, context.DeadlineExceeded) {
		return failure{}, false
	}
	return failure{statusNetwork, []string{networkHint(err)}}, true
}
