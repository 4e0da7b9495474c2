//go:build darwin || windows

package browser

import (
	"context"
	"sync"

	"github.com/pkg/browser"
)

// silence sends what pkg/browser's command writes to the null device instead of our stdout.
var silence = sync.OnceFunc(func() { browser.Stdout, browser.Stderr = nil, nil })

// openPlatform asks the system, which starts the browser itself: it is no descendant of ours. pkg/browser blocks.
func (o Opener) openPlatform(ctx context.Context, u string) error {
	silence()
	return failed(ctx, "system opener", o.withGrace(ctx, func() error { return browser.OpenURL(u) }))
}
