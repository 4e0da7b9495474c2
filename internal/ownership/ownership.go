// Package ownership tells by owner and mode whether other users can change or read a file.
//
// On Windows it tells nothing: who may use a file is in its access list, and what lies below %AppData% and %LocalAppData%
// is the user's by inheritance. Every file passes there.
package ownership

import "io/fs"

// IsOurs reports whether a file belongs to the user this process acts as. Root's files are not ours.
func IsOurs(info fs.FileInfo) bool { return isOurs(info) }

// IsTrusted reports whether a file belongs to us or to root. To root every owner is trusted: in a container it works on
// files from outside, whose owners mean nothing there.
func IsTrusted(info fs.FileInfo) bool { return isTrusted(info) }

// Allows reports whether the mode of a file has any of bits: with 0o022, whether others can change it.
func Allows(info fs.FileInfo, bits fs.FileMode) bool { return Known && info.Mode().Perm()&bits != 0 }
