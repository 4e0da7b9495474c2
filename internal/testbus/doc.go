// Package testbus is a D-Bus session bus with a Secret Service on it, in the process of a test: the keychain of scripts
// and fault tests, for which neither dbus-daemon nor a keyring has to be installed.
//
// It speaks the D-Bus Specification 0.43 over a unix socket, and the Secret Service API, draft 0.2, of freedesktop.org:
// one collection, called login, which is the default one, without encryption between it and its clients (the algorithm
// "plain"). Any number of processes may use it at once. It can be made to fail in the ways that real ones do: locked,
// dismissed, not there, dead, silent, full.
//
// It deliberately does not authenticate (its socket is in a directory of the user's own), pass file descriptors, route
// from one client to another, broadcast (a signal goes to the client that asked for what it tells), create collections,
// or keep anything beyond Close. That a client works with it does not prove that it works with GNOME Keyring: for that
// there are the interop tests.
package testbus
