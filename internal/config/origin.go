package config

import "strconv"

// OriginKind orders the places a value may come from: of two that are given, the later one wins.
type OriginKind int

// The places, weakest first.
const (
	FromDefault OriginKind = iota
	FromFile
	FromEnvironment
	FromFlag
)

func (k OriginKind) String() string {
	return [...]string{"default", "file", "environment", "flag"}[k]
}

// Origin tells where a value came from.
type Origin struct {
	Kind OriginKind
	// Where is for people: "default", "/path/config.toml:12", "OAUTHGET_CLIENT_ID", "flag --client-id".
	Where string
}

// Origins are kept by key name; a parameter's name is TABLE.PARAMETER.
type Origins map[string]Origin

func inFile(path string, line int) string { return path + ":" + strconv.Itoa(line) }
