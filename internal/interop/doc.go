// Package interop holds no code of the product: its tests judge the unmodified
// binary by programs that share no line with it. They are the certified OpenID
// Provider of npm oidc-provider, Django OAuth Toolkit, a real Chromium, a real
// GNOME keyring on a bus of its own, curl, git, kubectl and secret-tool.
//
//	testdata/interop/setup                      # once; as root, or with sudo
//	go test -tags interop ./internal/interop    # Linux only
//
// Nothing here is skipped: what is missing fails the test that needs it, by
// name. Every test has its own HOME, its own servers on loopback ports of their
// own, and its own keyring, and fails if a process of it is still alive at the
// end.
//
// What these tests deliberately do not do: hostile servers, odd answers and
// other platforms. Those are the business of the hermetic tests, which can make
// a server lie; these can only show that the honest ones are understood.
package interop
