package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyProfiles is a file of n ordinary profiles, p0 to p(n-1).
func manyProfiles(n int) string {
	var b strings.Builder
	b.WriteString("default_profile = \"p0\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\n[profiles.p%d]\nissuer = \"https://login%d.example.com\"\nclient_id = \"client-%d\"\nscopes = [\"openid\", \"offline_access\", \"orders:read\"]\nredirect_uri = \"http://127.0.0.1/callback\"\n", i, i, i)
	}
	return b.String()
}

// BenchmarkProfile is what every command pays for its profile.
func BenchmarkProfile(b *testing.B) {
	for _, n := range []int{1, 100} {
		path := filepath.Join(b.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(manyProfiles(n)), 0o600); err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("p%d", n/2)
		b.Run(fmt.Sprintf("resolve/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Load(b.Context(), path)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := Resolve(Input{File: f, Name: name}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("list/%d", n), func(b *testing.B) {
			for b.Loop() {
				f, err := Load(b.Context(), path)
				if err != nil {
					b.Fatal(err)
				}
				if p := f.Profiles(); len(p) != n {
					b.Fatal(len(p))
				}
			}
		})
	}
}
