// Command hello is a minimal Go program. The benchmarks compare the start of oauthget with it.
package main

import "fmt"

func main() { fmt.Println("hello") }
