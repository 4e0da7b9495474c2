package credential

import (
	"context"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/hint"
	"github.com/oauthget/oauthget/internal/token"
)

// Protocol is how one program asks for a credential. It is a file of this package, and a row of [Protocols].
type Protocol struct {
	Name                 string // of the program
	Short, Long, Example string // the help of its command

	// Actions are what the program may append to its command, and URL reports that it may append a URL.
	Actions []string
	URL     bool
	// UserFlag is the help of --username, and User its value if it is not given. Without help there is no such flag.
	UserFlag, User string
	// IDTokenFlag and BearerFlag are the help of --id-token and --bearer; empty for no such flag.
	IDTokenFlag, BearerFlag string

	// Ask reads the program's question.
	Ask func(context.Context, Input) (Question, error)
	// Strict reports that a server which must not have the token is an error whatever the reason. Others ask for servers of
	// other helpers too: Elsewhere is the error to end with then; nil for an empty answer.
	Strict    bool
	Elsewhere error
	// Failure is the answer to a failure, in the form that the program reads; nil if it reads none. hints are things to do.
	Failure func(err error, hints []string) string
	// Answered reports that the program reads the answer only if the status is 0.
	Answered bool
	// GivesUp is the answer after a failed login; empty for none.
	GivesUp string
}

// Protocols returns all protocols.
func Protocols() []Protocol {
	return []Protocol{git(), kubectl(), docker(), golang(), cargo(), headers()}
}

// Input is where a question is, and what the command line says about its answer.
type Input struct {
	Appended string // by the program to its command
	Stdin    io.Reader
	Now      time.Time
	Env      func(string) (string, bool)
	Username string // --username
	Bearer   bool   // --bearer
	IDToken  bool   // --id-token
}

// Wish is what a program wants.
type Wish int

// The wishes.
const (
	Token   Wish = iota
	Nothing      // or something that this program has no part in
	List         // of the servers that get the token
	Expire       // the token is no longer to be given
	Login
	Logout
)

// Question is what a program asks.
type Question struct {
	Wish     Wish
	Server   *url.URL // that the token is for; nil if the program does not say
	Username string   // may be an account's
	NoInput  bool     // nobody can be asked
	// Refused is the token that is to expire.
	Refused token.Secret
	// RefusedAt is when a server refused the token that was given then; zero if none has.
	RefusedAt time.Time
	// Render returns the answer. set is empty if no token is wanted; hosts are those that get the token.
	Render func(set token.Set, hosts []string) (string, error)
}

// Use is the command's line of usage.
func (p Protocol) Use() string {
	switch {
	case p.Actions != nil:
		return p.Name + " [NAME] " + strings.Join(p.Actions, "|")
	case p.URL:
		return p.Name + " [NAME] [URL]"
	}
	return p.Name + " [NAME]"
}

// Split tells the profile's name, which may be missing, from what the program appends.
func (p Protocol) Split(args []string) (name, appended string, err error) {
	last := len(args) - 1
	switch {
	case p.Actions != nil && (last < 0 || last > 1):
		return "", "", hint.Usagef("oauthget credential %s takes a profile and the action that the program appends, not %d arguments", p.Name, len(args))
	case p.Actions != nil || p.URL && last >= 0 && strings.Contains(args[last], "://"):
		args, appended = args[:last], args[last]
	}
	switch len(args) {
	case 0:
		return "", appended, nil
	case 1:
		return args[0], appended, nil
	}
	return "", "", hint.Usagef("one profile at a time, not %q and %q", args[0], args[1])
}
