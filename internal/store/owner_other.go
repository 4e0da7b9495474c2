//go:build !unix

package store

import "io/fs"

const noFollow = 0

// isOurs takes everything for ours: what lies below %LocalAppData% is the user's by inheritance, and to make a symbolic
// link on Windows is a privilege.
func isOurs(fs.FileInfo) bool { return true }
