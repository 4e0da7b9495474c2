package session

import (
	"slices"

	"github.com/oauthget/oauthget/internal/store"
)

// Accounts returns the accounts for which the profile has tokens, without that of no name.
func (s *Session) Accounts() []string {
	if s.remote != nil {
		return s.remote.accounts
	}
	if s.stateDir == "" {
		return nil
	}
	records, err := store.Records{StateDir: s.stateDir}.Of(s.Profile.Name)
	if err != nil {
		s.console.Step("%v", err) // beside those that could be read
	}
	var accounts []string
	for _, r := range records {
		if r.Account != "" {
			accounts = append(accounts, r.Account)
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}
