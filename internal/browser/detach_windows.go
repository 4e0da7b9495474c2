package browser

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

// detach gives the command a console of its own, unseen: Ctrl-C in ours does not reach it.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// checkProgram refuses batch files. CreateProcess runs them through cmd.exe, which reads the & of a query as the end of
// a command, and os/exec does not quote for it (CVE-2024-24576).
func checkProgram(cmd *exec.Cmd) error {
	switch strings.ToLower(filepath.Ext(cmd.Path)) {
	case ".bat", ".cmd":
		return errors.New("a batch file cannot be handed a URL safely")
	}
	return nil
}
