package browser

import (
	"net"
	"net/netip"
	"os/user"
	"strconv"
	"strings"
)

// SSHTunnel returns the ssh command to run on the user's own machine, so that a browser there reaches address, the HOST:PORT
// of the redirect URI, on this one. It returns "" outside of an SSH session.
//
// SSH_CONNECTION has the client's address and port and the server's address and port (ssh(1)). The server's address may be
// reachable only from this network, but no better one is known here.
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
		forward = `"` + forward + `"` // zsh reads brackets as a pattern; every shell knows double quotes
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

// userName returns the user's name on this machine. It is empty if it cannot be pasted; ssh then uses the local name.
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
