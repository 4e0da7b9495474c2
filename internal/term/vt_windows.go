package term

import (
	"os"

	"golang.org/x/sys/windows"
)

// interprets reports whether the console acts on escape sequences, and has it do so. One that does not, such as an old
// conhost, would show them around the very address that a person is to copy.
func interprets(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	handle := windows.Handle(f.Fd())
	if windows.GetConsoleMode(handle, &mode) != nil {
		return false
	}
	return mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0 ||
		windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
