// Command gokeyring does one thing with go-keyring: get, set or delete the item of an account. The item is on stdin or stdout.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/zalando/go-keyring"
)

func main() {
	if err := do(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func do(what, service, account string) error {
	switch what {
	case "get":
		item, err := keyring.Get(service, account)
		fmt.Print(item)
		return err
	case "set":
		item, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return keyring.Set(service, account, string(item))
	}
	return keyring.Delete(service, account)
}
