package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/oauthget/oauthget/internal/origin"
)

// PortError is returned if none of the ports allowed for the redirect URI can be bound: another program or the system has them.
type PortError struct {
	Host  string // to be bound
	Ports []int  // in the order tried; 0 alone for any
	Err   error  // of the last one
}

func (e *PortError) Error() string {
	cause := e.Err
	if op, ok := errors.AsType[*net.OpError](e.Err); ok {
		cause = op.Err // without the address, which stands before it
	}
	return fmt.Sprintf("listen for the redirect: %s of %s: %v", e.ports(), e.Host, cause)
}

func (e *PortError) ports() string {
	if slices.Equal(e.Ports, []int{0}) {
		return "any port"
	}
	ports := make([]string, len(e.Ports))
	for i, p := range e.Ports {
		ports[i] = strconv.Itoa(p)
	}
	if len(ports) > 1 {
		return "ports " + strings.Join(ports, ", ")
	}
	return "port " + strings.Join(ports, ", ")
}

func (e *PortError) Unwrap() error { return e.Err }

// InUse reports whether err says that another program has the address.
func InUse(err error) bool { return errors.Is(err, addressInUse) }

// place says where to listen.
type place struct {
	hosts    []string // IP literals or names; the empty string means every address
	ports    []int    // in order; 0 means any
	fillPort bool     // whether the redirect URI gets the port that was bound
}

func bind(ctx context.Context, o Options) ([]net.Listener, *url.URL, error) {
	if o.State == "" {
		return nil, nil, errors.New("listen for the redirect: no state")
	}
	if err := checkRedirectURI(o.RedirectURI); err != nil {
		return nil, nil, fmt.Errorf("listen for the redirect: %w", err)
	}
	p, err := whereToListen(o)
	if err != nil {
		return nil, nil, fmt.Errorf("listen for the redirect: %w", err)
	}
	sockets, err := p.listen(ctx)
	if err != nil {
		return nil, nil, err
	}
	redirectURI := *o.RedirectURI
	if p.fillPort {
		redirectURI.Host = strings.TrimSuffix(redirectURI.Host, ":") + ":" + strconv.Itoa(portOf(sockets[0]))
	}
	return sockets, &redirectURI, nil
}

func checkRedirectURI(u *url.URL) error {
	switch {
	case u == nil:
		return errors.New("no redirect URI")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return errors.New("the redirect URI is not an absolute http or https URL")
	case u.User != nil:
		return errors.New("the redirect URI contains a user name")
	// "The endpoint URI MUST NOT include a fragment component." RFC 6749 §3.1.2
	case u.Fragment != "" || u.RawFragment != "":
		return errors.New("the redirect URI has a fragment")
	}
	for name := range u.Query() {
		if slices.Contains(responseParameters, name) {
			return fmt.Errorf("the redirect URI has the parameter %s of authorization responses", name)
		}
	}
	if port := u.Port(); port != "" {
		if _, err := parsePort(port); err != nil {
			return fmt.Errorf("the redirect URI's port: %w", err)
		}
	}
	return nil
}

// whereToListen derives the place from the options. bind has checked the redirect URI.
func whereToListen(o Options) (place, error) {
	host, port := o.RedirectURI.Hostname(), o.RedirectURI.Port()
	loopback := loopbackHosts(host)
	// "The authorization server MUST allow any port to be specified at the time of the request for loopback IP
	// redirect URIs …" RFC 8252 §7.3
	p := place{hosts: loopback, fillPort: port == "" && loopback != nil && (o.RedirectURI.Scheme == "http" || o.Certificate != nil)}
	if o.ListenAddress != "" {
		bindHost, bindPort, err := splitListenAddress(o.ListenAddress)
		if err != nil {
			return place{}, err
		}
		p.hosts = []string{bindHost}
		if bindHost == "localhost" {
			p.hosts = loopbackHosts(bindHost)
		}
		if bindPort != "" {
			port = bindPort
		}
	} else if loopback == nil {
		return place{}, errors.New("the redirect URI's host is not a loopback address: say where to listen")
	} else if o.RedirectURI.Scheme == "https" && o.Certificate == nil {
		return place{}, errors.New("an https redirect URI needs a certificate, or a proxy in front: say where to listen")
	}
	switch {
	case port != "":
		n, err := parsePort(port)
		p.ports = []int{n}
		return p, err
	case len(o.Ports) > 0:
		p.ports = o.Ports
		return p, nil
	case p.fillPort:
		p.ports = []int{0}
		return p, nil
	default:
		return place{}, errors.New("the listen address has no port")
	}
}

