// Package interop holds no code of the product: its tests judge the unmodified
// binary by programs that share no line with it. They are the certified OpenID
// Provider of npm oidc-provider, Django OAuth Toolkit, Authlib, npm
// @jmondi/oauth2-server, a real Chromium, a real GNOME keyring on a bus of its
// own, curl, git, kubectl and secret-tool.
//
// Most of it is tables (rows_*_test.go): a row is a client, its profile, and what
// the server must have seen of it. Each walks from the login to the logout.
// docs/internals/interop.md tells of each row, which a test of cmd/oauthget holds it to.
//
//	testdata/interop/setup                      # once; as root, or with sudo
//	go test -tags interop ./internal/interop    # Linux only
//
// Nothing here is skipped: what is missing fails the test that needs it, by
// name. Every test has its own HOME and keyring, its own servers on loopback
// ports of their own (rows share one, each as a client of its own), and fails if
// a process of it is still alive at the end.
//
// What these tests deliberately do not do: hostile servers, odd answers and
// other platforms. Those are the business of the hermetic tests, which can make
// a server lie; these can only show that the honest ones are understood.
package interop
