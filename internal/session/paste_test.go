package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPastedAddressIsNeverCut(t *testing.T) {
	fits := strings.Repeat("x", maxPasted)
	console := &person{pastes: []string{"", fits + "x", fits, "too late"}}
	s := &Session{console: console}
	var delivered []int
	s.paste(t.Context(), func(pasted string) error {
		delivered = append(delivered, len(pasted))
		return nil
	})
	if !slices.Equal(delivered, []int{maxPasted}) || console.heard() != "warning: what was pasted is longer than 64 KiB; the login goes on" {
		t.Errorf("%d, %s", delivered, console.heard())
	}
}

func TestPastedAddressThatDoesNotFitIsTold(t *testing.T) {
	console := &person{pastes: []string{"wrong", "right", "too late"}}
	s := &Session{console: console}
	s.paste(t.Context(), func(pasted string) error {
		if pasted == "wrong" {
			return errors.New("it is wrong")
		}
		return nil
	})
	if console.heard() != "warning: it is wrong; the login goes on" {
		t.Error(console.heard())
	}
}
