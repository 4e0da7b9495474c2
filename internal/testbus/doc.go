// Package testbus is a D-Bus session bus with a Secret Service, in the process of a test. It is the keychain of scripts and
// fault tests, so that neither dbus-daemon nor a keyring need be installed.
//
// It speaks the D-Bus Specification 0.43 over a unix socket, and of the Secret Service API, draft 0.2, of freedesktop.org the
// calls of package secretservice and of go-keyring: one collection, called login, which is the default one, without
// encryption between it and its clients (the algorithm "plain"). Any number of processes may use it at once. It can be made to fail in the ways that real ones do: locked,
// dismissed, missing, dead, not answering, full.
//
// It does not authenticate (its socket is in a private directory), pass file descriptors, route from one client to another,
// broadcast (a signal goes to one client), create collections, or keep anything after Close. A client that works with it may
// still not work with GNOME Keyring: the interop tests try that.
package testbus
