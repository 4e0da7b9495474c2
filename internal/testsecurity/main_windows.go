package testsecurity

import "io"

// Main returns false: Windows has no such program.
func Main(io.Writer) (status int, called bool) { return 0, false }
