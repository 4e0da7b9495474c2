package peer

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// connect returns our end of a connection that dial makes.
func connect(t *testing.T, network, address string, dial func(t *testing.T, network, address string)) net.Conn {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dial(t, network, listener.Addr().String())
	c, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func hold(t *testing.T, network, address string) {
	t.Helper()
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
}

func TestOurOwnConnectionsAreOurs(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		if got := Of(connect(t, "tcp", address, hold)); got != Ours {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// A socket of IPv6 that is connected to 127.0.0.1 stands in the other table.
func TestMappedAddressesAreFound(t *testing.T) {
	c := connect(t, "tcp4", "127.0.0.1:0", func(t *testing.T, _, address string) {
		t.Helper()
		fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		to, _ := net.ResolveTCPAddr("tcp4", address)
		mapped := &syscall.SockaddrInet6{Port: to.Port}
		copy(mapped.Addr[:], to.IP.To16())
		if err := syscall.Connect(fd, mapped); err != nil {
			t.Fatal(err)
		}
	})
	if got := Of(c); got != Ours {
		t.Errorf("got %v", got)
	}
}

// A peer that closes at once leaves a row that says root, and one that resets leaves none.
func TestPeersThatAreGoneAreNotOurs(t *testing.T) {
	for name, linger := range map[string]int{"closed": -1, "reset": 0} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, "tcp", "127.0.0.1:0", func(t *testing.T, network, address string) {
				t.Helper()
				c, err := net.Dial(network, address)
				if err != nil {
					t.Fatal(err)
				}
				_ = c.(*net.TCPConn).SetLinger(linger)
				fmt.Fprint(c, "GET / HTTP/1.1\r\n\r\n")
				c.Close()
			})
			if got := Of(c); got != Other {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestOtherUsersAreNotOurs(t *testing.T) {
	if os.Getuid() != 0 { // only root can act as two users
		if got := (&socket{uid: os.Getuid() + 1, phase: established}).owner(); got != Other {
			t.Errorf("got %v", got)
		}
		return
	}
	c := connect(t, "tcp", "127.0.0.1:0", func(t *testing.T, _, address string) {
		t.Helper()
		host, port, _ := net.SplitHostPort(address)
		bash := exec.Command("bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/%s/%s && echo connected && read -r _", host, port))
		bash.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		stdin, err := bash.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := bash.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := bash.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stdin.Close(); _ = bash.Wait() })
		if _, err := stdout.Read(make([]byte, 16)); err != nil {
			t.Fatal(err)
		}
	})
	if got := Of(c); got != Other {
		t.Errorf("got %v", got)
	}
}

func TestRowsOfTheKernelAreRead(t *testing.T) {
	const row = "   1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 20 4 30 10 -1"
	s, ok := parse(row)
	if !ok || s.local.String() != "127.0.0.1:40000" || s.remote.String() != "127.0.0.1:8080" || s.uid != 1000 || s.orphan || s.phase != established {
		t.Errorf("%+v, %v", s, ok)
	}
	for _, broken := range []string{"", "sl local_address", "1: 0100007F 0100007F:1F90 01 0 0 0 1000 0 1", "1: 01:1 01:1 01 0 0 0 1000 0 1"} {
		if _, ok := parse(broken); ok {
			t.Errorf("%q is taken for a row", broken)
		}
	}
}
