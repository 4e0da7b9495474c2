package remedy

import (
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/store"
)

// keychainHints say what to do about the keychain.
var keychainHints = map[store.Reason]string{
	store.NoBus:        "on a desktop, run the command in its session: its bus leads to the keychain",
	store.NoService:    "on a desktop, install and start GNOME Keyring, KWallet or KeePassXC, with its Secret Service",
	store.NoCollection: "on a desktop, make a default keyring in its password manager",
	store.NoKeychain:   "make a default keychain in Keychain Access",
	store.Denied:       "choose Always Allow where macOS asks whether security may use the item, or add /usr/bin/security to its Access Control in Keychain Access",
	store.Locked:       "unlock the login keyring, in the desktop's password manager, and run the command again",
	store.TimedOut:     "check whether the keyring asks for something in a window, or restart it",
}

// macHints take the place of keychainHints on macOS.
var macHints = map[store.Reason]string{
	store.Locked:   "unlock the keychain, and run the command again: security unlock-keychain",
	store.TimedOut: "look for a window in which macOS asks for a password or for permission",
}

// keychainHint is for the system that the command runs on; empty if there is none.
func (f failure) keychainHint(reason store.Reason) string {
	if hint, ok := macHints[reason]; ok && f.GOOS == "darwin" {
		return hint
	}
	if f.GOOS == "windows" { // whose Credential Manager asks for nothing and is never locked
		return ""
	}
	return keychainHints[reason]
}

// itemHint says how to keep the client secret that is not in the keychain. Windows has no program for it.
func (f failure) itemHint() string {
	item := shell.Word(f.profile.ClientSecret.Keychain())
	switch f.GOOS {
	case "darwin":
		return "put the secret into the keychain; this asks for it: security add-generic-password -s oauthget -a " + item + " -w"
	case "windows":
		return "have oauthget setup put the secret into the keychain, or name a file that has it in client_secret_file"
	}
	return "put the secret into the keychain; this asks for it: secret-tool store --label=oauthget service oauthget username " + item
}
