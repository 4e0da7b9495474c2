package remedy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/store"
)

func TestKeychainIsSpokenOfInTheWordsOfItsSystem(t *testing.T) {
	const (
		without = "obtain a token without keeping it: oauthget token work --store none"
		files   = "keep tokens in sealed files, which a passphrase or the key in identity_file opens: oauthget profile set work --store file"
	)
	for name, c := range map[string]struct {
		goos   string
		reason store.Reason
		path   string
		want   []string
	}{
		"macOS, locked":           {"darwin", store.Locked, "oauthget token", []string{"unlock the keychain, and run the command again: security unlock-keychain", files}},
		"Linux, locked":           {"linux", store.Locked, "oauthget token", []string{"unlock the login keyring, in the desktop's password manager, and run the command again", files}},
		"macOS, denied":           {"darwin", store.Denied, "oauthget token", []string{keychainHints[store.Denied], without}},
		"macOS, denied, login":    {"darwin", store.Denied, "oauthget login", []string{keychainHints[store.Denied], files}},
		"macOS, no keychain":      {"darwin", store.NoKeychain, "oauthget login", []string{files, "make a default keychain in Keychain Access"}},
		"macOS, no answer":        {"darwin", store.TimedOut, "oauthget token", []string{"look for a window in which macOS asks for a password or for permission", without}},
		"Linux, no answer":        {"linux", store.TimedOut, "oauthget token", []string{"check whether the keyring asks for something in a window, or restart it", without}},
		"Windows, no answer":      {"windows", store.TimedOut, "oauthget token", []string{without}},
		"Windows, no home":        {"windows", store.NoHome, "oauthget token", []string{"set LocalAppData to a folder of yours", without}},
		"macOS, no home":          {"darwin", store.NoHome, "oauthget token", []string{"set HOME, or XDG_STATE_HOME, to a folder of yours", without}},
		"macOS, what is not seen": {"darwin", store.Refused, "oauthget token", []string{without}},
	} {
		err := &session.Error{
			Profile: config.Profile{Name: "work"}, Words: []string{"work"},
			Err: &store.Error{Store: config.StoreKeychain, Reason: c.reason},
		}
		status, hints := Of(err, Command{Path: c.path, GOOS: c.goos})
		if status != StatusStore || !slices.Equal(hints, c.want) {
			t.Errorf("%s: status %d, %q", name, status, hints)
		}
	}
}

// What only Linux has is of no use elsewhere.
func TestNoHintForMacOSNamesAProgramOfLinux(t *testing.T) {
	for _, reason := range []store.Reason{
		store.NoKeychain, store.Denied, store.Locked, store.TimedOut, store.Refused, store.Unreadable, store.TooLarge, store.StateDirBad,
	} {
		_, hints := Of(&store.Error{Store: config.StoreKeychain, Reason: reason}, Command{Path: "oauthget token", GOOS: "darwin"})
		for _, word := range []string{"GNOME", "KWallet", "keyring", "secret-tool", "desktop", "bus", "apt"} {
			if strings.Contains(strings.Join(hints, "\n"), word) {
				t.Errorf("%s: %q names %s", reason, hints, word)
			}
		}
	}
}

func TestMissingClientSecretIsPutIntoTheKeychain(t *testing.T) {
	p, origins, err := config.Resolve(config.Input{Flags: map[string][]string{
		"issuer": {"https://as.example"}, "client_id": {"cli"}, "client_secret_keychain": {"my tool"},
	}, LookupEnv: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	missing := &session.Error{
		Profile: p, Origins: origins,
		Err: &config.Error{Key: "client_secret_keychain", Err: fmt.Errorf("client_secret_keychain: %w", store.ErrNotFound)},
	}
	for goos, want := range map[string]string{
		"darwin":  "put the secret into the keychain; this asks for it: security add-generic-password -s oauthget -a 'my tool' -w",
		"linux":   "put the secret into the keychain; this asks for it: secret-tool store --label=oauthget service oauthget username 'my tool'",
		"windows": "have oauthget setup put the secret into the keychain, or name a file that has it in client_secret_file",
	} {
		if status, hints := Of(missing, Command{Path: "oauthget token", GOOS: goos}); status != StatusConfig || !slices.Equal(hints, []string{want}) {
			t.Errorf("%s: status %d, %q", goos, status, hints)
		}
	}
}
