package load

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets"
)

const resolveTimeout = 10 * time.Second

// A Resolver knows the addresses that connections to a target are opened to. It asks
// before the first turn. Where a refresh is wanted it asks again when the answer has grown old
// and a connection is to be opened, while the load goes on with the
// old answer until there is a new one, and keeps it where there is none.
type Resolver struct {
	host    string
	port    uint16
	path    string // of a unix socket; "": there is none
	version targets.IPVersion
	Source  Source
	refresh time.Duration // 0: the first answer serves for ever
	clock   func() time.Duration
	lookup  func(ctx context.Context, host string) ([]netip.Addr, error)
	Routes  routes

	known  atomic.Pointer[answer]
	asking atomic.Bool
	ctx    context.Context // of asking again
	end    context.CancelFunc
	done   sync.WaitGroup
}

// An answer is what a name stood for at a time.
type answer struct {
	Addresses []netip.AddrPort // a zero one stands for a unix socket
	Unknown   error            // why there are none
	at        time.Duration    // on the run's clock
	Took      time.Duration
	charged   atomic.Bool // to the connection that waited for it
}

func NewResolver(t targets.Target, job *Job, clock func() time.Duration) *Resolver {
	r := &Resolver{version: t.Connection.IP, Source: SourceOf(&t), refresh: job.Options.Refresh(t), clock: clock, lookup: job.Lookup}
	switch network, address := t.Dials(); network {
	case "unix":
		r.path = address
	default:
		host, port, _ := net.SplitHostPort(address)
		n, _ := strconv.ParseUint(port, 10, 16) // it was checked when it was read
		r.host, r.port = host, uint16(n)
	}
	if r.lookup == nil {
		r.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	r.ctx, r.end = context.WithCancel(context.Background())
	r.known.Store(&answer{})
	return r
}

// Resolve waits for the first answer, unless there is one that says where the
// host is.
func (r *Resolver) Resolve(ctx context.Context) {
	if r.known.Load().Addresses == nil {
		r.known.Store(r.ask(ctx))
	}
}

// Known reports whether Resolve need not be waited for: a name that is unknown is known to be so.
func (r *Resolver) Known() bool {
	a := r.known.Load()
	return a.Addresses != nil || a.Unknown != nil
}

// Answer returns where the host is as far as that is known, and asks again if
// that is too long ago. It never waits.
func (r *Resolver) Answer() *answer {
	a := r.known.Load()
	if r.refresh > 0 && a.Addresses != nil && r.clock()-a.at >= r.refresh && r.asking.CompareAndSwap(false, true) {
		r.done.Go(func() {
			defer r.asking.Store(false)
			r.renew(a)
		})
	}
	return a
}

// renew replaces an old answer. A name that cannot be resolved any more stays
// where it was: the name server is not what the run measures.
func (r *Resolver) renew(old *answer) {
	fresh := r.ask(r.ctx)
	fresh.charged.Store(true) // no connection has waited for it
	if fresh.Addresses == nil {
		fresh.Addresses, fresh.Unknown = old.Addresses, nil
	}
	r.known.Store(fresh)
}

func (r *Resolver) ask(ctx context.Context) *answer {
	began := r.clock()
	switch {
	case r.Source.Err != nil:
		return &answer{Unknown: r.Source.Err, at: began}
	case r.path != "":
		return &answer{Addresses: []netip.AddrPort{{}}, at: began}
	}
	if ip, err := netip.ParseAddr(r.host); err == nil {
		if link, err := net.InterfaceByName(ip.Zone()); err == nil {
			ip = ip.WithZone(strconv.Itoa(link.Index)) // sockets know zones by number
		}
		return &answer{Addresses: []netip.AddrPort{netip.AddrPortFrom(ip, r.port)}, at: began}
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	found, err := r.lookup(ctx, r.host)
	a := &answer{Unknown: err, at: r.clock()}
	a.Took = a.at - began
	for _, ip := range found {
		if r.version.Allows(ip) && r.Source.reaches(ip) {
			a.Addresses = append(a.Addresses, netip.AddrPortFrom(ip.Unmap(), r.port))
		}
	}
	if a.Addresses == nil && err == nil {
		a.Unknown = &net.DNSError{Err: "no addresses" + r.wanted(found), Name: r.host, IsNotFound: true}
	}
	return a
}

// wanted says which addresses there are none of, if there are others.
func (r *Resolver) wanted(others []netip.Addr) string {
	switch {
	case len(others) == 0:
		return ""
	case r.version != targets.AnyIP:
		return " of " + r.version.String()
	}
	return " that the source address can reach"
}

// AskedOnce returns how long the lookup took to the first who asks: that
// connection was the one that waited for it.
func (a *answer) AskedOnce() time.Duration {
	if a.Took == 0 || a.charged.Swap(true) {
		return 0
	}
	return a.Took
}

// Close ends what is being asked.
func (r *Resolver) Close() {
	r.end()
	r.done.Wait()
}
