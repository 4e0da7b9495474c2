package curl

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArgumentsAreReadAsCurlReadsThem(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []word
	}{
		"a long option takes the next":       {[]string{"--data", "-x", "u"}, []word{{"data", "-x", false}, {"url", "u", false}}},
		"a letter takes what is left":        {[]string{"-sSd@-", "u"}, []word{{"silent", "", false}, {"show-error", "", false}, {"data", "@-", false}, {"url", "u", false}}},
		"or the next":                        {[]string{"-fsSo", "-", "u"}, []word{{"fail", "", false}, {"silent", "", false}, {"show-error", "", false}, {"output", "-", false}, {"url", "u", false}}},
		"a switch is turned off":             {[]string{"--no-location-trusted"}, []word{{"location-trusted", "", true}}},
		"behind -- are URLs":                 {[]string{"--", "-L", "--"}, []word{{"url", "-L", false}, {"url", "--", false}}},
		"a value may look like the end":      {[]string{"-H", "--", "u"}, []word{{"header", "--", false}, {"url", "u", false}}},
		"the last value may be missing":      {[]string{"-d"}, []word{{"data", "", false}}},
		"options and URLs come in any order": {[]string{"u", "-L", "--url", "v"}, []word{{"url", "u", false}, {"location", "", false}, {"url", "v", false}}},
	} {
		got, err := split(c.args)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(word{})); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestUnknownOptionIsAnError(t *testing.T) {
	for _, arg := range []string{"--location-t", "--loc", "--expand-url", "---d", "--no-data", "--no--L", "-", "-sé", "-sS!", "--url=x"} {
		_, err := Parse([]string{arg, "x"})
		if _, ok := errors.AsType[*UnknownOptionError](err); !ok {
			t.Errorf("%s: %v", arg, err)
		}
	}
}

func TestOptionsThatWouldExposeTheTokenAreRefused(t *testing.T) {
	for _, args := range [][]string{{"--location-trusted"}, {"-K", "f"}, {"-sKf"}, {"--config", "-"}, {"--next"}, {"-s:"}, {"a", "-:", "b"}} {
		if _, err := Parse(args); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	for _, args := range [][]string{{"--no-location-trusted"}, {"-d", "--location-trusted"}, {"--", "-K"}, {"-H", "-K"}} {
		if _, err := Parse(args); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}
