package credential

import (
	"context"
	"encoding/json"

	"github.com/oauthget/oauthget/internal/token"
)

// headers is for programs that run a helper for the headers of their requests, as hosts of the Model Context Protocol do. They
// ask nothing: the configuration that names the helper names the server too.
func headers() Protocol {
	return Protocol{
		Name:  "headers",
		Short: "Print the header with the token as JSON",
		Long: `Print the header that bears the token as a JSON object, {"Authorization": "Bearer …"}, for programs that run a helper for the
headers of their requests. Hosts of the Model Context Protocol do.

They may hide stderr and wait for seconds only: log in before (oauthget login), and add --no-input.`,
		Example: `  oauthget credential headers work
  oauthget credential headers work --no-input --min-ttl 10m`,
		Ask: func(context.Context, Input) (Question, error) {
			return Question{Render: func(set token.Set, _ []string) (string, error) {
				data, err := json.Marshal(map[string]string{"Authorization": set.Type() + " " + set.AccessToken.Reveal()})
				return string(data) + "\n", err
			}}, nil
		},
	}
}
