package curl

import (
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/child"
)

// Attempt is one run of curl with a token.
type Attempt struct {
	Program        string // its path
	Command        Command
	Env            []string
	Header         string // lines of a curl config that bear the token
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // Stdout is one
	// Refused is asked, once, where the answer is 401, with its header: whether it is to be thrown away. nil lets every
	// answer through, and so does a redirect to another origin, which is not the one that was asked. An answer that it
	// does not want is not seen by anybody, and the attempt has ended then.
	Refused func(http.Header) bool
}

// Result is how an attempt ended.
type Result struct {
	Status  int  // curl's
	Refused bool // the answer was thrown away
}

// Run runs curl to its end. Its error is of the package child where curl could not be run.
func (a Attempt) Run() (Result, error) {
	if a.Refused != nil && canWatch && a.Command.Repeatable() {
		return a.watched()
	}
	cmd := a.cmd()
	pass, done, err := a.passConfig(cmd, a.Command.guard()+a.Header)
	if err != nil {
		return Result{}, err
	}
	defer done()
	cmd.Stdout, cmd.Stderr = a.Stdout, a.Stderr
	status, err := child.Run(cmd, pass)
	return Result{Status: status}, err
}

func (a Attempt) cmd() *exec.Cmd {
	return &exec.Cmd{Path: a.Program, Args: []string{"curl"}, Env: a.Env, Stdin: a.Stdin}
}

// configured are curl's arguments with a config file before them. "If used as the first parameter on the command line, the
// curlrc config file is not read or used" (curl(1) on -q), so that one stays first. It comes first, too, where the request
// is exposed: a connect-to in there cannot be taken back.
func (a Attempt) configured(file string) []string {
	args := slices.Clone(a.Command.args)
	switch {
	case len(args) > 0 && (args[0] == "--disable" || strings.HasPrefix(args[0], "-q")):
		return slices.Insert(args, 1, "--config", file)
	case a.Command.exposed():
		return slices.Insert(args, 0, "--disable", "--config", file)
	}
	return slices.Insert(args, 0, "--config", file)
}
