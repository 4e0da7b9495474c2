package curl

import (
	"os"
	"os/exec"
)

// canWatch is false: there is no /dev/fd for curl to write its headers to.
const canWatch = false

func (a Attempt) watched() (Result, error) { panic("unreachable: canWatch is false") }

// passConfig writes the config to a file that only its owner can read, and removes it when curl has ended.
func (a Attempt) passConfig(cmd *exec.Cmd, text string) (meanwhile func(*os.Process), done func(), err error) {
	f, err := os.CreateTemp("", "oauthget-curl-*") // mode 0600
	if err != nil {
		return nil, nil, err
	}
	done = func() { _ = os.Remove(f.Name()) } // it is in the user's own folder
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	cmd.Args = append(cmd.Args, a.configured(f.Name())...)
	return nil, done, nil
}
