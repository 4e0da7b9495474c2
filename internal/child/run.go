package child

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// Run runs cmd to its end and returns how it ended. Signals that ask us to end are passed on, and the program decides what to
// do, so Run takes no context. meanwhile, if not nil, is called once the program runs, and Run waits for it too. An error is
// an *Error.
func Run(cmd *exec.Cmd, meanwhile func(*os.Process)) (Status, error) {
	signals := make(chan os.Signal, 8)
	for _, s := range passedOn {
		if !signal.Ignored(s) { // the child inherits that
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return Status{}, failed(cmd.Args[0], err)
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				_ = cmd.Process.Signal(s) // it fails if the program has ended
			case <-ended:
				return
			}
		}
	}()
	defer close(ended)
	if meanwhile != nil {
		meanwhile(cmd.Process)
	}
	err := cmd.Wait()
	if _, told := errors.AsType[*exec.ExitError](err); err != nil && !told && cmd.ProcessState == nil {
		return Status{}, failed(cmd.Args[0], err)
	}
	return statusOf(cmd.ProcessState), nil
}
