package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
)

// Record tells what was stored under a key in one store, and for whom. By it a set is found again whose profile has changed
// since, or was never in a file. It holds nothing secret, and nothing that changes with a refresh.
type Record struct {
	Version       int    `json:"version"`
	Key           string `json:"-"` // is in the file's name
	Profile       string `json:"profile,omitempty"`
	Account       string `json:"account,omitempty"`
	Issuer        string `json:"issuer,omitempty"`
	TokenEndpoint string `json:"token_endpoint,omitempty"` // where there is no issuer
	ClientID      string `json:"client_id,omitempty"`
	Store         string `json:"store"` // Name of the Store
	// Refused is when the set was obtained whose refresh token the server has refused, in Unix time; 0 if none was. It says
	// nothing of a set that was obtained at another time.
	Refused int64 `json:"refused,omitempty"`
	// API is the resource that the tokens are for, if they were obtained by an API's URL (RFC 8707).
	API string `json:"api,omitempty"`
	// Registration reports that a registered client is stored, and no tokens.
	Registration bool `json:"registration,omitempty"`
}

const (
	recordVersion = 1
	recordSuffix  = ".json"

	// maxRecord bounds what is read of a record, in bytes: it has a few names and URLs.
	maxRecord = 256 << 10
)

// Records are the records in a state directory, one file for each key and store: <key>.<store>.json. Earlier versions had
// one for each key, <key>.json, which is read as well. Callers of Write and Remove hold the key's [Lock]. A record is written
// before its set and removed after it, so that no set is ever without one.
type Records struct{ StateDir string }

func recordName(key, store string) string { return key + "." + store + recordSuffix }

// Write writes the record of what record.Store has under record.Key, if it is not there already.
func (r Records) Write(record Record) error {
	const op = "write record"
	if err := errors.Join(checkKey(record.Key), checkKey(record.Store)); err != nil {
		return stateDirError(op, err)
	}
	record.Version = recordVersion
	data, err := json.Marshal(record)
	if err != nil {
		return stateDirError(op, err)
	}
	dir, err := makeDir(r.StateDir, recordsDir)
	if err != nil {
		return stateDirError(op, err)
	}
	defer func() { _ = dir.Close() }()
	name := recordName(record.Key, record.Store)
	if present, err := readRecord(dir, name); err == nil && present == record {
		return nil
	}
	if err := writeDurably(dir, name, append(data, '\n')); err != nil {
		return stateDirError(op, err)
	}
	return nil
}

// Remove removes the record of what store has under key, if there is one.
func (r Records) Remove(key, store string) error {
	const op = "remove record"
	if err := errors.Join(checkKey(key), checkKey(store)); err != nil {
		return stateDirError(op, err)
	}
	dir, err := openDir(r.StateDir, recordsDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return stateDirError(op, err)
	}
	defer func() { _ = dir.Close() }()
	err = removeFiles(dir, recordName(key, store), "")
	if earlier, failed := readRecord(dir, key+recordSuffix); failed == nil && earlier.Store == store {
		err = errors.Join(err, dir.Remove(key+recordSuffix))
	}
	if err != nil {
		return stateDirError(op, err)
	}
	return syncDir(dir)
}

// All returns the records in the order of their keys. Beside an error it returns those that it could read.
func (r Records) All() ([]Record, error) {
	const op = "read records"
	dir, err := openDir(r.StateDir, recordsDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, stateDirError(op, err)
	}
	defer func() { _ = dir.Close() }()
	entries, failed := fs.ReadDir(dir.FS(), ".")
	var records []Record
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), recordSuffix); !ok || checkKey(strings.Replace(name, ".", "", 1)) != nil {
			continue
		}
		record, err := readRecord(dir, e.Name())
		switch {
		case err == nil:
			records = append(records, record)
		case !errors.Is(err, fs.ErrNotExist): // another process may have removed it just now
			failed = err
		}
	}
	// Both a record and that of an earlier version may tell of one set.
	records = slices.CompactFunc(records, func(a, b Record) bool { return a.Key == b.Key && a.Store == b.Store })
	if failed != nil {
		return records, stateDirError(op, failed)
	}
	return records, nil
}

// Read returns the record of what store has under key. There may be none.
func (r Records) Read(key, store string) (Record, error) {
	const op = "read record"
	if err := errors.Join(checkKey(key), checkKey(store)); err != nil {
		return Record{}, stateDirError(op, err)
	}
	dir, err := openDir(r.StateDir, recordsDir)
	if err != nil {
		return Record{}, stateDirError(op, err)
	}
	defer func() { _ = dir.Close() }()
	record, err := readRecord(dir, recordName(key, store))
	if err != nil {
		return Record{}, stateDirError(op, err)
	}
	return record, nil
}

// Of returns the records of a profile. That of flags alone is "".
func (r Records) Of(profile string) ([]Record, error) {
	all, err := r.All()
	var of []Record
	for _, record := range all {
		if record.Profile == profile {
			of = append(of, record)
		}
	}
	return of, err
}

func readRecord(dir *os.Root, name string) (Record, error) {
	f, err := openRegular(dir, name)
	if err != nil {
		return Record{}, err
	}
	defer func() { _ = f.Close() }()
	data, err := bounded.Read(f, maxRecord)
	if err != nil {
		return Record{}, err
	}
	var record Record
	err = json.Unmarshal(data, &record)
	record.Key, _, _ = strings.Cut(name, ".")
	if err != nil || record.Version != recordVersion || name != recordName(record.Key, record.Store) && name != record.Key+recordSuffix {
		return Record{}, fmt.Errorf("%s is not a record that this version of oauthget writes", name)
	}
	return record, nil
}
