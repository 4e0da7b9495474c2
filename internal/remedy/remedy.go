// Package remedy says what an error comes to: the exit status of the program, and hints about what a person can do.
//
// Other packages return errors by which a case can be told, and wrap them in a [session.Error] so that the hints can name the
// profile's values. Hints are worded here, with two exceptions. A [config.Error] carries the advice of the rule that a profile
// breaks, and a [hint.Error] what only the place of the error knows, such as a flag of one command. What package doctor says
// about findings that are no errors stands beside them.
package remedy

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/clientauth"
	"github.com/oauthget/oauthget/internal/confidential"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/loopback"
	"github.com/oauthget/oauthget/internal/output"
	"github.com/oauthget/oauthget/internal/registration"
	"github.com/oauthget/oauthget/internal/secretsource"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/signing"
	"github.com/oauthget/oauthget/internal/socket"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// The exit statuses. Scripts rely on them; docs/reference.md tells users what they mean.
const (
	StatusFailure     = 1
	StatusUsage       = 2
	StatusConfig      = 3
	StatusInteraction = 4
	StatusDenied      = 5
	StatusServer      = 6
	StatusNetwork     = 7
	StatusStore       = 8
	StatusTimeout     = 124 // as timeout(1)
	StatusNotRunnable = 126 // as a shell has it for a program that exists and cannot be run
	StatusNotFound    = 127 // and for one that does not exist
	StatusInterrupted = 130 // 128 + SIGINT, as a shell has it
)

// Interrupted is the cause of a context that a signal has ended.
type Interrupted struct{ Signal os.Signal }

func (*Interrupted) Error() string { return "interrupted" }

// stdout is the name that package os gives to it.
const stdout = "/dev/stdout"

// maxHints is how many hints a person is shown.
const maxHints = 2

// Command is the command that failed.
type Command struct {
	Path       string    // as in "oauthget token"
	ConfigFile string    // --config; empty if it was not given
	GOOS       string    // the system it runs on
	Now        time.Time // by this computer's clock
}

// Of returns the exit status for err, and one or two hints, the most useful first.
func Of(err error, command Command) (status int, hints []string) {
	f := failure{err: err, Command: command}
	for inner, ok := errors.AsType[*session.Error](err); ok; inner, ok = errors.AsType[*session.Error](inner.Err) {
		f.profile, f.origins, f.words, f.accounts = inner.Profile, inner.Origins, inner.Words, inner.Accounts // the innermost: it failed, and the others needed its token
	}
	status, hints = f.classify()
	if f.inHelper() && status != StatusTimeout && errors.As(err, new(*tokensource.LoginError)) {
		hints = slices.Concat(f.interactionHints(), hints) // the helper does not repeat the login for a while
	}
	if e, ok := errors.AsType[*hint.Error](err); ok {
		hints = slices.Concat(e.Hints, hints)
	}
	if len(hints) == 0 {
		hints = []string{fallback(status)}
	}
	hints = slices.Compact(hints) // the place of the error may have had the same one
	return status, hints[:min(len(hints), maxHints)]
}

// failure is an error, and what the hints about it may say.
type failure struct {
	err     error
	profile config.Profile // empty where the error is not about one
	origins config.Origins
	words   []string // what follows a command's name to mean the same token
	// accounts are other accounts of the profile that have tokens.
	accounts []string
	Command
}

