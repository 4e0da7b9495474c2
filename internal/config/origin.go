package config

import "strconv"

// OriginKind is the kind of an Origin. A larger one overrides a smaller one.
type OriginKind int

// The kinds of origins, weakest first.
const (
	FromDefault OriginKind = iota
	FromPreset
	FromFile
	FromEnvironment
	FromFlag
)

func (k OriginKind) String() string {
	return [...]string{"default", "preset", "file", "environment", "flag"}[k]
}

// Origin is where a value comes from.
type Origin struct {
	Kind OriginKind
	// Where is for display: "default", "preset github", "/path/config.toml:12", "OAUTHGET_CLIENT_ID", "flag --client-id".
	Where string
}

// Origins has the origin of each key that is set. A parameter is named TABLE.PARAMETER.
type Origins map[string]Origin

func inFile(path string, line int) string { return path + ":" + strconv.Itoa(line) }
