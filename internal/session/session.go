// Package session makes one profile ready to be used: its credentials, the client, what its grant presents, the store and
// its key, the browser, and the login itself.
//
// It is read from the top: [Open], and then Token, AccessToken, Fresh, Login or Client. It knows no command line: the outside
// world and what the command line says come in [Options], and what a person is told or asked goes through [Console].
package session

import (
	"io"
	"net/url"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/trace"
)

// Options are a session's outside world, and what the command line says for every profile.
type Options struct {
	Stdin     io.Reader // for a grant whose input is there
	Stderr    io.Writer // of programs that print secrets
	LookupEnv func(string) (string, bool)
	GOOS      string
	Now       func() time.Time
	UserAgent string
	Console   Console

	// Draft is in the place of the profile file while a profile is tried that is not written yet; may be nil.
	Draft *Draft

	ConfigFile string        // the profile file; empty for the default one
	Commands   []string      // names that a profile may not have
	OneOfMany  bool          // the command is about several profiles: variables that describe a client are for none of them
	Timeout    time.Duration // how long the user has to act
	NoInput    bool          // neither open a browser nor ask
	NoBrowser  bool
	Yes        bool // answers the question before the first login for an API

	Agent *agent.Client // asked for tokens in place of a store; may be nil

	Memory     *Memory     // for tokens that no store keeps; may be nil
	FileStores *FileStores // shared by the sessions of the command; may be nil

	// Renewing is called before a session refreshes or obtains a token, and may refuse that; may be nil. login reports that the user
	// has to log in.
	Renewing func(s *Session, login bool) error

	Trace    *trace.Writer // writes each exchange; may be nil
	Narrator Narrator      // may be nil
}

// Narrator tells a login step by step. Its methods may be called concurrently.
type Narrator interface {
	// Resource is called if the API publishes valid metadata, Registered if a client was registered.
	Resource()
	Registered()
	// Metadata receives the server's metadata, overridden by the profile's endpoints.
	Metadata(m discovery.Metadata)
	Exchange(e trace.Exchange)
	Event(e flow.Event)
}

func (o Options) getenv(name string) string {
	value, _ := o.LookupEnv(name)
	return value
}

// Session is one profile made ready to be used. Opening it touches neither the network nor the keychain.
type Session struct {
	Profile config.Profile
	Origins config.Origins
	Store   store.Store
	Key     string // under which the tokens are stored

	// Identify has a login ask the UserInfo endpoint who logged in, if no ID Token says.
	Identify bool
	// Posts reports that the token is for a POST: an API that answers no GET is asked by one.
	Posts bool
	// AsOther accepts a login as another user than the one whose tokens are stored.
	AsOther bool
	// WarnOfMixUp has a login warn if MixUp finds something.
	WarnOfMixUp bool
	// StopBeforeBrowser has a login by the authorization code grant end with ErrStopped once the request is made.
	StopBeforeBrowser bool

	options   Options
	console   Console      // that of options
	file      *config.File // that the profile is from; may be nil
	stateDir  string
	words     []string        // see Command
	ancestors []string        // the profiles whose grants present this one's token
	secretEnv func() []string // see secretEnvNames

	attended bool // see ServeUnattended

	api           *api                // nil unless the profile has the URL of one
	remote        *remote             // nil unless an agent is asked for tokens
	memory        *remembered         // nil unless that is the store
	registration  *token.Registration // the registered client in use; nil for the profile's own
	clients       store.Store         // where registered clients are kept; nil for Store
	registeredNow bool                // by this session
}

// Open resolves the profile called name, or the default one if name is empty, or that of the API if name is a URL. file may be
// nil.
func Open(o Options, file *config.File, name string, flags map[string][]string) (*Session, error) {
	if IsURL(name) {
		return openURL(o, file, name, flags)
	}
	profile, origins, err := o.resolve(file, name, flags)
	if err != nil {
		return nil, err
	}
	if profile.ReadsStdin() {
		profile.Store = config.StoreNone // standard input may hold another token next time
	}
	stateDir, err := store.StateDir(o.getenv, o.GOOS)
	s := newSession(o, file, profile, stateDir)
	if err != nil && profile.Store != config.StoreNone {
		s.Store = store.Missing{Named: profile.Store, Err: err}
	}
	s.Origins, s.Key, s.words = origins, storeKey(profile), o.wordsOf(profile.Name, flags)
	s.forAPI()
	s.remember()
	return s, nil
}

func (o Options) resolve(file *config.File, name string, flags map[string][]string) (config.Profile, config.Origins, error) {
	return config.Resolve(config.Input{
		File: file, Name: name, Flags: flags, LookupEnv: o.LookupEnv, Commands: o.Commands, OneOfMany: o.OneOfMany,
	})
}

// OfRecord returns a session for what a record is about: with its profile if that still has the same server and client,
// else with what the record itself says.
func OfRecord(o Options, file *config.File, r store.Record) *Session {
	// There is a record, so there is a state directory.
	stateDir, _ := store.StateDir(o.getenv, o.GOOS)
	p := config.Profile{Name: r.Profile, Issuer: r.Issuer, ClientID: r.ClientID}
	p.TokenEndpoint = r.TokenEndpoint
	var origins config.Origins
	if s, err := Open(o, file, r.Profile, nil); err == nil && s.Profile.Name == r.Profile && s.Profile.Issuer == r.Issuer &&
		s.Profile.TokenEndpoint == r.TokenEndpoint && s.Profile.ClientID == r.ClientID {
		p, origins = s.Profile, s.Origins
	}
	p.Store, p.Account = r.Store, r.Account
	s := newSession(o, file, p, stateDir)
	s.Origins, s.Key, s.words = origins, r.Key, o.wordsOf(r.Profile, accountFlag(r.Account))
	if u, err := url.Parse(r.API); err == nil && r.API != "" {
		s.api = &api{url: u, known: true}
		s.Profile.SendResource = true
		s.setResource(r.API)
	}
	return s
}

func newSession(o Options, file *config.File, p config.Profile, stateDir string) *Session {
	s := &Session{Profile: p, options: o, console: o.Console, file: file, stateDir: stateDir}
	s.Store = s.StoreNamed(p.Store)
	s.secretEnv = sync.OnceValue(s.secretEnvNames)
	return s
}

// Records returns the records of what is stored.
func (o Options) Records() (store.Records, error) {
	stateDir, err := store.StateDir(o.getenv, o.GOOS)
	return store.Records{StateDir: stateDir}, err
}

// StateDir is the directory of records, locks and sealed files; empty if there is no home directory for it.
func (s *Session) StateDir() string { return s.stateDir }
