//go:build interop && !linux

package interop

import (
	"runtime"
	"testing"
)

func TestInteropNeedsLinux(t *testing.T) {
	t.Fatalf("the interop tests run on Linux alone, not on %s", runtime.GOOS)
}
