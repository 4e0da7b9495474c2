package store

import (
	"bytes"
	"compress/zlib"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

func TestItemIsTextWhereItMustBe(t *testing.T) {
	packed, err := pack(setOf(1000))
	if err != nil {
		t.Fatal(err)
	}
	for _, binary := range []bool{false, true} {
		text := inlineItem(packed, binary)
		if !binary && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/:") != "" {
			t.Errorf("not plain text: %q", text)
		}
		it, err := parseItem(text)
		if err != nil || !bytes.Equal(it.packed, packed) {
			t.Errorf("binary %v: read back %d bytes of %d: %v", binary, len(it.packed), len(packed), err)
		}
	}
}

func TestUnpackRefusesMoreThanPackWrites(t *testing.T) {
	set := token.Set{AccessToken: token.NewSecret("canary")}
	good, err := pack(set)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1 // in the checksum
	for name, data := range map[string][]byte{
		"nothing":       nil,
		"not a set":     packedText(`{"v":1`),
		"later version": packedText(`{"v":99,"access_token":"canary"}`),
		"more after it": append(bytes.Clone(good), 0),
		"cut":           good[:len(good)-1],
		"checksum":      flipped,
		"a bomb":        packedText(strings.Repeat(" ", maxSet) + `{"v":1,"access_token":"canary"}`),
	} {
		if _, err := unpack(data); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := unpack(good); err != nil {
		t.Error(err)
	}
}

func packedText(text string) []byte {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func TestLargestItemsFitTheirPlatforms(t *testing.T) {
	pointer := sealedRef{id: strings.Repeat("A", 26)}.item()
	for _, limit := range []int{maxItemDarwin, maxItemWindows, maxItemSecretService, small} {
		if len(pointer) > limit {
			t.Errorf("an item that points to a file has %d bytes, more than %d", len(pointer), limit)
		}
	}
}

// Whatever stands in the keychain and in the file: no panic, no secret in an error, and what is accepted is stable.
func FuzzStoredForms(f *testing.F) {
	set := setOf(300)
	packed, err := pack(set)
	if err != nil {
		f.Fatal(err)
	}
	ref := sealedRef{id: strings.Repeat("A", 26)}
	aead, bound, err := sealedCipher("key", ref)
	if err != nil {
		f.Fatal(err)
	}
	sealed := aead.Seal([]byte(sealedMagic), nil, packed, bound)
	f.Add(inlineItem(packed, false), []byte(nil))
	f.Add(inlineItem(packed, true), []byte(nil))
	f.Add(ref.item(), sealed)
	f.Add(ref.item(), []byte(sealedMagic))
	f.Add(ref.item()[:48], sealed[:20])
	f.Add("og1s:.", sealed)
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, text string, file []byte) {
		it, err := parseItem(text)
		if err == nil && it.sealed != nil {
			if got := it.sealed.item(); got != text {
				t.Fatalf("%q was read as %q", text, got)
			}
			if name := sealedName("key", it.sealed.id); strings.ContainsAny(name, `/\.`) {
				t.Fatalf("a file name %q", name)
			}
			it.packed, err = openSealed("key", *it.sealed, file)
		}
		var got token.Set
		if err == nil {
			got, err = unpack(it.packed)
		}
		if err != nil {
			if len(text) > 12 && strings.Contains(err.Error(), text[len(itemText):]) {
				t.Fatalf("the error holds the item: %v", err)
			}
			return
		}
		again, err := pack(got)
		if err != nil {
			t.Fatal(err)
		}
		back, err := unpack(again)
		if err != nil || !cmp.Equal(got, back, cmp.Comparer(token.Secret.Equal)) {
			t.Fatalf("not stable: %v", err)
		}
	})
}