// loopbackHosts returns the addresses that a browser may try for host, or nil if host is not a loopback one.
//
// "[T]he use of localhost is NOT RECOMMENDED." RFC 8252 §8.3. But some servers register nothing else. Browsers differ in the
// family they try first: a listener on one of them can be missed, or another program on the other family gets the code.
func loopbackHosts(host string) []string {
	if strings.EqualFold(host, "localhost") {
		return []string{"127.0.0.1", "::1"}
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		return []string{host}
	}
	return nil
}

func splitListenAddress(address string) (host, port string, err error) {
	if ip := strings.Trim(address, "[]"); isIP(ip) {
		return ip, "", nil
	}
	if !strings.Contains(address, ":") {
		return address, "", nil
	}
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", errors.New("the listen address is not HOST:PORT, :PORT or HOST")
	}
	if port == "0" { // a common way to write "any"
		port = ""
	}
	return host, port, nil
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func parsePort(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, errors.New("not a number between 1 and 65535")
	}
	return int(n), nil
}

func (p place) listen(ctx context.Context) ([]net.Listener, error) {
	var last error
	for _, port := range p.ports {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		sockets, err := listenOn(ctx, p.hosts, port)
		if err == nil {
			return sockets, nil
		}
		last = err
	}
	return nil, &PortError{Host: strings.Join(p.hosts, " and "), Ports: p.ports, Err: last}
}

// attempts is how many free ports of the first host are tried on the second. A few of them may be taken there by chance. If
// all are, another program has taken them on purpose.
const attempts = 20

// listenOn binds one port on every host that this machine has. A free port (0) of the first host may be taken on the second.
// Then another one is tried.
func listenOn(ctx context.Context, hosts []string, port int) ([]net.Listener, error) {
	var config net.ListenConfig
	listen := func(address string) (net.Listener, error) { return config.Listen(ctx, "tcp", address) }
	var err error
	for range attempts {
		var sockets []net.Listener
		if sockets, err = listenOnce(listen, hosts, port); err == nil || port != 0 {
			return sockets, err
		}
	}
	return nil, err
}

// listenOnce leaves out a host only if this machine does not have it. If a taken port were reason enough, another user could
// take the ports of one family, and get the code from a browser that tries that family first.
func listenOnce(listen func(address string) (net.Listener, error), hosts []string, port int) ([]net.Listener, error) {
	var sockets []net.Listener
	try := func(host string) error {
		socket, err := listen(net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			sockets = append(sockets, socket)
			port = portOf(socket)
		}
		return err
	}
	var missing []string
	var last error
	for _, host := range hosts {
		if err := try(host); err != nil {
			missing, last = append(missing, host), err
		}
		if last != nil && !isMissing(last) {
			break
		}
	}
	if len(sockets) > 0 && (last == nil || isMissing(last)) {
		last = nil
		// For any port, BSD returns the same error if a host has none free as if there is no such host. For one port, it does not.
		for _, host := range missing {
			if err := try(host); err != nil && !isMissing(err) {
				last = err
			}
		}
	}
	if last != nil {
		for _, s := range sockets {
			_ = s.Close()
		}
		return nil, last
	}
	return sockets, nil
}

// isMissing reports whether an address cannot be bound because this machine does not have it, or lacks its whole family.
func isMissing(err error) bool {
	return slices.ContainsFunc(missingAddress, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
}

func portOf(l net.Listener) int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// authorities returns the values of the Host header with which a browser may request u. Any other name was resolved to this
// address by somebody else's name server (DNS rebinding).
func authorities(u *url.URL) []string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String() // a browser shortens 0:0:0:0:0:0:0:1
	}
	defaultPort := origin.DefaultPort(u.Scheme)
	if port != "" && port != defaultPort {
		return []string{net.JoinHostPort(host, port)}
	}
	withPort := net.JoinHostPort(host, defaultPort)
	return []string{withPort, strings.TrimSuffix(withPort, ":"+defaultPort)}
}

// literals returns the addresses that were bound. A proxy in front may put them into the Host header.
func literals(sockets []net.Listener) []string {
	var hosts []string
	for _, socket := range sockets {
		if a, ok := socket.Addr().(*net.TCPAddr); ok && !a.IP.IsUnspecified() {
			hosts = append(hosts, a.String())
		}
	}
	return hosts
}
