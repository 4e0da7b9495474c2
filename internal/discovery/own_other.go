//go:build !unix

package discovery

import "io/fs"

// own returns true: Windows has no such mode bits, and files below %LocalAppData% inherit the user's permissions.
func own(fs.FileInfo) bool { return true }
