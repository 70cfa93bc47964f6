package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"tollgate/targets"
)

// A sourceError says that connections cannot begin where they are to.
type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

// FromHere says whether a connection failed because of where it begins.
func FromHere(err error) bool {
	return errors.As(err, new(sourceError)) || IsErrno(err, OwnErrnos)
}

// A Source is where connections to a target begin on this machine: at an address of
// each version of IP that it has. The zero value leaves it to the system.
type Source struct {
	all []netip.Addr
	Err error // why there is none of those that are asked for
}

// SourceOf is the source of connections to a target. The addresses of an interface are
// those that it has now, link-local ones left out unless it has no others.
func SourceOf(t *targets.Target) Source {
	name := t.Connection.Source
	if name == "" {
		return Source{}
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return Source{all: []netip.Addr{ip.Unmap()}}
	}
	link, err := net.InterfaceByName(name)
	if err != nil {
		return Source{Err: sourceError{fmt.Errorf("this machine has no address or network interface %q", name)}}
	}
	networks, err := link.Addrs()
	s := Source{all: oneEach(networks)}
	if len(s.all) == 0 {
		s.Err = sourceError{errors.Join(fmt.Errorf("the interface %s has no address", name), err)}
	}
	return s
}

// oneEach is the first address of each version, a global one if there is one.
func oneEach(networks []net.Addr) (all []netip.Addr) {
	for _, local := range []bool{false, true} {
		for _, n := range networks {
			prefix, err := netip.ParsePrefix(n.String())
			ip := prefix.Addr().Unmap()
			had := slices.ContainsFunc(all, func(a netip.Addr) bool { return a.Is4() == ip.Is4() })
			if err == nil && !had && ip.IsLinkLocalUnicast() == local {
				all = append(all, ip)
			}
		}
	}
	return all
}

// For is the address that a connection begins at; the zero value: as the system chooses.
func (s Source) For(to netip.Addr) netip.Addr {
	for _, a := range s.all {
		if a.Is4() == to.Unmap().Is4() {
			return a
		}
	}
	return netip.Addr{}
}

// reaches says whether an address can be connected to from the source.
func (s Source) reaches(to netip.Addr) bool { return len(s.all) == 0 || s.For(to).IsValid() }

// Dialer is net's, for connections to an address.
func (s Source) Dialer(to netip.Addr) net.Dialer {
	return dialerFrom(s.For(to))
}

func dialerFrom(local netip.Addr) (d net.Dialer) {
	if local.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
		d.Control = func(_, _ string, c syscall.RawConn) error { return bindLate(c) }
	}
	return d
}

// Connect opens a connection as the engines do, for what sends no load. TLS with the
// target is left to the caller.
func Connect(ctx context.Context, t targets.Target) (net.Conn, error) {
	w := NewTunnel(nil, &t)
	conn, err := connect(ctx, t)
	if err != nil {
		return nil, w.Failed(err)
	}
	on, err := w.ThroughWithin(ctx, conn)
	if err != nil {
		_ = conn.Close()
	}
	return on, err
}

func connect(ctx context.Context, t targets.Target) (net.Conn, error) {
	network, address := t.Dials()
	if network == "tcp" {
		network += map[targets.IPVersion]string{targets.IPv4: "4", targets.IPv6: "6"}[t.Connection.IP]
	}
	s := SourceOf(&t)
	if s.Err != nil {
		return nil, s.Err
	}
	froms := s.all
	if froms == nil {
		froms = []netip.Addr{{}}
	}
	var conn net.Conn
	var err error
	for _, local := range froms {
		d := dialerFrom(local)
		if conn, err = d.DialContext(ctx, network, address); err == nil {
			break
		}
	}
	return conn, UnixFailure(err)
}

var errBacklog = errors.New("the socket takes no more connections: its backlog is full")

// UnixFailure explains a connection that is refused by a unix socket whose backlog is
// full, where TCP would wait: its errno means a timeout elsewhere.
func UnixFailure(err error) error {
	if errors.Is(err, syscall.EAGAIN) {
		return errBacklog
	}
	return err
}
