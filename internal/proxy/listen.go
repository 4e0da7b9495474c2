package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
)

// Listener is where a proxy is reached.
type Listener struct {
	net.Listener
	// Hosts are what the Host header field of those who mean it says; none for a socket.
	Hosts []string
}

// ErrNotLoopback says that an address can be reached from elsewhere.
var ErrNotLoopback = errors.New("it is not a loopback address with a port, such as 127.0.0.1:8080")

// CheckListen reports why address is none to listen on.
func CheckListen(address string) error {
	_, _, err := splitLoopback(address)
	return err
}

// Listen listens on a loopback address, with the port 0 on any free one. An address that is none is ErrNotLoopback.
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
	// Browsers ask no name server for localhost (RFC 6761 §6.3), so that nobody can point it elsewhere.
	for _, name := range []string{host, "localhost"} {
		l.Hosts = append(l.Hosts, net.JoinHostPort(name, port))
		if port == "80" {
			l.Hosts = append(l.Hosts, hostOf(name))
		}
	}
	return l, nil
}

// splitLoopback tells the IP literal and the port of a loopback address. localhost is 127.0.0.1.
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

// hostOf writes a host as a URL has it without a port.
func hostOf(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return "[" + host + "]"
	}
	return host
}

// URL is the address of a proxy with a prefix, without a slash at its end.
func (l *Listener) URL(prefix string) string {
	base := "http://localhost" // a client of a socket has to name some host
	if len(l.Hosts) > 0 {
		base = "http://" + l.Hosts[0]
	}
	if prefix == "" {
		return base
	}
	return base + "/" + prefix
}
