// Command gokeyring prints an item of the keychain with go-keyring, as most programs do. The benchmarks compare with it.
//
// Usage: gokeyring SERVICE ACCOUNT
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
