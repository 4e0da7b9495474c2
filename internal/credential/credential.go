// Package credential speaks the protocols by which git, kubectl and docker ask a helper for a credential: git-credential(1)
// with gitcredentials(7), ExecCredential of client.authentication.k8s.io, and the credential helpers of docker.
//
// Each is two pure functions, one that reads what was asked and one that writes the answer. The package deliberately
// obtains no token, reads no environment, and does not decide whether a host may have one.
package credential

import (
	"errors"
	"strings"
	"unicode"
)

// CheckUsername refuses a user name that would be more than one line of a protocol.
func CheckUsername(name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("--username holds a control character")
	}
	return nil
}
