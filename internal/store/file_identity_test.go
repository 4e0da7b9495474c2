package store

import (
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

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/testdata"

	"github.com/oauthget/oauthget/internal/token"
)

func typed(text string) func() (token.Secret, error) {
	return func() (token.Secret, error) { return token.NewSecret(text), nil }
}

func neverAsked(t *testing.T) func() (token.Secret, error) {
	return func() (token.Secret, error) {
		t.Error("a passphrase was asked for")
		return token.Secret{}, io.EOF
	}
}

func newSSHKeys(t *testing.T) map[string]crypto.PrivateKey {
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

func openSSH(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "a comment")
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func pkcs8(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// wantOpened fails unless what the first private key seals is opened by the others.
func wantOpened(t *testing.T, from, by []sealer) {
	t.Helper()
	sealed, err := from[0].seal("key", []byte("packed"))
	if err != nil {
		t.Fatal(err)
	}
	if packed, err := (&opener{sealers: by}).open("key", sealed, false); err != nil || string(packed) != "packed" {
		t.Errorf("%q, %v", packed, err)
	}
}

func TestSSHKeyIsTheSameInEachForm(t *testing.T) {
	for name, key := range newSSHKeys(t) {
		want, err := parseIdentities(openSSH(t, key), neverAsked(t))
		if err != nil {
			t.Fatal(name, err)
		}
		forms := [][]byte{openSSH(t, key), pkcs8(t, key)}
		if key, ok := key.(*rsa.PrivateKey); ok {
			forms = append(forms, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
		}
		for _, data := range forms {
			got, err := parseIdentities(data, neverAsked(t))
			if err != nil {
				t.Fatal(name, err)
			}
			wantOpened(t, want, got)
			wantOpened(t, got, want)
		}
	}
}

func TestAnotherSSHKeyOpensNothing(t *testing.T) {
	for name, key := range newSSHKeys(t) {
		sealers, err := parseIdentities(openSSH(t, key), neverAsked(t))
		if err != nil {
			t.Fatal(name, err)
		}
		sealed, err := sealers[0].seal("key", []byte("packed"))
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range newSSHKeys(t) {
			others, err := parseIdentities(openSSH(t, other), neverAsked(t))
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&opener{sealers: others}).open("key", sealed, false)
			wantReason(t, err, WrongPassphrase)
		}
	}
}

// The keys are ones that ssh-keygen encrypted, with each of the ciphers it has used.
func TestEncryptedSSHKeyIsOpenedByItsPassphrase(t *testing.T) {
	tried := 0
	for _, k := range testdata.PEMEncryptedKeys {
		if !strings.HasPrefix(k.Name, "ed25519-encrypted") {
			continue
		}
		tried++
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			sealers, err := parseIdentities(k.PEMBytes, typed(k.EncryptionKey))
			if err != nil {
				t.Fatal(err)
			}
			wantOpened(t, sealers, sealers)
			_, err = parseIdentities(k.PEMBytes, typed("canary"))
			wantReason(t, err, WrongPassphrase)
			_, err = parseIdentities(k.PEMBytes, func() (token.Secret, error) { return token.Secret{}, io.ErrNoProgress })
			if !errors.Is(err, io.ErrNoProgress) {
				t.Error(err)
			}
		})
	}
	if tried != 2 {
		t.Errorf("%d keys", tried)
	}
}

func TestUnusableSSHKeySaysWhatToDo(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	mixed := newSSHKeys(t)["ed25519"].(ed25519.PrivateKey)
	mixed[len(mixed)-1] ^= 1
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"another algorithm":     {openSSH(t, ec), "ssh-keygen -t ed25519"},
		"a short RSA key":       {pkcs8(t, short), "2048 to 16384 bits"},
		"another's public half": {openSSH(t, mixed), "damaged"},
		"encrypted PKCS #8":     {[]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "ssh-keygen -p"},
		"damaged":               {[]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "damaged"},
		"a certificate":         {[]byte("-----BEGIN canary CERTIFICATE-----\nAAAA\n-----END canary CERTIFICATE-----\n"), "unsupported form"},
		"a public key":          {[]byte("ssh-ed25519 canary\n"), "line 1 is not an X25519 identity"},
	} {
		_, err := parseIdentities(c.data, neverAsked(t))
		if wantReason(t, err, OpenerBad); !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want …%s…", name, err, c.want)
		}
	}
}
