// Command gokeyring prints one item of the keychain by go-keyring and does nothing else: the usual way to a stored token,
// which the benchmarks compare with. Usage: gokeyring SERVICE ACCOUNT
package main

import (
	"fmt"
	"os"

	"github.com/zalando/go-keyring"
)

func main() {
	item, err := keyring.Get(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(item)
}
