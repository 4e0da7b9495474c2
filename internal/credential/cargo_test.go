package credential

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oauthget/oauthget/internal/token"
)

func TestCargosCommandIsInTheRequestOrInAScript(t *testing.T) {
	for name, c := range map[string]struct {
		args      []string
		line      string
		want      []string
		notCargos bool
	}{
		"the configuration's":     {args: []string{CargoFlag}, line: `{"v":1,"args":["credential","cargo","work","--bearer"]}`, want: []string{"credential", "cargo", "work", "--bearer"}},
		"without the command":     {args: []string{CargoFlag}, line: `{"v":1,"args":["work"]}`, want: []string{"credential", "cargo", "work"}},
		"none":                    {args: []string{CargoFlag}, line: `{"v":1}`, want: []string{"credential", "cargo"}},
		"broken":                  {args: []string{CargoFlag}, line: `nonsense`, want: []string{"credential", "cargo"}},
		"cargo's flag among them": {args: []string{CargoFlag}, line: `{"v":1,"args":["work","` + CargoFlag + `"]}`, want: []string{"credential", "cargo", "work"}},
		"a script's":              {args: []string{"credential", "cargo", "work", CargoFlag}, line: `{"v":1,"args":["other"]}`, want: []string{"credential", "cargo", "work"}},
		"another program's":       {args: []string{"exec", "work", "--", "x", CargoFlag}, notCargos: true},
		"by hand":                 {args: []string{"credential", "cargo", "work"}, notCargos: true},
		"nothing":                 {notCargos: true},
	} {
		if IsCargo(c.args) == c.notCargos {
			t.Errorf("%s: IsCargo is %v", name, !c.notCargos)
		}
		if c.notCargos {
			continue
		}
		var hello strings.Builder
		args, stdin := CargoArgs(t.Context(), c.args, strings.NewReader(c.line+"\n"), &hello)
		if diff := cmp.Diff(c.want, args); diff != "" || hello.String() != `{"v":[1]}`+"\n" {
			t.Errorf("%s: hello %q\n%s", name, &hello, diff)
		}
		if line, err := io.ReadAll(stdin); err != nil || string(line) != c.line+"\n" {
			t.Errorf("%s: the command reads %q", name, line)
		}
	}
}

func FuzzCargoRequest(f *testing.F) {
	f.Add([]byte(`{"v":1,"registry":{"index-url":"sparse+https://r.example/"},"kind":"get","operation":"read"}`), true)
	f.Add([]byte(`{"v":1,"registry":{"index-url":"https://r.example"},"kind":"login","token":"t"}`), false)
	f.Fuzz(func(t *testing.T, data []byte, bearer bool) {
		var answer string
		q, err := askCargo(t.Context(), Input{Stdin: strings.NewReader(string(data)), Bearer: bearer})
		if err != nil {
			answer = cargoFailure(err, []string{"a\nhint"})
		} else if q.Server == nil || q.Server.Host == "" {
			t.Fatalf("%q is answered without a server", data)
		} else if answer, err = q.Render(token.Set{AccessToken: token.NewSecret("canary-t")}, nil); err != nil {
			t.Fatal(err)
		}
		var read map[string]map[string]any
		if json.Unmarshal([]byte(answer), &read) != nil || len(read) != 1 || strings.Count(answer, "\n") != 1 {
			t.Errorf("%q is answered by %q", data, answer)
		}
	})
}

func TestCargoReadsWhyARequestFails(t *testing.T) {
	for want, err := range map[string]error{
		`{"Err":{"kind":"url-not-supported"}}`:                                           errElsewhere,
		`{"Err":{"kind":"operation-not-supported"}}`:                                     &unsupportedError{"x"},
		`{"Err":{"kind":"other","message":"a [31m b","caused-by":["oauthget login r"]}}`: errors.New("a \x1b[31m b"),
	} {
		if got := cargoFailure(err, []string{"oauthget login r"}); got != want+"\n" {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
