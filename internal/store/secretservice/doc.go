// Package secretservice keeps items in the Secret Service, the keychain of Linux and the BSDs: GNOME Keyring, KeePassXC,
// KWallet. It implements the client's side of the Secret Service API, draft 0.2, of freedesktop.org, over godbus's
// reading and writing of messages.
//
// Items are found by the attributes that go-keyring gives them, so that either reads what the other wrote.
//
// It deliberately starts no session bus, and encrypts nothing between itself and the service: who can read the socket
// can ask the service too.
package secretservice
