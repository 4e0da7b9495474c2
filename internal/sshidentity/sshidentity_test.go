package sshidentity

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/testdata"
)

const passphrase = "canary passphrase"

func typed(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

func nobody(t *testing.T) func() ([]byte, error) {
	return func() ([]byte, error) {
		t.Error("a passphrase was asked for")
		return nil, io.EOF
	}
}

func newKeys(t testing.TB) map[string]crypto.PrivateKey {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, minRSA)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.PrivateKey{"ed25519": ed, "rsa": rs}
}

func openSSH(t testing.TB, key crypto.PrivateKey) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "a comment")
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func seal(t *testing.T, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "text"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opens(t *testing.T, sealed []byte, by age.Identity) {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(sealed), by)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "text" {
		t.Errorf("%q, %v", text, err)
	}
}

// What we seal agessh opens, and the other way round: a file of ours is one for the age command too.
func TestIdentitiesAreThoseOfAge(t *testing.T) {
	for name, key := range newKeys(t) {
		data := openSSH(t, key)
		ours, err := Parse(data, nobody(t))
		if err != nil {
			t.Fatal(name, err)
		}
		theirs, err := agessh.ParseIdentity(data)
		if err != nil {
			t.Fatal(err)
		}
		opens(t, seal(t, ours), ours)
		opens(t, seal(t, ours), theirs)
		switch theirs := theirs.(type) {
		case *agessh.Ed25519Identity:
			opens(t, seal(t, theirs.Recipient()), ours)
		case *agessh.RSAIdentity:
			opens(t, seal(t, theirs.Recipient()), ours)
		}
	}
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	for name, key := range newKeys(t) {
		ours, err := Parse(openSSH(t, key), nobody(t))
		if err != nil {
			t.Fatal(err)
		}
		sealed := seal(t, ours)
		for other, key := range newKeys(t) {
			theirs, err := Parse(openSSH(t, key), nobody(t))
			if err != nil {
				t.Fatal(err)
			}
			_, err = age.Decrypt(bytes.NewReader(sealed), theirs)
			if _, ok := errors.AsType[*age.NoIdentityMatchError](err); !ok {
				t.Errorf("%s for %s: %v", other, name, err)
			}
		}
	}
}

type encryptedKey struct {
	name       string
	pem        []byte
	passphrase string
}

// encrypted are keys that ssh-keygen itself encrypted, with each of the two ciphers it used over the years.
func encrypted(t testing.TB) []encryptedKey {
	t.Helper()
	var keys []encryptedKey
	for _, k := range testdata.PEMEncryptedKeys {
		if strings.HasPrefix(k.Name, "ed25519-encrypted") {
			keys = append(keys, encryptedKey{k.Name, k.PEMBytes, k.EncryptionKey})
		}
	}
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	return keys
}

func TestEncryptedKeysAreOpenedByTheirPassphrase(t *testing.T) {
	for _, k := range encrypted(t) {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			ours, err := Parse(k.pem, typed(k.passphrase))
			if err != nil {
				t.Fatal(err)
			}
			opens(t, seal(t, ours), ours)
		})
	}
}

func TestWrongPassphraseIsToldApart(t *testing.T) {
	t.Parallel()
	data := encrypted(t)[0].pem
	for _, wrong := range []string{"", passphrase} {
		if _, err := Parse(data, typed(wrong)); !errors.Is(err, ErrPassphrase) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := Parse(data, func() ([]byte, error) { return nil, io.ErrNoProgress }); !errors.Is(err, io.ErrNoProgress) {
		t.Error(err)
	}
}

func TestOlderFormsAreRead(t *testing.T) {
	for name, key := range newKeys(t) {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		forms := []*pem.Block{{Type: "PRIVATE KEY", Bytes: der}}
		if key, ok := key.(*rsa.PrivateKey); ok {
			forms = append(forms, &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		}
		want, err := Parse(openSSH(t, key), nobody(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range forms {
			got, err := Parse(pem.EncodeToMemory(block), nobody(t))
			if err != nil {
				t.Errorf("%s as %s: %v", name, block.Type, err)
				continue
			}
			opens(t, seal(t, want), got)
		}
	}
}

func TestUnusableKeysSayWhatToDo(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{openSSH(t, ec), "ssh-keygen -t ed25519"},
		{[]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), "ssh-keygen -p"},
		{[]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "damaged"},
		{[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "not a private key"},
		{[]byte("ssh-ed25519 AAAA\n"), "not a PEM file"},
	} {
		if _, err := Parse(c.data, typed(passphrase)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want …%s…", err, c.want)
		}
	}
}

func TestDamagedStanzasAreRefused(t *testing.T) {
	for name, key := range newKeys(t) {
		ours, err := Parse(openSSH(t, key), nobody(t))
		if err != nil {
			t.Fatal(err)
		}
		stanzas, err := ours.Wrap(make([]byte, fileKeySize))
		if err != nil {
			t.Fatal(err)
		}
		whole := *stanzas[0]
		for what, change := range map[string]func(*age.Stanza){
			"no arguments":  func(s *age.Stanza) { s.Args = nil },
			"one too many":  func(s *age.Stanza) { s.Args = append(s.Args[:len(s.Args):len(s.Args)], "x") },
			"a foreign key": func(s *age.Stanza) { s.Args = append([]string{"AAAAAA"}, s.Args[1:]...) },
			"no body":       func(s *age.Stanza) { s.Body = nil },
			"another body":  func(s *age.Stanza) { s.Body = bytes.Repeat([]byte{1}, len(s.Body)) },
			"another type":  func(s *age.Stanza) { s.Type = "X25519" },
		} {
			damaged := whole
			change(&damaged)
			if _, err := ours.Unwrap([]*age.Stanza{&damaged}); err == nil {
				t.Errorf("%s: %s was opened", name, what)
			}
			if _, err := ours.Unwrap([]*age.Stanza{{Type: "X25519"}, &whole}); err != nil {
				t.Errorf("%s: beside another's: %v", name, err)
			}
		}
	}
}

// FuzzParse looks for a file that makes it panic, or that it reads otherwise than x/crypto/ssh.
func FuzzParse(f *testing.F) {
	for _, key := range newKeys(f) {
		block, _ := pem.Decode(openSSH(f, key))
		f.Add(block.Bytes)
	}
	block, _ := pem.Decode(encrypted(f)[0].pem)
	f.Add(block.Bytes)
	f.Add([]byte(openSSHMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: data})
		if _, err := Parse(data, func() ([]byte, error) { return nil, io.EOF }); err != nil {
			return
		}
		if _, err := agessh.ParseIdentity(data); err != nil {
			t.Errorf("agessh: %v", err)
		}
	})
}