// classify is the list of all cases. The first that fits counts.
func (f failure) classify() (status int, hints []string) {
	is := func(target error) bool { return errors.Is(f.err, target) }
	as := func(target any) bool { return errors.As(f.err, target) }
	say := func(status int, hints ...string) (int, []string) { return status, hints }
	var (
		storeErr   *store.Error
		configErr  *config.Error
		secretErr  *clientauth.SecretError
		keyErr     *signing.KeyError
		serverErr  *flow.ServerError
		networkErr *net.OpError
		proxyErr   *confidential.ProxyError
		childErr   *child.Error
		fileErr    *fs.PathError
		refused    *credential.RefusedError

		identityErr  *secretsource.IdentityTokenError
		agentFailure *agent.Failure
		agentErr     *agent.Error

		demand          *session.DemandError
		openAPI         *session.OpenAPIError
		unconfirmed     *session.UnconfirmedError
		registrationErr *registration.RefusedError
	)
	switch {
	case as(new(*hint.UsageError)) && as(new(*hint.Error)):
		return say(StatusUsage) // it says what is wrong with the command line
	case as(new(*hint.UsageError)):
		return say(StatusUsage, "run "+f.Path+" --help")
	case as(new(*Interrupted)) && f.Path == "oauthget setup":
		return say(StatusInterrupted, "run the command again to start over; nothing of this run has been kept")
	case as(new(*Interrupted)):
		return say(StatusInterrupted, "run the command again to start over; what is stored has been kept")

	// An agent has failed, or there is none.
	case as(&agentFailure):
		return f.agentStatus(agentFailure), agentHints(agentFailure)
	case as(&agentErr):
		return f.agentTrouble(agentErr)
	case is(session.ErrAtAgent):
		return say(StatusInteraction, "where the agent runs: "+f.command("login")+" --scope SCOPE", "make that scope one of the profile's there")

	// Nobody acted.
	case f.inHelper() && (is(flow.ErrPatience) || is(flow.ErrCodeExpired)):
		return StatusTimeout, slices.Concat(f.interactionHints(), f.unansweredHints())
	case is(flow.ErrPatience):
		return StatusTimeout, append(f.unansweredHints(), "give more time to act with --timeout 15m")
	case is(session.ErrUnwritten):
		return say(StatusTimeout, "start the program that writes to the pipe, or give it more time with --timeout 15m")
	case is(flow.ErrCodeExpired):
		return say(StatusTimeout, "run the command again for another code")
	case is(session.ErrNoBrowser) && !f.inHelper():
		return say(StatusInteraction, "add --no-browser, and open the address yourself")
	case as(&unconfirmed) && unconfirmed.NoInput && unconfirmed.Registration:
		return say(StatusInteraction, "to register it there, run the command again with --yes and without --no-input")
	case as(&unconfirmed) && unconfirmed.Registration:
		return say(StatusInteraction, "to register it there, run the command again with --yes")
	case as(&unconfirmed) && f.Path == "oauthget setup":
		return say(StatusInteraction, "to log in there, run the command again with --yes")
	case as(&unconfirmed):
		return say(StatusInteraction, "to log in there: "+f.command("login")+" --yes")
	case is(session.ErrNotRegistered):
		return say(StatusDenied, f.fill("register a client at the server with the redirect URI {redirect_uri}, and give its --client-id", nil))
	case is(session.ErrDeclined):
		return say(StatusDenied, "to use another server or client, give --issuer and --client-id, or name a profile")
	case as(&openAPI):
		return say(StatusServer, "call it without oauthget, or name a profile whose tokens it takes")
	case as(&registrationErr):
		return say(StatusServer, f.registerByHand())
	case as(&demand) && is(tokensource.ErrInteractionRequired):
		return StatusInteraction, f.demandHints(demand)
	case is(tokensource.ErrInteractionRequired):
		return StatusInteraction, f.interactionHints()

	// The token is not what is wanted.
	case as(new(*flow.OtherUserError)):
		return say(
			StatusFailure,
			"sign out of the server in the browser and try again, or accept: "+f.command("login")+" --as-other",
			"keep the tokens of both: "+f.commandForAccount("login", "NAME"),
		)
	case as(new(*session.MissingTokenError)):
		return say(StatusFailure, "ask for the scope that brings one (openid, offline_access), and log in again: "+f.command("login"))
	case is(dpop.ErrBound):
		return say(
			StatusFailure,
			"the protocol cannot carry a proof: use a profile without dpop and security_profile",
			"send the requests with oauthget curl or through oauthget proxy, which sign each one",
		)
	case is(token.ErrNoAccessToken):
		return say(StatusFailure, "print what was issued: "+f.command("token")+" -o json")
	case is(output.ErrNotBound):
		return say(StatusFailure, "dpop_allow_bearer = true accepts Bearer tokens: print this one with -o header")
	case is(token.ErrNoIDToken):
		return StatusFailure, f.noIDTokenHints()
	case is(dpop.ErrKeyLost):
		return say(StatusFailure, "log in again, which makes a new key: "+f.command("login"))

	case as(&storeErr):
		return StatusStore, f.storeHints(storeErr)

	// The profile is wrong, or does not fit the server.
	case as(new(*discovery.IssuerError)):
		return say(StatusConfig, "an issuer is an https URL, without query and fragment, and not the URL of its metadata")
	case as(&configErr):
		status = StatusConfig
		if strings.HasPrefix(configErr.Source, "flag ") && !configErr.Preset {
			status = StatusUsage
		}
		if is(store.ErrNotFound) {
			return status, []string{f.itemHint()}
		}
		return status, some(f.withFile(configErr.Hint()))
	case as(&proxyErr):
		return say(StatusConfig, "set "+proxyErr.Variable+" to http://HOST:PORT, or unset it")
	case as(new(*clientauth.MethodError)):
		return say(StatusConfig, "configure a method that the server supports, or set token_endpoint_auth_method to one that it accepts and does not list")
	case as(&identityErr):
		return f.identityTrouble(identityErr)
	case as(&secretErr) && secretErr.Algorithm == "":
		return say(StatusConfig, "set token_endpoint_auth_method to another method in the profile")
	case as(&secretErr):
		return say(StatusConfig, "have the server issue a longer client secret, or set token_endpoint_auth_method to another method")
	case as(&refused):
		return StatusConfig, some(f.hostHint(refused))
	case as(new(*signing.AlgorithmError)):
		return say(StatusConfig, "set client_key_file to a key of another type, and register it at the server")
	case as(&keyErr):
		return say(StatusConfig, cmp.Or(keyErr.Advice, "check that client_key_file names the private key, in PEM or JWK"))

	// What the server sent must not be trusted.
	case f.distrusted() != nil:
		return StatusServer, f.distrusted()

	// It answered with an error.
	case as(&serverErr) && flow.Denied(serverErr):
		return StatusDenied, f.serverHints(serverErr)
	case as(&serverErr):
		return StatusServer, f.serverHints(serverErr)

	// This computer. The system's errors look like a network's, so these come first.
	case as(new(*loopback.PortError)):
		return say(StatusFailure, "end the program that has the port, or give others in redirect_ports")
	case as(&networkErr) && networkErr.Op == "listen":
		return say(StatusFailure)
	case as(&fileErr) && fileErr.Path == stdout:
		return say(StatusFailure, "see where stdout leads: to a program that has ended, or to a disk that is full")
	case as(&childErr) && childErr.NotFound():
		return say(StatusNotFound, "install "+untrusted.Quote(childErr.Program)+", or check that its directory is in PATH")
	case as(&childErr):
		return say(StatusNotRunnable, "check that the file is a program for this system, and executable")
	case as(new(*socket.Error)):
		flag := "--unix"
		if f.Path == "oauthget agent" {
			flag = "--socket"
		}
		return say(StatusFailure, "give "+flag+" a path in a directory that is yours alone; a missing one is created")

	// Not net.Error: every syscall.Errno is one, also that of a full disk.
	case as(new(*url.Error)), as(&networkErr), as(new(*untrusted.NetworkError)), is(context.DeadlineExceeded):
		return say(StatusNetwork, networkHint(f.err))
	}
	return StatusFailure, nil
}

// inHelper reports whether another program runs the command: nobody can add a flag to it, or looks at what it shows.
func (f failure) inHelper() bool { return strings.HasPrefix(f.Path, "oauthget credential ") }

// fallback is the hint where the error suggests none.
func fallback(status int) string {
	switch status {
	case StatusUsage, StatusConfig:
		return "see the keys and flags: oauthget token --help"
	case StatusInteraction:
		return "run the command without --no-input, where a person can act"
	}
	return "run the command again with -v to see each step"
}

// some is a list of the hint, or empty where there is none.
func some(hint string) []string {
	if hint == "" {
		return nil
	}
	return []string{hint}
}
