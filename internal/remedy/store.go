package remedy

import (
	"errors"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/shell"
	"github.com/oauthget/oauthget/internal/store"
)

// fileStore says how to keep tokens where there is no keychain.
func (f failure) fileStore() string {
	command := f.command("login") + " --store file"
	switch {
	case f.beforeProfile():
		command = "give --store file"
	case f.profile.Name != "":
		command = "oauthget profile set " + f.inFile([]string{f.profile.Name, "--store", "file"})
	}
	return "keep tokens in sealed files, which a passphrase or the key in identity_file opens: " + command
}

// beforeProfile reports whether the command was about to write the profile: no other command knows it.
func (f failure) beforeProfile() bool {
	return f.Path == "oauthget setup" || f.Path == "oauthget profile add"
}

// elsewhere is what to do while a store cannot be used. A login is there to store the token.
func (f failure) elsewhere(e *store.Error) []string {
	switch {
	case f.Path != "oauthget login" && !f.beforeProfile():
		return []string{"obtain a token without keeping it: " + f.command("token") + " --store none"}
	case e.Store == config.StoreKeychain:
		return []string{f.fileStore()}
	}
	return nil
}

// storeHints says what to do about a store that cannot be used.
func (f failure) storeHints(e *store.Error) []string {
	if mode, ok := errors.AsType[*store.ModeError](e); ok {
		return []string{"chmod " + modeText(mode) + " " + shell.Word(mode.Path)}
	}
	switch e.Reason {
	case store.NoBus, store.NoService, store.NoCollection, store.NoKeychain, store.Unsupported:
		return append([]string{f.fileStore()}, some(f.keychainHint(e.Reason))...)
	case store.OpenerBad:
		return []string{"check identity_file and passphrase_command in the profile, or set OAUTHGET_PASSPHRASE"}
	case store.WrongPassphrase:
		return []string{
			"nothing was changed: check OAUTHGET_PASSPHRASE, passphrase_command or identity_file",
			"if the passphrase is lost, remove what is stored, and log in again: " + f.logout(),
		}
	case store.Locked:
		if e.Store == config.StoreFile {
			return append([]string{"set identity_file or passphrase_command in the profile, or OAUTHGET_PASSPHRASE, or run the command at a terminal without --no-input"}, f.elsewhere(e)...)
		}
		return append(some(f.keychainHint(e.Reason)), f.fileStore())
	case store.Denied, store.TimedOut:
		return append(some(f.keychainHint(e.Reason)), f.elsewhere(e)...)
	case store.NoHome:
		variables := "HOME, or XDG_STATE_HOME,"
		if f.GOOS == "windows" {
			variables = "LocalAppData"
		}
		return append([]string{"set " + variables + " to a folder of yours"}, f.elsewhere(e)...)
	case store.StateDirBad:
		return append([]string{"check that the state directory is yours alone, and on a disk with free space"}, f.elsewhere(e)...)
	case store.Busy:
		return []string{"the other process may be waiting for a login in a browser: end it, or wait longer with --timeout"}
	case store.Unreadable:
		return []string{"remove what is stored, and log in again: " + f.logout()}
	}
	return f.elsewhere(e)
}

func modeText(e *store.ModeError) string {
	if e.Want&0o100 != 0 {
		return "700"
	}
	return "600"
}
