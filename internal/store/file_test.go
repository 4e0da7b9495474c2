package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/oauthget/oauthget/internal/token"
)

// cheap is a work of scrypt that tests can wait for.
const cheap = 2

// fileStore returns a store with the options o and a cheap scrypt, in a directory of its own where o has none.
func fileStore(t testing.TB, o FileOptions) *File {
	t.Helper()
	if o.StateDir == "" {
		o.StateDir = filepath.Join(t.TempDir(), "state")
	}
	f := NewFile(o)
	f.options.work = cheap
	return f
}

func withIdentity(t testing.TB) *File {
	t.Helper()
	return fileStore(t, FileOptions{IdentityFile: newIdentity(t)})
}

func withPassphrase(t testing.TB, stateDir, text string) *File {
	t.Helper()
	return fileStore(t, FileOptions{StateDir: stateDir, Passphrase: token.NewSecret(text)})
}

func newIdentity(t testing.TB) string {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "age.key")
	if err := os.WriteFile(path, []byte("# a comment\n\n"+identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// again is another run of the program on the same files.
func again(t testing.TB, f *File) *File {
	t.Helper()
	return fileStore(t, f.options)
}

func tokenPath(f *File, key string) string {
	return filepath.Join(f.options.StateDir, tokensDir, tokenName(key))
}

// typist answers prompts, one after the other, and keeps them.
type typist struct {
	answers, prompts []string
}

func (p *typist) ask(_ context.Context, prompt string) (token.Secret, error) {
	p.prompts = append(p.prompts, prompt)
	if len(p.answers) == 0 {
		return token.Secret{}, io.EOF
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return token.NewSecret(answer), nil
}

func TestEachOpenerOpensWhatItSealed(t *testing.T) {
	person := func(answers ...string) *typist { return &typist{answers: answers} }
	for name, o := range map[string]FileOptions{
		"identity file": {IdentityFile: newIdentity(t), Passphrase: token.NewSecret("not this")},
		"passphrase":    {Passphrase: token.NewSecret("canary"), Ask: person().ask},
		"command":       {Command: func(context.Context) (token.Secret, error) { return token.NewSecret("canary"), nil }},
		"person":        {Ask: person("canary", "canary", "canary").ask},
	} {
		t.Run(name, func(t *testing.T) {
			f, want := fileStore(t, o), setOf(1000)
			if err := f.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Load(t.Context(), "key"); !errors.Is(err, ErrNotFound) {
				t.Fatalf("before the first save: %v", err)
			}
			mustSave(t, f, "key", want)
			wantLoaded(t, f, "key", want)
			next := again(t, f)
			wantLoaded(t, next, "key", want)
			want = setOf(50)
			mustSave(t, next, "key", want)
			wantLoaded(t, f, "key", want) // the other run's
			if err := f.Delete(t.Context(), "key"); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Load(t.Context(), "key"); !errors.Is(err, ErrNotFound) {
				t.Errorf("after the delete: %v", err)
			}
			if err := f.Delete(t.Context(), "key"); err != nil {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}

func TestFilesOfEverySizeComeBack(t *testing.T) {
	f := withIdentity(t)
	for _, n := range []int{1, 100, 4 << 10, 64 << 10, 1 << 20} {
		want := setOf(n)
		mustSave(t, f, "key", want)
		wantLoaded(t, again(t, f), "key", want)
	}
}

func TestPersonIsAskedOnceARun(t *testing.T) {
	p := &typist{answers: []string{"a", "b", "a", "a"}}
	f := fileStore(t, FileOptions{Ask: p.ask})
	mustSave(t, f, "key", setOf(10))
	mustSave(t, f, "key", setOf(10))
	wantLoaded2(t, f, "key")
	if len(p.prompts) != 4 || !strings.Contains(p.prompts[2], "differ") {
		t.Errorf("asked %q", p.prompts)
	}
	p = &typist{answers: []string{"a"}}
	f = fileStore(t, FileOptions{StateDir: f.options.StateDir, Ask: p.ask})
	if err := f.Unlock(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	wantLoaded2(t, f, "key")
	mustSave(t, f, "key", setOf(10))
	if len(p.prompts) != 1 {
		t.Errorf("asked %q", p.prompts)
	}
	if err := fileStore(t, FileOptions{StateDir: f.options.StateDir, Ask: p.ask}).Probe(t.Context()); err != nil || len(p.prompts) != 1 {
		t.Errorf("the probe asked, or said %v", err)
	}
}

func wantLoaded2(t *testing.T, f *File, key string) {
	t.Helper()
	if _, err := f.Load(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}

func TestNobodyIsAskedForAFileThatIsNotThere(t *testing.T) {
	p := &typist{}
	if _, err := fileStore(t, FileOptions{Ask: p.ask}).Load(t.Context(), "key"); !errors.Is(err, ErrNotFound) || p.prompts != nil {
		t.Errorf("error %v, asked %q", err, p.prompts)
	}
}

func TestWrongPassphraseTouchesNothing(t *testing.T) {
	f := withPassphrase(t, "", "canary right")
	want := setOf(100)
	mustSave(t, f, "key", want)
	before := snapshot(t, f.options.StateDir)
	p := &typist{answers: []string{"canary wrong", "canary wrong"}}
	for name, o := range map[string]FileOptions{
		"passphrase": {Passphrase: token.NewSecret("canary wrong")},
		"person":     {Ask: p.ask},
		"identity":   {IdentityFile: newIdentity(t)},
	} {
		o.StateDir = f.options.StateDir
		wrong := fileStore(t, o)
		_, err := wrong.Load(t.Context(), "key")
		wantReason(t, err, WrongPassphrase)
		wantReason(t, wrong.Save(t.Context(), "key", setOf(5)), WrongPassphrase)
		if name != "person" {
			wantReason(t, wrong.Unlock(t.Context(), "key"), WrongPassphrase)
		}
		if after := snapshot(t, f.options.StateDir); after != before {
			t.Errorf("%s: something was touched:\n%s\n%s", name, before, after)
		}
	}
	wantLoaded(t, f, "key", want)
}

// snapshot tells of everything below dir: names, modes, times and contents.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(path + " " + info.Mode().String() + " " + info.ModTime().Format(time.RFC3339Nano))
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.Write(data)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsNotOursIsUnreadableAndStays(t *testing.T) {
	f := withIdentity(t)
	mustSave(t, f, "other", setOf(100))
	mustSave(t, f, "key", setOf(100))
	whole, err := os.ReadFile(tokenPath(f, "key"))
	if err != nil {
		t.Fatal(err)
	}
	swapped, err := os.ReadFile(tokenPath(f, "other"))
	if err != nil {
		t.Fatal(err)
	}
	opener, err := f.openerFor(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	recipient := opener.sealers[0].recipient
	packed, err := pack(setOf(100))
	if err != nil {
		t.Fatal(err)
	}
	noSet, err := opener.seal("key", []byte("canary"))
	if err != nil {
		t.Fatal(err)
	}
	// Whoever knows the public key can seal to it, and prove it with a key of their own.
	theirs, err := newSealer(nil, recipient, []byte("a key of their own"))
	if err != nil {
		t.Fatal(err)
	}
	forged, err := theirs.seal("key", packed)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), whole...)
	flipped[len(flipped)-1] ^= 1
	for name, data := range map[string][]byte{
		"empty":             {},
		"half":              whole[:len(whole)/2],
		"one byte short":    whole[:len(whole)-1],
		"one byte more":     append(append([]byte(nil), whole...), 'x'),
		"one bit changed":   flipped,
		"another key's":     swapped,
		"text":              []byte("canary: my notes\n"),
		"an age file":       sealedFor(t, recipient, "canary"),
		"no set":            noSet,
		"another version's": sealedFor(t, recipient, "oauthget token file 3\nkey\n"),
		"an earlier one's":  sealedFor(t, recipient, earlierFileMagic+"key\n"+string(packed)),
		"without proof":     sealedFor(t, recipient, tokenFileMagic+"key\n"+string(packed)),
		"forged":            forged,
	} {
		if err := os.WriteFile(tokenPath(f, "key"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, f.options.StateDir)
		next := again(t, f)
		_, err := next.Load(t.Context(), "key")
		if wantReason(t, err, Unreadable); name != "no set" { // which only its own passphrase could have sealed
			wantReason(t, next.Save(t.Context(), "key", setOf(5)), Unreadable)
		}
		if name != "no set" && snapshot(t, f.options.StateDir) != before {
			t.Errorf("%s: it was touched", name)
		}
	}
	if err := f.Delete(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	mustSave(t, again(t, f), "key", setOf(5))
}

func sealedFor(t testing.TB, to age.Recipient, text string) []byte {
	t.Helper()
	var b strings.Builder
	w, err := age.Encrypt(&b, to)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String())
}

// A planted file must not make a reader work for hours.
func TestWorkThatAFileMayAskForIsBounded(t *testing.T) {
	f := withPassphrase(t, "", "canary")
	mustSave(t, f, "key", setOf(10))
	data, err := os.ReadFile(tokenPath(f, "key"))
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(string(data), " 2\n")
	if err := os.WriteFile(tokenPath(f, "key"), []byte(header+" 19\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = again(t, f).Load(t.Context(), "key")
	wantReason(t, err, Unreadable)
	if scryptWork > maxScryptWork || NewFile(FileOptions{}).options.work != scryptWork {
		t.Error("what is written cannot be read, or is not what is said")
	}
}

func TestErrorOfWhatOpensIsNotNotFound(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "key")
	for name, c := range map[string]struct {
		options FileOptions
		key     string
		want    Reason
	}{
		"nothing":          {FileOptions{}, "", Locked},
		"no file":          {FileOptions{IdentityFile: "/nowhere/key"}, "", OpenerBad},
		"a directory":      {FileOptions{IdentityFile: t.TempDir()}, "", OpenerBad},
		"an empty file":    {FileOptions{IdentityFile: damaged}, "", OpenerBad},
		"a public key":     {FileOptions{IdentityFile: damaged}, "age1canary\n", OpenerBad},
		"a damaged key":    {FileOptions{IdentityFile: damaged}, ageSecretKey + "CANARY\n", OpenerBad},
		"an encrypted key": {FileOptions{IdentityFile: damaged}, ageMagic, OpenerBad},
		"a damaged SSH key": {
			FileOptions{IdentityFile: damaged},
			"-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n", OpenerBad,
		},
		"a command that fails": {FileOptions{Command: func(context.Context) (token.Secret, error) {
			return token.Secret{}, errors.New("exit status 1")
		}}, "", OpenerBad},
		"a person who types nothing": {FileOptions{Ask: (&typist{answers: []string{""}}).ask}, "", OpenerBad},
		"a person who is gone":       {FileOptions{Ask: (&typist{}).ask}, "", OpenerBad},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(damaged, []byte(c.key), 0o600); err != nil {
				t.Fatal(err)
			}
			f := withPassphrase(t, "", "right")
			mustSave(t, f, "key", setOf(10))
			c.options.StateDir = f.options.StateDir
			f = fileStore(t, c.options)
			_, err := f.Load(t.Context(), "key")
			wantReason(t, err, c.want)
			wantReason(t, f.Save(t.Context(), "key", setOf(10)), c.want)
			if c.options.Ask == nil && c.options.Command == nil {
				wantReason(t, f.Probe(t.Context()), c.want)
			}
		})
	}
}

func TestContextThatHasEndedIsToldAsThat(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := fileStore(t, FileOptions{Ask: func(context.Context, string) (token.Secret, error) {
		cancel() // Ctrl-C at the prompt
		return token.Secret{}, context.Canceled
	}})
	if err := f.Save(ctx, "key", setOf(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for _, err := range []error{f.Probe(ctx), f.Unlock(ctx, "key"), f.Delete(ctx, "key")} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
	if _, err := os.Stat(f.options.StateDir); err == nil {
		t.Error("something was written")
	}
}

func TestKeyThatIsAPathOpensNothing(t *testing.T) {
	f := withIdentity(t)
	_, err := f.Load(t.Context(), "../key")
	wantReason(t, err, StateDirBad)
	wantReason(t, f.Save(t.Context(), "../key", setOf(1)), StateDirBad)
	wantReason(t, f.Delete(t.Context(), "../key"), StateDirBad)
}

// FuzzFile looks for a file that makes the reader panic, or that it takes for one of another key.
func FuzzFile(f *testing.F) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	own, err := newSealer(identity, identity.Recipient(), []byte(identity.String()))
	if err != nil {
		f.Fatal(err)
	}
	o := &opener{sealers: []sealer{own}}
	whole, err := o.seal("key", []byte("packed"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, "key")
	f.Add(whole[:len(whole)-1], "key")
	f.Add([]byte(ageMagic+"-> scrypt AAAA 18\n"), "key")
	f.Add(sealedFor(f, identity.Recipient(), tokenFileMagic+"key\n"), "other")
	f.Fuzz(func(t *testing.T, data []byte, key string) {
		_, _ = o.open(key, data, true)
		packed, err := o.open(key, data, false)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("error %q", err)
			}
			return
		}
		if key != "key" && string(data) == string(whole) {
			t.Errorf("another key's file was taken: %q", packed)
		}
	})
}

func BenchmarkFileLoadWithAnIdentity(b *testing.B) {
	f := withIdentity(b)
	if err := f.Save(b.Context(), "key", setOf(1000)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := again(b, f).Load(b.Context(), "key"); err != nil {
			b.Fatal(err)
		}
	}
}

func skipWithoutModes(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
}
