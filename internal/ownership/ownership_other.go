//go:build !unix

package ownership

import "io/fs"

// Known reports whether owners and modes say who may use a file.
const Known = false

func isOurs(fs.FileInfo) bool { return true }

func isTrusted(fs.FileInfo) bool { return true }
