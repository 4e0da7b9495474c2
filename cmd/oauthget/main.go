// Command oauthget obtains OAuth 2.0 and OpenID Connect tokens and keeps them in the keychain.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(runUntilSignal(os.Args[1:], system())) }

// errInterrupted is the cause of a context that a signal ended.
var errInterrupted = errors.New("interrupted")

// runUntilSignal runs the program with a context that the first signal ends. The second one finds the default handler:
// a person who insists is not kept waiting.
func runUntilSignal(args []string, world outside) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		signal.Reset()
		cancel(errInterrupted)
	}()
	return run(ctx, args, world)
}
