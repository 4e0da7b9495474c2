package child

import (
	"os"
	"os/exec"
)

// passedOn is only Ctrl-C. The console sends it to the child itself; we just have to survive it.
var passedOn = []os.Signal{os.Interrupt}

func statusOf(state *os.ProcessState) Status { return Status{Code: state.ExitCode()} }

// Die returns: no signal ends a process here.
func (Status) Die() {}

// Exec runs cmd, since no process can be replaced here. It returns an *ExitError if its status is not 0, or an *Error.
func Exec(cmd *exec.Cmd) error {
	status, err := Run(cmd, nil)
	if err != nil {
		return err
	}
	return status.Err()
}
