//go:build darwin || windows

package browser

import (
	"context"
	"runtime"
	"sync"

	"github.com/pkg/browser"
)

// silence sends what pkg/browser's command writes to the null device instead of our stdout.
var silence = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = nil, nil })

// systemOpeners do what pkg/browser does, as commands of their own.
var systemOpeners = map[string][]string{
	"darwin":  {"/usr/bin/open"},
	"windows": {"rundll32.exe", "url.dll,FileProtocolHandler"},
}

// openPlatform asks the system, through pkg/browser, which blocks. Both systems give a browser that does not run yet the
// environment of whoever asked: where there is a secret in ours, a command without it has to ask.
func (o Opener) openPlatform(ctx context.Context, u string) error {
	if _, kept := o.environment(); !kept {
		return o.openWith(ctx, [][]string{systemOpeners[runtime.GOOS]}, u)
	}
	silence()
	return failed(ctx, "system opener", o.withGrace(ctx, func() error { return browser.OpenURL(u) }))
}
