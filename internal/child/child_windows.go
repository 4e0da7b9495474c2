package child

import (
	"os"
	"os/exec"
)

// passedOn is Ctrl-C alone, which the console sends to the child by itself: we only stay alive to see how it ends.
var passedOn = []os.Signal{os.Interrupt}

func signalled(*os.ProcessState) int { return 0 }

// Exec runs cmd and returns an *ExitError where its status is not 0, or an *Error: no process can take the place of another
// here.
func Exec(cmd *exec.Cmd) error {
	status, err := Run(cmd, nil)
	if err != nil {
		return err
	}
	return Exited(status)
}
