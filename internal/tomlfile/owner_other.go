//go:build !unix

package tomlfile

import "os"

// keepOwner does nothing: a new file has the access list of its directory.
func keepOwner(*os.File, string) error { return nil }
