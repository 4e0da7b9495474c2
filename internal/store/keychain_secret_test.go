package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/oauthget/oauthget/internal/token"
)

func TestClientSecretIsKeptReadAndRemoved(t *testing.T) {
	k, fake := newFake(t)
	for _, text := range []string{"canary-1", "canary-2"} {
		if err := k.SaveSecret(t.Context(), "tool", token.NewSecret(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := k.Secret(t.Context(), "tool"); got != text || err != nil || len(fake.items) != 1 {
			t.Errorf("%q, %v, %d items", got, err, len(fake.items))
		}
	}
	if err := k.DeleteSecret(t.Context(), "tool"); err != nil || len(fake.items) != 0 {
		t.Errorf("%v, %d items", err, len(fake.items))
	}
	if err := k.DeleteSecret(t.Context(), "tool"); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

func TestClientSecretTakesNoTokensPlace(t *testing.T) {
	k, fake := newFake(t)
	key := Key(Field{Name: "a", Values: []string{"b"}})
	if err := k.Save(t.Context(), key, token.Set{AccessToken: token.NewSecret("canary")}); err != nil {
		t.Fatal(err)
	}
	fake.items["moved"] = fake.items[key]
	for _, name := range []string{key, "moved"} {
		for op, err := range map[string]error{
			"save": k.SaveSecret(t.Context(), name, token.NewSecret("canary-s")), "delete": k.DeleteSecret(t.Context(), name),
		} {
			if !errors.Is(err, errOurItem) || strings.Contains(fake.items[name], "canary-s") || fake.items[name] == "" {
				t.Errorf("%s %s: %v, %d bytes", op, name, err, len(fake.items[name]))
			}
		}
	}
}

func TestClientSecretThatTheKeychainDropsIsNoSuccess(t *testing.T) {
	k, fake := newFake(t)
	fake.onSet = func(context.Context, string, string) error { return nil }
	if err := k.SaveSecret(t.Context(), "tool", token.NewSecret("canary")); err == nil || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}
