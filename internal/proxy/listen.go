package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"github.com/oauthget/oauthget/internal/socket"
)

// Listener listens for a proxy.
type Listener struct {
	net.Listener
	// Hosts are the values of the Host header field for it; none for a socket.
	Hosts []string
}

// ErrNotLoopback is returned for an address that other machines could reach.
var ErrNotLoopback = errors.New("not a loopback address with a port, such as 127.0.0.1:8080")

// CheckListen returns an error if address is not one to listen on.
func CheckListen(address string) error {
	_, _, err := splitLoopback(address)
	return err
}

// Listen listens on a loopback address. The port 0 is any free one.
func Listen(ctx context.Context, address string) (*Listener, error) {
	host, port, err := splitLoopback(address)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	l := &Listener{Listener: listener}
	// Browsers resolve localhost without a name server (RFC 6761 §6.3), so that nobody can point it elsewhere.
	for _, name := range []string{host, "localhost"} {
		l.Hosts = append(l.Hosts, net.JoinHostPort(name, port))
		if port == "80" {
			l.Hosts = append(l.Hosts, hostOf(name))
		}
	}
	return l, nil
}

// ListenSocket listens on a Unix socket, as [socket.Listen] does.
func ListenSocket(ctx context.Context, path string) (*Listener, error) {
	listener, err := socket.Listen(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Listener{Listener: listener}, nil
}

// splitLoopback returns the IP address and the port of a loopback address. localhost is 127.0.0.1.
func splitLoopback(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", ErrNotLoopback
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", "", ErrNotLoopback
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() || ip.Is4In6() || ip.Zone() != "" {
		return "", "", ErrNotLoopback
	}
	return host, port, nil
}

// hostOf returns a host as it is written in a URL without a port.
func hostOf(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + host + "]"
	}
	return host
}

// URL returns the address of a proxy with that prefix, without a final slash.
func (l *Listener) URL(prefix string) string {
	base := "http://localhost" // a client of a socket must send some host
	if len(l.Hosts) > 0 {
		base = "http://" + l.Hosts[0]
	}
	if prefix == "" {
		return base
	}
	return base + "/" + prefix
}
