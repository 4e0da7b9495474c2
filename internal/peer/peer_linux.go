package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// The kernel's tables of TCP sockets in this network namespace, IPv4 and IPv6 (proc_pid_net(5)). A socket of IPv6 may
// hold a connection of IPv4.
var tables = []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"}

const established = "01"

// socket is a row of a table.
type socket struct {
	local, remote netip.AddrPort
	phase         string
	uid           int
	orphan        bool // no process holds it: the row then says root, whoever it was
}

func ownerOf(c net.Conn) Owner {
	here, ok := address(c.LocalAddr())
	there, alsoOK := address(c.RemoteAddr())
	if !ok || !alsoOK {
		return Unknown
	}
	theirs, err := find(there, here)
	switch {
	case err != nil:
		return Unknown
	case theirs != nil:
		return theirs.owner()
	}
	// The other end is elsewhere, or was reset a moment ago. A second look at our own end tells which.
	ours, err := find(here, there)
	if err == nil && (ours == nil || ours.phase != established) {
		return Other
	}
	return Unknown
}

func (s *socket) owner() Owner {
	if s.orphan {
		return Other
	}
	return ownerByID(s.uid)
}

// isUnnumbered reports whether uid stands for users who have no number here (user_namespaces(7)).
func isUnnumbered(uid int) bool { return uid == overflowUID() && inUserNamespace() }

func address(a net.Addr) (netip.AddrPort, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	return plain(tcp.AddrPort()), true
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// find returns the socket between two addresses; nil if there is none. It fails if a table cannot be read.
func find(local, remote netip.AddrPort) (*socket, error) {
	for _, table := range tables {
		found, err := findIn(table, local, remote)
		if found != nil || err != nil && !errors.Is(err, os.ErrNotExist) { // a kernel may be without IPv6
			return found, err
		}
	}
	return nil, nil
}

func findIn(table string, local, remote netip.AddrPort) (*socket, error) {
	f, err := os.Open(table)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := bufio.NewScanner(f)
	rows.Scan() // the heading
	for rows.Scan() {
		if s, ok := parse(rows.Text()); ok && s.local == local && s.remote == remote {
			return &s, nil
		}
	}
	return nil, rows.Err()
}

// parse reads a row: number, local and remote address, state, queues, timer, retransmissions, uid, timeout, inode.
func parse(row string) (socket, bool) {
	fields := strings.Fields(row)
	if len(fields) < 10 {
		return socket{}, false
	}
	local, ok := parseAddress(fields[1])
	remote, alsoOK := parseAddress(fields[2])
	uid, err := strconv.Atoi(fields[7])
	return socket{local, remote, fields[3], uid, fields[9] == "0"}, ok && alsoOK && err == nil
}

// parseAddress reads an address, which the kernel prints as words of 32 bits in the order of the machine, and a port.
func parseAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	words, err := hex.DecodeString(host)
	number, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(words)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(words); i += 4 {
		binary.NativeEndian.PutUint32(words[i:], binary.BigEndian.Uint32(words[i:]))
	}
	ip, ok := netip.AddrFromSlice(words)
	return plain(netip.AddrPortFrom(ip, uint16(number))), ok
}

// overflowUID stands for users of other user namespaces.
func overflowUID() int {
	text, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	uid, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || parseErr != nil {
		return 65534
	}
	return uid
}

// inUserNamespace reports whether some users of this machine have no number here.
func inUserNamespace() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && strings.Join(strings.Fields(string(text)), " ") != "0 0 4294967295"
}
