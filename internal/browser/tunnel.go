package browser

import (
	"net"
	"net/netip"
	"os/user"
	"strconv"
	"strings"
)

// SSHTunnel is the command that the person pastes on their own machine so that their browser there reaches address, the
// HOST:PORT of the redirect URI, on this one. It is empty outside of an SSH session.
//
// SSH_CONNECTION holds the client's address and port and the server's address and port (ssh(1)). The server's address
// may be one that only this machine's network knows; it is the best that can be known here.
func SSHTunnel(getenv func(string) string, address string) string {
	fields := strings.Fields(getenv("SSH_CONNECTION"))
	host, port, err := net.SplitHostPort(address)
	if err != nil || len(fields) != 4 || !isPort(port) || !shellSafe(host) {
		return ""
	}
	server, err := netip.ParseAddr(fields[2])
	if err != nil || !shellSafe(fields[2]) || !isPort(fields[3]) {
		return ""
	}
	forward := port + ":" + net.JoinHostPort(host, port)
	if strings.Contains(forward, "[") {
		forward = `"` + forward + `"` // zsh takes brackets for a pattern; every shell knows these quotes
	}
	line := "ssh -N -L " + forward
	if fields[3] != "22" {
		line += " -p " + fields[3]
	}
	line += " "
	if name := userName(getenv); shellSafe(name) {
		line += name + "@"
	}
	return line + server.String()
}

// userName is who the person is on this machine. Without one that can be pasted, ssh takes the name they have on theirs.
func userName(getenv func(string) string) string {
	for _, variable := range []string{"USER", "LOGNAME"} {
		if name := getenv(variable); name != "" {
			return name
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n != 0
}
