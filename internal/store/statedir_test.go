package store

import (
	"errors"
	"testing"
)

func TestStateDirThatIsNowhereIsTheStoresError(t *testing.T) {
	_, err := StateDir(func(string) string { return "" }, "linux")
	if e, ok := errors.AsType[*Error](err); !ok || e.Reason != NoHome {
		t.Errorf("%v", err)
	}
	dir, err := StateDir(func(string) string { return "/h" }, "linux")
	if err != nil || dir != "/h/oauthget" {
		t.Errorf("%q, %v", dir, err)
	}
}
