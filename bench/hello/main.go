// Command hello is the least that a Go program takes to start: what the benchmarks compare with.
package main

import "fmt"

func main() { fmt.Println("hello") }
