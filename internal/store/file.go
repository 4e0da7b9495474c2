package store

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/oauthget/oauthget/internal/token"
)

// File is the store of sealed files in <state directory>/tokens, one a key, in the format of age
// (https://age-encryption.org/v1). They are opened by the first of these that there is: an identity file, a passphrase, a
// command that prints one, a person who is asked for one, at most once a run.
//
// A file that cannot be opened is not replaced: a mistyped passphrase must not lose what is stored. Nor is one that others
// may read or write, that is not a regular file, or that is not ours. Delete removes all of these.
type File struct {
	options FileOptions

	mu     sync.Mutex // Load may run at the same time as any method
	opener *opener    // nil until it is needed
	known  map[string]contents
}

// contents is what a file held when it was last opened. A token is loaded before and after its lock is taken, and need not
// be opened twice.
type contents struct {
	sealed, packed []byte
	by             *opener
}

// FileOptions are the options of [NewFile].
type FileOptions struct {
	StateDir     string       // from [StateDir]
	IdentityFile string       // the path of an age or SSH private key; empty for none
	Passphrase   token.Secret // of OAUTHGET_PASSPHRASE; empty for none
	// Command runs the profile's passphrase_command; nil for none.
	Command func(ctx context.Context) (token.Secret, error)
	// Ask asks a person for a passphrase; nil where nobody can be asked.
	Ask func(ctx context.Context, prompt string) (token.Secret, error)

	work int // of scrypt: see scryptWork
}

// NewFile returns a File. It opens nothing yet.
func NewFile(o FileOptions) *File {
	o.work = scryptWork
	return &File{options: o, known: map[string]contents{}}
}

// Name implements [Store].
func (f *File) Name() string { return "file" }

// Probe implements [Store]. It checks that a file could be written and that there is something to open it with, but not
// that it is the right one, as Unlock does.
func (f *File) Probe(ctx context.Context) error {
	const op = "open token store"
	if err := ctx.Err(); err != nil {
		return f.fail(op, err)
	}
	if err := f.options.check(); err != nil {
		return f.fail(op, err)
	}
	return f.fail(op, tryTokensDir(f.options.StateDir))
}

// Unlock implements [Store]. It may ask a person: for the passphrase of the file that is there, or twice for a new one.
func (f *File) Unlock(ctx context.Context, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.unlock(ctx, key)
	return f.fail("unlock token store", err)
}

// Load implements [Store].
func (f *File) Load(ctx context.Context, key string) (token.Set, error) {
	const op = "load token"
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := f.load(ctx, key)
	if err != nil {
		return token.Set{}, f.fail(op, err)
	}
	set, err := unpack(file.packed)
	if err != nil {
		return token.Set{}, f.fail(op, &Error{Reason: Unreadable, Err: err})
	}
	return set, nil
}

func (f *File) load(ctx context.Context, key string) (contents, error) {
	if err := errors.Join(ctx.Err(), checkKey(key)); err != nil {
		return contents{}, err
	}
	sealed, earlier, err := readToken(f.options.StateDir, key)
	if err != nil {
		return contents{}, err
	}
	if seen := f.known[key]; seen.sealed != nil && bytes.Equal(seen.sealed, sealed) {
		return seen, nil
	}
	if err := checkSealed(sealed); err != nil { // before anybody is asked for its passphrase
		return contents{}, err
	}
	typedBefore := f.opener != nil && f.opener.asked
	by, err := f.openerFor(ctx, false)
	if err != nil {
		return contents{}, err
	}
	packed, err := by.open(key, sealed, earlier)
	if err != nil && by.asked {
		f.opener = nil // another try asks again
		if e, ok := errors.AsType[*Error](err); ok && e.Reason == WrongPassphrase && typedBefore {
			return f.load(ctx, key) // the passphrase was typed for another file
		}
	}
	if err != nil {
		return contents{}, err
	}
	f.known[key] = contents{sealed, packed, by}
	return f.known[key], ctx.Err()
}

// unlock returns what Save seals with: what opens the present file, or a new passphrase.
func (f *File) unlock(ctx context.Context, key string) (*opener, error) {
	present, err := f.load(ctx, key)
	by := present.by
	if errors.Is(err, ErrNotFound) {
		by, err = f.openerFor(ctx, true)
	}
	if err != nil {
		return nil, err
	}
	return by, by.ready(func() [][]byte { return readTokens(f.options.StateDir) })
}

// Save implements [Store].
func (f *File) Save(ctx context.Context, key string, set token.Set) error {
	const op = "save token"
	packed, err := pack(set)
	if err != nil {
		return f.fail(op, &Error{Reason: TooLarge, Err: err})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	by, err := f.unlock(ctx, key)
	if err != nil {
		return f.fail(op, err)
	}
	sealed, err := by.seal(key, packed)
	if err != nil {
		return f.fail(op, err)
	}
	if err := writeToken(f.options.StateDir, key, sealed); err != nil {
		return f.fail(op, err)
	}
	f.known[key] = contents{sealed, packed, by}
	return nil
}

// Delete implements [Store]. It needs nothing that opens the file.
func (f *File) Delete(ctx context.Context, key string) error {
	const op = "delete token"
	if err := errors.Join(ctx.Err(), checkKey(key)); err != nil {
		return f.fail(op, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, key)
	return f.fail(op, removeToken(f.options.StateDir, key))
}

func (f *File) fail(op string, err error) error { return failure(f, op, StateDirBad, err) }
