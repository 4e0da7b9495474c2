package loopback

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Another user of this machine can read the state in the arguments of the browser's opener, and could end the login with
// an account or an error of their own.
func TestCallbackOfAnotherUserIsIgnored(t *testing.T) {
	if os.Getuid() != 0 { // only root can act as two users; package peer judges the table's rows in any case
		return
	}
	told := make(chan string, 1)
	l := listen(t, func(o *Options) { o.Ignored = func(reason string) { told <- reason } })
	bash := exec.CommandContext(t.Context(), "bash", "-c", fmt.Sprintf(
		`exec 3<>/dev/tcp/127.0.0.1/%s && printf 'GET %s?error=access_denied&state=%s HTTP/1.1\r\nHost: %s\r\n\r\n' >&3 && cat <&3`,
		l.redirectURI.Port(), l.redirectURI.Path, state, l.redirectURI.Host))
	bash.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	answer, err := bash.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 403 ") {
		t.Errorf("%v: %s", err, answer)
	}
	if reason := <-told; reason != "another user of this machine sent it" {
		t.Errorf("told %q", reason)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if response, err := l.Wait(ctx); err == nil {
		t.Errorf("it ended the login: %v", response)
	}
	page := visit(get(t, success200(l)))
	if _, err := l.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	l.Finish(Page{OK: true})
	if a := <-page; a.err != nil || a.status != 200 {
		t.Errorf("%d, %v", a.status, a.err)
	}
}
