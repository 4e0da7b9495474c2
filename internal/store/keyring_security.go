//go:build unix

package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/oauthget/oauthget/internal/untrusted"
)

// securityTool is security(1), the program through which macOS lets others use its keychains. This file is built on every
// Unix so that the tests run it there, against a program in its place.
//
// Items have the form that go-keyring gives them. Its calls are not used: they take what security says on stderr for a part
// of the item, cannot be ended, and die of the Ctrl-C that a save must outlive.
type securityTool struct {
	program     string
	read, write time.Duration // limits
	overSSH     bool          // where macOS has no screen to ask on
}

func securityKeyring(program string, o KeychainOptions) keyring {
	s := securityTool{program, promptLimit, promptLimit, o.Getenv("SSH_CONNECTION") != ""}
	if o.NoPrompt {
		s.read, s.write = readLimit, writeLimit
	}
	return keyring{
		probe: s.probe, unlock: s.unlock, get: s.get, set: s.set, delete: s.delete, maxItem: maxItemDarwin, binary: true,
	}
}

// The forms of an item. security prints one that is not printable ASCII in hex, without saying so, hence the encodings.
const (
	securityBase64 = "go-keyring-base64:"
	securityHex    = "go-keyring-encoded:" // of early versions of go-keyring
)

// maxSecurityCommand is the longest command that security -i reads as one, in bytes, with the line's end.
const maxSecurityCommand = 4095

// probe also finds out whether the keychain is locked, where that asks nobody.
func (s securityTool) probe(ctx context.Context) error {
	err := s.present(ctx)
	if err == nil && s.overSSH {
		_, err = s.run(ctx, probeLimit, "", "show-keychain-info")
	}
	return err
}

// present returns nil where there is a keychain to use. A service account or a broken login may have none.
func (s securityTool) present(ctx context.Context) error {
	_, err := s.run(ctx, probeLimit, "", "default-keychain")
	if e, ok := errors.AsType[*Error](err); ok && e.Reason == Refused { // it has one status for all that goes wrong
		e.Reason = NoKeychain
	}
	return err
}

// unlock has macOS ask for the password of a locked keychain, or say that it can ask nobody. Settings are read only from an
// unlocked one.
func (s securityTool) unlock(ctx context.Context) error {
	_, err := s.run(ctx, s.write, "", "show-keychain-info")
	return err
}

func (s securityTool) get(ctx context.Context, key string) (string, error) {
	out, err := s.run(ctx, s.read, "", "find-generic-password", "-s", service, "-a", key, "-w")
	if errors.Is(err, ErrNotFound) { // as it also says where there is no keychain to look in
		return "", cmp.Or(s.present(ctx), err)
	}
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(out, "\n")
	decode, encoded := hex.DecodeString, strings.TrimPrefix(text, securityHex)
	if strings.HasPrefix(text, securityBase64) {
		decode, encoded = base64.StdEncoding.DecodeString, strings.TrimPrefix(text, securityBase64)
	}
	if encoded == text { // somebody else's, such as a client secret
		return text, nil
	}
	item, err := decode(encoded)
	if err != nil {
		return "", unreadable(errDamaged) // package hex would quote a byte of it
	}
	return string(item), nil
}

// set hands the item over on standard input: every user can read the arguments of a process.
func (s securityTool) set(ctx context.Context, key, item string) error {
	if strings.ContainsAny(key, "\n\x00") { // which would end the command
		return errors.New("the item's name has a line break")
	}
	command := fmt.Sprintf("add-generic-password -U -s %s -a %s -w %s\n",
		service, securityWord(key), securityBase64+base64.StdEncoding.EncodeToString([]byte(item)))
	if len(command) > maxSecurityCommand {
		return &Error{Reason: TooLarge, Err: fmt.Errorf("security takes commands of %d bytes", maxSecurityCommand)}
	}
	_, err := s.run(ctx, s.write, command, "-i")
	return err
}

// securityWord quotes a word for security -i, where a backslash protects the next character, inside quotes too.
func securityWord(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (s securityTool) delete(ctx context.Context, key string) error {
	_, err := s.run(ctx, s.write, "", "delete-generic-password", "-s", service, "-a", key)
	return err
}

// run returns what security prints. It has a process group of its own, so that Ctrl-C ends no save halfway. When run
// returns, the program has ended.
func (s securityTool) run(ctx context.Context, limit time.Duration, stdin string, args ...string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(limited, s.program, args...)
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for whoever has inherited its streams
	out, err := cmd.Output()
	switch {
	case err == nil:
		return string(out), nil
	case limited.Err() != nil:
		return "", ended(ctx, limit)
	}
	return "", explainSecurity(err, stdin == "")
}

// explainSecurity tells the exit statuses of security apart. They are the low byte of the Security framework's codes. What it
// says on stderr is repeated if it may be, and nothing better is known.
func explainSecurity(err error, repeat bool) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	because := func(reason Reason, name string) error {
		return &Error{Reason: reason, Err: fmt.Errorf("security: %w (%s)", err, name)}
	}
	switch exit.ExitCode() {
	case 29: // -25315
		return because(Locked, "errSecInteractionRequired")
	case 36: // -25308; the keychain is locked, and there is nobody to ask, as over SSH
		return because(Locked, "errSecInteractionNotAllowed")
	case 37: // -25307
		return because(NoKeychain, "errSecNoDefaultKeychain")
	case 44: // -25300
		return ErrNotFound
	case 45: // -25299; it could not change the item, and then not add it either
		return because(Denied, "errSecDuplicateItem")
	case 50: // -25294
		return because(NoKeychain, "errSecNoSuchKeychain")
	case 51: // -25293
		return because(Denied, "errSecAuthFailed")
	case 128: // -128
		return because(Denied, "errSecUserCanceled")
	}
	if said, _, _ := strings.Cut(string(exit.Stderr), "\n"); repeat && said != "" {
		return because(Refused, untrusted.Text(strings.TrimPrefix(said, "security: ")))
	}
	return &Error{Reason: Refused, Err: fmt.Errorf("security: %w", err)}
}
