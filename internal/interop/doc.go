// Package interop tests the unmodified binary with programs that share no code with it: the certified OpenID Provider of npm
// oidc-provider, Django OAuth Toolkit, Authlib, npm @jmondi/oauth2-server, better-auth, fosite, the SDK and the conformance suite of
// the Model Context Protocol, a real Chromium, a real GNOME keyring on its own bus, curl, git, kubectl and secret-tool.
//
// Most of it is tables (rows_*_test.go): a row is a client, its profile, and what the server must have seen of it. Each goes from
// the login to the logout. docs/internals/interop.md has a line for each row, which a test of cmd/oauthget checks.
//
//	testdata/interop/setup                      # once; as root, or with sudo
//	go test -tags interop ./internal/interop    # Linux only
//
// Nothing is skipped: a test fails if a program that it needs is missing, and names it. Every test has its own HOME, keyring and
// servers on loopback (rows share a server, each as another client), and fails if a process of it is alive at the end.
//
// Hostile servers, odd answers and other platforms are left to the hermetic tests.
package interop
