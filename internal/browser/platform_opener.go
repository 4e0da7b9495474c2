//go:build darwin || windows

package browser

import (
	"context"
	"runtime"
	"sync"

	"github.com/pkg/browser"
)

// silence discards the output of pkg/browser's command, which would go to our stdout.
var silence = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = nil, nil })

// systemOpeners are the commands that do what pkg/browser does.
var systemOpeners = map[string][]string{
	"darwin":  {"/usr/bin/open"},
	"windows": {"rundll32.exe", "url.dll,FileProtocolHandler"},
}

// openPlatform asks the system through pkg/browser, which blocks. Both systems start a browser with the environment of the
// process that asked. If ours holds a secret, a command without it asks instead.
func (o Opener) openPlatform(ctx context.Context, u string) error {
	if _, kept := o.environment(); !kept {
		return o.openWith(ctx, [][]string{systemOpeners[runtime.GOOS]}, u)
	}
	silence()
	return failed(ctx, "system opener", o.withGrace(ctx, func() error { return browser.OpenURL(u) }))
}
