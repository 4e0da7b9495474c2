//go:build interop && linux

package interop

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	osuser "os/user"
	"strings"
	"testing"
	"time"
)

// dovecotConfig is for Debian 12's dovecot 2.3. It runs as whoever runs the test; root, whose mail it refuses to handle, has it
// change to its own users.
const dovecotConfig = `base_dir = %[1]s/run
state_dir = %[1]s/run
log_path = %[1]s/log
auth_verbose = yes
auth_failure_delay = 0
%[3]s
protocols = imap
ssl = no
auth_mechanisms = xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = %[1]s/oauth2.conf
}
userdb {
  driver = static
  args = uid=%[4]s gid=%[4]s home=%[1]s/mail
}
mail_location = maildir:~/Maildir
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = %[2]d
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`

// startDovecot starts an IMAP server that takes tokens to the userinfo endpoint, and returns its address.
func startDovecot(t *testing.T, w *world, userinfo string) string {
	t.Helper()
	need(t, "/usr/sbin/dovecot", "/usr/lib/dovecot/imap")
	if said := w.run(t, exec.Command("/usr/sbin/dovecot", "--version")); !strings.HasPrefix(said.stdout, "2.3.") {
		t.Fatalf("dovecot 2.3, as of Debian 12, is missing (this is %q): the configuration of others differs", said.stdout)
	}
	dir, port := w.path("dovecot"), freePort(t)
	me, err := osuser.Current()
	if err != nil {
		t.Fatal(err)
	}
	users, mail := fmt.Sprintf("default_internal_user = %[1]s\ndefault_login_user = %[1]s\ndefault_internal_group = %[2]s", me.Username, groupOf(t, me)), me.Uid
	if me.Uid == "0" {
		users, mail = "", "dovecot"
	}
	w.write(t, dir+"/dovecot.conf", fmt.Sprintf(dovecotConfig, dir, port, users, mail))
	w.write(t, dir+"/oauth2.conf", fmt.Sprintf("introspection_mode = auth\nintrospection_url = %s\nusername_attribute = email\n", userinfo))
	for _, open := range []string{w.dir, dir} { // its users have to get here
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir+"/mail", 0o700); err != nil {
		t.Fatal(err)
	}
	if mail == "dovecot" {
		if given := w.run(t, exec.Command("chown", "dovecot:dovecot", dir+"/mail")); given.status != 0 {
			t.Fatalf("chown: %v", given)
		}
	}
	start(t, exec.Command("/usr/sbin/dovecot", "-F", "-c", dir+"/dovecot.conf"), "")
	address := fmt.Sprintf("127.0.0.1:%d", port)
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address
		}
	}
	log, _ := os.ReadFile(dir + "/log")
	t.Fatalf("dovecot does not start: %s", log)
	return ""
}

func groupOf(t *testing.T, u *osuser.User) string {
	t.Helper()
	g, err := osuser.LookupGroupId(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return g.Name
}

// authenticate logs in with AUTHENTICATE and the initial response, and returns the tagged answer (RFC 9051 §6.2.2).
func authenticate(t *testing.T, address, mechanism, response string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(startLimit))
	fmt.Fprintf(c, "a AUTHENTICATE %s %s\r\n", mechanism, response)
	for lines := bufio.NewScanner(c); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "+"): // "the client MUST then send […] a "dummy" response" (RFC 7628 §3.2.3)
			fmt.Fprint(c, "AQ==\r\n")
		case strings.HasPrefix(line, "a "):
			return strings.TrimPrefix(line, "a ")
		}
	}
	return "no answer"
}

func TestDovecotTakesBothSASLMechanisms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := &rig{world: w, bus: startTestBus(t, w), gate: startGate(t, canary, time.Hour)}
	issuer := r.gate.server.Issuer()
	w.configure(t, fmt.Sprintf("[profiles.mail]\nissuer = %q\nclient_id = \"demo\"\nscopes = [\"openid\", \"email\"]\n", issuer))
	w.sitDown(t, "browser-allow")
	r.login(t, "mail")
	token := r.oauthget(t, "token", "mail").token(t)
	mailbox, _ := userinfo(t, w, issuer+"/userinfo", token)["email"].(string)
	if mailbox == "" {
		t.Fatal("the server does not tell the address")
	}
	server := startDovecot(t, w, issuer+"/userinfo")
	for _, format := range []string{"xoauth2", "oauthbearer"} {
		for user, want := range map[string]string{mailbox: "OK ", "somebody@else.example": "NO "} {
			said := r.oauthget(t, "token", "mail", "-o", format, "--user", user)
			said.expectSilence(t)
			if got := authenticate(t, server, strings.ToUpper(format), strings.TrimSpace(said.stdout)); !strings.HasPrefix(got, want) {
				log, _ := os.ReadFile(w.path("dovecot", "log"))
				t.Errorf("%s for %s: %s\n%s", format, user, got, log)
			}
		}
	}
	log, err := os.ReadFile(w.path("dovecot", "log"))
	if err != nil || !strings.Contains(string(log), "user=<"+mailbox+">, method=XOAUTH2") && !strings.Contains(string(log), "user=<"+mailbox+">, method=OAUTHBEARER") {
		t.Errorf("dovecot's log has no login of the mailbox: %v\n%s", err, log)
	}
}
