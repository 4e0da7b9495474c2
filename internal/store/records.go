package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/oauthget/oauthget/internal/bounded"
)

// Record tells what was stored under a key, for whom and where. By it a set is found again whose profile has changed
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
}

const (
	recordVersion = 1
	recordSuffix  = ".json"

	// maxRecord bounds what is read of a record, in bytes: it has a few names and URLs.
	maxRecord = 256 << 10
)

// Records are the records in a state directory, one file a key. Callers of Write and Remove hold the key's [Lock]. A record
// is written before its set and removed after it, so that no set is ever without one.
type Records struct{ StateDir string }

// Write writes or replaces the record of r.Key.
func (r Records) Write(record Record) error {
	const op = "write record"
	if err := checkKey(record.Key); err != nil {
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
	if err := writeDurably(dir, record.Key+recordSuffix, append(data, '\n')); err != nil {
		return stateDirError(op, err)
	}
	return nil
}

// Remove removes the record of key, if there is one.
func (r Records) Remove(key string) error {
	const op = "remove record"
	if err := checkKey(key); err != nil {
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
	if err := removeFiles(dir, key+recordSuffix, ""); err != nil {
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
		key, ok := strings.CutSuffix(e.Name(), recordSuffix)
		if !ok || checkKey(key) != nil {
			continue
		}
		record, err := readRecord(dir, key)
		switch {
		case err == nil:
			records = append(records, record)
		case !errors.Is(err, fs.ErrNotExist): // another process may have removed it just now
			failed = err
		}
	}
	if failed != nil {
		return records, stateDirError(op, failed)
	}
	return records, nil
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

func readRecord(dir *os.Root, key string) (Record, error) {
	f, err := openRegular(dir, key+recordSuffix)
	if err != nil {
		return Record{}, err
	}
	defer func() { _ = f.Close() }()
	data, err := bounded.Read(f, maxRecord)
	if err != nil {
		return Record{}, err
	}
	var record Record
	if err := json.Unmarshal(data, &record); err != nil || record.Version != recordVersion {
		return Record{}, fmt.Errorf("%s%s is not a record that this version of oauthget writes", key, recordSuffix)
	}
	record.Key = key
	return record, nil
}
