//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

func cmdTalk(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("the terminal of the test is Linux's")
}
