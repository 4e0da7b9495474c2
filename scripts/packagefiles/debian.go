package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// maintainer is the one in .goreleaser.yaml.
const maintainer = "The oauthget maintainers <oauthget@users.noreply.github.com>"

// copyright is Debian's file of that name: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/.
const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: oauthget
Source: https://github.com/oauthget/oauthget
Comment: The program is linked with Go and with modules under licences of their
 own. Their texts are in /usr/share/doc/oauthget/THIRD_PARTY_LICENSES.

Files: *
Copyright: 2026 The oauthget authors
License: Apache-2.0

License: Apache-2.0
 Licensed under the Apache License, Version 2.0 (the "License"); you may not use
 this file except in compliance with the License. You may obtain a copy of the
 License at
 .
     http://www.apache.org/licenses/LICENSE-2.0
 .
 Unless required by applicable law or agreed to in writing, software distributed
 under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 CONDITIONS OF ANY KIND, either express or implied. See the License for the
 specific language governing permissions and limitations under the License.
 .
 On Debian systems, the full text of the license is in
 /usr/share/common-licenses/Apache-2.0.
`

var (
	releaseHeading = regexp.MustCompile(`^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$`)
	markup         = strings.NewReplacer("`", "", "**", "")
)

// debianChangelog turns CHANGELOG.md into a changelog of Debian's form. A release that is not in it yet, as a snapshot,
// gets an entry of its own.
func debianChangelog(markdown, version string, date time.Time) (string, error) {
	var b strings.Builder
	begin := func(version string) {
		fmt.Fprintf(&b, "oauthget (%s) unstable; urgency=medium\n\n", version)
	}
	end := func(date time.Time) {
		fmt.Fprintf(&b, "\n -- %s  %s\n\n", maintainer, date.Format(time.RFC1123Z))
	}
	version = strings.Replace(version, "-", "~", 1) // as nfpm writes a pre-release
	if !strings.Contains(markdown, "\n## ["+version+"]") {
		begin(version)
		b.WriteString("  * A build from the sources after the last release.\n")
		end(date)
	}
	open, released := false, date
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		heading := releaseHeading.FindStringSubmatch(line)
		switch {
		case heading != nil || strings.HasPrefix(line, "["): // the links at the end
			if open {
				end(released)
			}
			open = heading != nil && heading[1] != "Unreleased"
			if !open {
				continue
			}
			day, err := time.Parse(time.DateOnly, heading[2])
			if err != nil {
				return "", fmt.Errorf("CHANGELOG.md: %q has no date", line)
			}
			released = day
			begin(heading[1])
		case !open || line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "- "):
			fmt.Fprintf(&b, "  * %s\n", markup.Replace(line[2:]))
		default:
			fmt.Fprintf(&b, "    %s\n", markup.Replace(strings.TrimSpace(line)))
		}
	}
	if open {
		end(released)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
