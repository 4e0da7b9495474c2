package doctor

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/credential"
	"github.com/oauthget/oauthget/internal/shell"
)

// gitTime bounds the reading of git's configuration.
const gitTime = 5 * time.Second

// git looks for other helpers where git asks oauthget for this profile. git tells each helper the token, and store writes it
// to disk. Where git is not installed, or does not ask oauthget, there is nothing to say.
func (e *examination) git(ctx context.Context) {
	const check = "git"
	program, err := child.Look("git")
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "config", "--null", "--get-regexp", `^credential\.(.*\.)?helper$`)
	cmd.Env = e.session.Environ()
	listing, err := cmd.Output()
	if err != nil {
		return // status 1: there is no helper
	}
	ours, beside := credential.GitHelpersBeside(string(listing), e.session.Profile.Name)
	switch {
	case len(ours) == 0:
	case len(beside) == 0:
		e.add(ok(check, "no other helper gets the token"))
	default:
		var commands []string
		for _, h := range beside {
			commands = append(commands, h.Command)
		}
		e.add(warn(check, "git gives the token to other helpers too: "+strings.Join(commands, ", ")+"; store writes it to disk in clear", resetHelpers(ours[0])))
	}
}

// resetHelpers is the command that puts an empty helper before ours.
func resetHelpers(ours credential.GitHelper) string {
	key := "credential.helper"
	if ours.URL != "" {
		key = "credential." + ours.URL + ".helper"
	}
	return "git config --global --replace-all " + shell.Word(key) + " ''; git config --global --add " + shell.Word(key) + " " + shell.Quote(ours.Command)
}
