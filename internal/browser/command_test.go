package browser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListIsSplitAtColonsOutsideOfQuotes(t *testing.T) {
	for list, want := range map[string][][]string{
		"":                                      {},
		" : :: ":                                {},
		"firefox":                               {{"firefox"}},
		"firefox:w3m":                           {{"firefox"}, {"w3m"}},
		":firefox --new-tab %s : w3m  -T":       {{"firefox", "--new-tab", "%s"}, {"w3m", "-T"}},
		`"/Applications/A B.app/x" -a 'b:c "d'`: {{"/Applications/A B.app/x", "-a", `b:c "d`}},
		`a"b c"d ''`:                            {{"ab cd", ""}},
		`C:\a.exe`:                              {{"C"}, {`\a.exe`}},
		`"a:b`:                                  {{"a:b"}},
	} {
		got := splitList(list, "linux")
		if len(got) == 0 {
			got = [][]string{}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", list, d)
		}
	}
}

func TestDriveLettersAreKeptOnWindows(t *testing.T) {
	got := splitList(`C:\b.exe -p D:/x:"C:\Program Files\c.exe":d`, "windows")
	want := [][]string{{`C:\b.exe`, "-p", "D:/x"}, {`C:\Program Files\c.exe`}, {"d"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestURLReplacesItsPlaceholder(t *testing.T) {
	for name, c := range map[string]struct{ args, want []string }{
		"appended": {[]string{"-n"}, []string{"-n", "U"}},
		"in place": {[]string{"%s", "-n"}, []string{"U", "-n"}},
		"inside":   {[]string{"--app=%s", "%s"}, []string{"--app=U", "U"}},
		"no args":  {nil, []string{"U"}},
	} {
		if d := cmp.Diff(c.want, withURL(c.args, "U")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
