// Command oauthget obtains OAuth 2.0 and OpenID Connect tokens and keeps them in the keychain.
package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/oauthget/oauthget/internal/remedy"
)

func main() { os.Exit(runUntilSignal(os.Args[1:], system())) }

// runUntilSignal runs the program with a context that the first signal ends. The second one finds the default handler:
// a person who insists is not kept waiting.
func runUntilSignal(args []string, world outside) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	return run(interruptible{ctx, sync.OnceFunc(func() { listen(cancel) })}, args, world)
}

// interruptible is a context for which nobody listens until somebody asks when it is done, as all do who wait for
// something. Until then the default handler does, and listening takes threads: a tenth of a short command's time.
type interruptible struct {
	context.Context
	listen func()
}

func (i interruptible) Done() <-chan struct{} {
	i.listen()
	return i.Context.Done()
}

func listen(cancel context.CancelCauseFunc) {
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup and shells in the background ignore some on purpose
			signal.Notify(signals, s)
		}
	}
	go func() {
		<-signals
		signal.Reset()
		cancel(remedy.ErrInterrupted)
	}()
}
