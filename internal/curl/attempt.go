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
	Header         string // lines of a curl config with the token
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // whether Stdout is one
	// Refused is called, once, if the answer is a 401 or a 403, with its status and header. If it returns true, the answer is discarded and the attempt
	// ends. A nil Refused accepts every answer. So does a redirect to another origin, which is not the API that was asked.
	Refused func(status int, header http.Header) bool
}

// Result is the outcome of an attempt.
type Result struct {
	Status  child.Status // curl's exit status
	Refused bool         // the answer was discarded
}

// Run runs curl to its end. If curl could not be run, the error is a *child.Error.
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

// configured returns curl's arguments with a config file before them. "If used as the first parameter on the command line, the
// curlrc config file is not read or used" (curl(1) on -q), so -q stays first. It is added if the request is exposed: a connect-to
// in the curlrc file cannot be undone.
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
