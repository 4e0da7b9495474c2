package proxy

import (
	"errors"
	"testing"
)

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, address := range []string{
		"0.0.0.0:0", ":8080", "[::]:0", "192.168.1.1:80", "example.com:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "",
		"[::ffff:127.0.0.1]:0", "[::1%lo]:0", "localhost.example:1", "127.1:0", "2130706433:0",
	} {
		if l, err := Listen(t.Context(), address); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v, %v", address, l, err)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "127.9.9.9:0", "localhost:0"} {
		l, err := Listen(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if _, err := Listen(t.Context(), l.Addr().String()); err == nil || errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: a port is had twice: %v", address, err)
		}
		l.Close()
	}
}

func TestAddressOfAProxy(t *testing.T) {
	for _, c := range []struct {
		hosts        []string
		prefix, want string
	}{
		{[]string{"127.0.0.1:8080", "localhost:8080"}, "p", "http://127.0.0.1:8080/p"},
		{[]string{"[::1]:8080", "localhost:8080"}, "", "http://[::1]:8080"},
		{nil, "", "http://localhost"},
		{nil, "p", "http://localhost/p"},
	} {
		if got := (&Listener{Hosts: c.hosts}).URL(c.prefix); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
