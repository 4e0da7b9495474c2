// Package credential implements the protocols by which git, kubectl and docker ask a helper for a credential: git-credential(1)
// with gitcredentials(7), ExecCredential of client.authentication.k8s.io, and docker's credential helpers.
//
// For each there is a function that reads the request and one that writes the answer. The package obtains no token, and does
// not decide whether a host may have one.
package credential

import (
	"errors"
	"strings"
	"unicode"
)

// CheckUsername refuses a user name that would be more than one line of a protocol.
func CheckUsername(name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("--username contains a control character")
	}
	return nil
}
