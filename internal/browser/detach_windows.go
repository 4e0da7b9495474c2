package browser

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

// detach starts the command with a hidden console of its own: Ctrl-C in ours does not reach it.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// checkProgram refuses batch files. CreateProcess runs them through cmd.exe, which reads the & of a query as the end of a
// command, and os/exec does not quote for cmd.exe (CVE-2024-24576).
func checkProgram(cmd *exec.Cmd) error {
	switch strings.ToLower(filepath.Ext(cmd.Path)) {
	case ".bat", ".cmd":
		return errors.New("a URL cannot be passed to a batch file safely")
	}
	return nil
}
