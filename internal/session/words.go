package session

import (
	"github.com/oauthget/oauthget/internal/config"
	"github.com/oauthget/oauthget/internal/shell"
)

// Command returns a command line for a shell that is about the same token as the session: with the profile's name and
// what the command line said of the profile.
func (s *Session) Command(verb string) string {
	return shell.Words(append([]string{"oauthget", verb}, s.words...))
}

// wordsOf returns what follows a command's name to mean the profile called name with flags.
func (o Options) wordsOf(name string, flags map[string][]string) []string {
	var words []string
	if name != "" {
		words = append(words, name)
	}
	for _, k := range config.Keys() {
		for _, text := range flags[k.Name] {
			switch {
			case k.Name == "url" && name == "":
				words = append(words, text)
			case k.MayHoldSecrets():
				text = "…"
				fallthrough
			case k.Kind != config.Bool && text != "":
				words = append(words, "--"+k.Flag(), text)
			default:
				words = append(words, "--"+k.Flag()+"="+text)
			}
		}
	}
	if o.ConfigFile != "" {
		words = append(words, "--config", o.ConfigFile)
	}
	return words
}

func accountFlag(account string) map[string][]string {
	if account == "" {
		return nil
	}
	return map[string][]string{"account": {account}}
}
