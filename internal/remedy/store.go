package remedy

import (
	"errors"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/store"
)

// storeHints says what to do about a store that cannot be used.
func (f failure) storeHints(e *store.Error) []string {
	withoutStore := "obtain a token without keeping it: " + f.command("token") + " --store none"
	if mode, ok := errors.AsType[*store.ModeError](e); ok {
		return []string{"chmod " + modeText(mode) + " " + shell.Word(mode.Path)}
	}
	switch e.Reason {
	case store.OpenerBad:
		return []string{"check identity_file and passphrase_command in the profile, or set OAUTHGET_PASSPHRASE"}
	case store.WrongPassphrase:
		return []string{
			"nothing was changed: check OAUTHGET_PASSPHRASE, passphrase_command or identity_file",
			"if the passphrase is lost, remove what is stored, and log in again: " + f.logout(),
		}
	case store.Locked:
		if e.Store == config.StoreFile {
			return []string{"set identity_file or passphrase_command in the profile, or OAUTHGET_PASSPHRASE, or run the command at a terminal without --no-input", withoutStore}
		}
		return []string{"unlock the login keyring, in the desktop's password manager, and run the command again", withoutStore}
	case store.NoBus:
		return []string{"run the command under a session bus that has a keyring: dbus-run-session -- sh", withoutStore}
	case store.NoService, store.NoCollection:
		return []string{"start a Secret Service with a default keyring, such as gnome-keyring-daemon --unlock", withoutStore}
	case store.TimedOut:
		return []string{"check whether the keyring asks for something in a window, or restart it", withoutStore}
	case store.NoHome:
		return []string{"set HOME, or XDG_STATE_HOME, to a folder of yours", withoutStore}
	case store.StateDirBad:
		return []string{"check that the state directory is yours, has mode 0700, and is on a disk with free space", withoutStore}
	case store.Busy:
		return []string{"the other process may be waiting for a login in a browser: end it, or wait longer with --timeout"}
	case store.Unreadable:
		return []string{"remove what is stored, and log in again: " + f.logout()}
	}
	return []string{withoutStore}
}

func modeText(e *store.ModeError) string {
	if e.Want&0o100 != 0 {
		return "700"
	}
	return "600"
}
