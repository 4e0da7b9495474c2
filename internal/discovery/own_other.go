//go:build !unix

package discovery

import "io/fs"

// own is true: Windows has no such bits, and what lies below %LocalAppData% is the user's by inheritance.
func own(fs.FileInfo) bool { return true }
