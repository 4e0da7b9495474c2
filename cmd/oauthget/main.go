// Command oauthget obtains OAuth 2.0 and OpenID Connect tokens and keeps them in the keychain.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/remedy"
)

func main() { end(runUntilSignal(os.Args[1:], system())) }

func end(how child.Status) {
	how.Die()
	os.Exit(how.Code)
}

// runUntilSignal runs the program with a context that the first signal ends. The second signal finds the default handler,
// so that a person who insists need not wait.
func runUntilSignal(args []string, world outside) child.Status {
	log.SetOutput(io.Discard) // net/http quotes there what a server sends, which may be an echo of a secret
	// Whoever reads stderr may end before a token is stored. A write to such a pipe is an error then, and not the end; a handler,
	// unlike an ignored signal, is nothing that other programs inherit.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup and shells in the background ignore some on purpose
			signal.Notify(signals, s)
		}
	}
	go func() {
		s := <-signals
		signal.Stop(signals) // and no more: a program that runs is still to get those that come
		cancel(&remedy.Interrupted{Signal: s})
	}()
	return run(ctx, args, world)
}
