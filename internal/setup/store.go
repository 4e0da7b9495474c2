package setup

import (
	"cmp"
	"context"

	"github.com/oauthget/oauthget/internal/config"
)

// askStore asks for another store.
func (s *setup) askStore(ctx context.Context) error {
	const key = "store"
	before := cmp.Or(s.text(key), config.StoreKeychain)
	q := question{key: key, text: "Keep tokens in: keychain, or sealed files (file)", ready: before}
	for {
		answer, err := s.ask(ctx, q)
		if err != nil {
			return err
		}
		switch answer {
		case config.StoreKeychain:
			s.set("identity_file", "")
		case config.StoreFile:
			if answer == before || s.firstOf("identity_file", "passphrase_command") == "" {
				err = s.askOpener(ctx)
			}
		default:
			continue
		}
		if answer != before {
			s.set(key, answer)
		}
		return err
	}
}

// askOpener asks for the key that opens sealed files.
func (s *setup) askOpener(ctx context.Context) error {
	const key, typed = "identity_file", "passphrase"
	q := question{key: key, text: "SSH or age private key that opens them", ready: s.text(key), hint: "Enter for a passphrase"}
	if q.ready != "" {
		q.text += ", or " + typed + " to type one"
	}
	path, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	if path == typed {
		path = ""
	}
	s.set(key, path)
	if path != "" {
		s.set("passphrase_command", "") // one of them opens a file
	}
	return nil
}
