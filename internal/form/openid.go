package form

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Prompt allows unknown values: a server may have its own (prompt_values_supported).
func Prompt(values []string) error {
	given := strings.Fields(values[0])
	// "prompt: OPTIONAL. Space-delimited, case-sensitive list of ASCII string values". OpenID Connect Core §3.1.2.1
	if len(given) == 0 || !ascii.All(values[0], ascii.IsVSCHAR) {
		return errors.New("want words such as login, consent and select_account, separated by spaces")
	}
	// "If this parameter contains none with any other value, an error is returned." §3.1.2.1
	if slices.Contains(given, "none") && len(given) > 1 {
		return errors.New("none cannot be combined with other values (OpenID Connect Core §3.1.2.1)")
	}
	return nil
}

// Claims checks a request for claims.
func Claims(values []string) error {
	var claims map[string]json.RawMessage
	if json.Unmarshal([]byte(values[0]), &claims) != nil || claims == nil {
		return errors.New("want a JSON object, with userinfo or id_token in it (OpenID Connect Core §5.5)")
	}
	for _, place := range []string{"userinfo", "id_token"} {
		var requested map[string]*struct {
			Essential bool              `json:"essential"`
			Values    []json.RawMessage `json:"values"`
		}
		if raw, ok := claims[place]; ok && json.Unmarshal(raw, &requested) != nil {
			return fmt.Errorf("%s wants an object whose members are null or an object (OpenID Connect Core §5.5.1)", place)
		}
	}
	return nil
}
