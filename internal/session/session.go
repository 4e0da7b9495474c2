// Package session makes one profile ready to be used: its credentials, the client, what its grant presents, the store and
// its key, the browser, and the login itself.
//
// It is read from the top: [Open], and then Token, Fresh, Login, Refresh or Client. It knows no command line: the outside
// world and what the command line says come in [Options], and what a person is told or asked goes through [Console].
package session

import (
	"io"
	"sync"
	"time"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/discovery"
	"github.com/oauthget/oauthget/internal/flow"
	"github.com/oauthget/oauthget/internal/store"
	"github.com/oauthget/oauthget/internal/trace"
)

// Options are what a session may touch of the world around it, and what the command line says for every profile.
type Options struct {
	Stdin     io.Reader // what a grant presents may be there
	Stderr    io.Writer // of the programs that print secrets
	LookupEnv func(string) (string, bool)
	GOOS      string
	Now       func() time.Time
	UserAgent string
	Console   Console

	ConfigFile string        // the profile file; empty for the default one
	Commands   []string      // names that a profile may not have
	OneOfMany  bool          // there are several profiles, so that variables which describe a client are for none of them
	Timeout    time.Duration // how long the person has to act
	NoInput    bool          // neither open a browser nor ask
	NoBrowser  bool

	Trace    *trace.Writer // nil unless each exchange is to be written
	Narrator Narrator      // nil unless the login is told step by step
}

// Narrator is told of a login as it happens. Its methods may be called at the same time.
type Narrator interface {
	// Metadata tells what the server says of itself, with the profile's own endpoints laid over it.
	Metadata(m discovery.Metadata)
	Exchange(e trace.Exchange)
	Event(e flow.Event)
}

func (o Options) getenv(name string) string {
	value, _ := o.LookupEnv(name)
	return value
}

// Session is one profile made ready to be used. Making it asks nothing of the network and of the keychain.
type Session struct {
	Profile config.Profile
	Origins config.Origins
	Store   store.Store
	Key     string // under which the tokens are stored
	Kept    bool   // whether they are there for the next process, which takes a lock and a record

	// AskUser has a login ask the server whom the tokens are for, where no ID Token tells.
	AskUser bool
	// AsOther accepts a login as somebody other than the one whose tokens are stored.
	AsOther bool

	options    Options
	console    Console      // that of options
	file       *config.File // that the profile is from; nil where there is none
	stateDir   string
	unattended bool            // for hours: see ServeUnattended
	ancestors  []string        // the profiles whose grants present this one's token
	secretEnv  func() []string // see secretEnvNames
}

// Open resolves the profile called name, or the default one where name is empty. file is nil where there is none.
func Open(o Options, file *config.File, name string, flags map[string][]string) (*Session, error) {
	profile, origins, err := o.resolve(file, name, flags)
	if err != nil {
		return nil, err
	}
	if profile.ReadsStdin() {
		profile.Store = "none" // nobody knows whose token it is the next time
	}
	stateDir, err := store.StateDir(o.getenv, o.GOOS)
	if err != nil && profile.Store != "none" {
		return nil, err
	}
	s := newSession(o, file, profile, stateDir)
	s.Origins, s.Key = origins, storeKey(profile)
	return s, nil
}

func (o Options) resolve(file *config.File, name string, flags map[string][]string) (config.Profile, config.Origins, error) {
	return config.Resolve(config.Input{
		File: file, Name: name, Flags: flags, LookupEnv: o.LookupEnv, Commands: o.Commands, OneOfMany: o.OneOfMany,
	})
}

// OfRecord is the session in which a record was written: the profile where it still says the same of the server and the
// client, else what the record itself tells.
func OfRecord(o Options, file *config.File, r store.Record) *Session {
	// That there is a record says that there is a state directory.
	stateDir, _ := store.StateDir(o.getenv, o.GOOS)
	p := config.Profile{Name: r.Profile, Issuer: r.Issuer, ClientID: r.ClientID}
	p.TokenEndpoint = r.TokenEndpoint
	if s, err := Open(o, file, r.Profile, nil); err == nil && s.Profile.Issuer == r.Issuer &&
		s.Profile.TokenEndpoint == r.TokenEndpoint && s.Profile.ClientID == r.ClientID {
		p = s.Profile
	}
	p.Store, p.Account = r.Store, r.Account
	s := newSession(o, file, p, stateDir)
	s.Key = r.Key
	return s
}

func newSession(o Options, file *config.File, p config.Profile, stateDir string) *Session {
	s := &Session{Profile: p, options: o, console: o.Console, file: file, stateDir: stateDir, Kept: p.Store != "none"}
	s.Store = s.StoreNamed(p.Store)
	s.secretEnv = sync.OnceValue(s.secretEnvNames)
	return s
}

// Records are the records of what is stored.
func (o Options) Records() (store.Records, error) {
	stateDir, err := store.StateDir(o.getenv, o.GOOS)
	return store.Records{StateDir: stateDir}, err
}

// StateDir is where records, locks and sealed files are; empty where there is no place for them.
func (s *Session) StateDir() string { return s.stateDir }
