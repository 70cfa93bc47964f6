package engines

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
)

// swallow makes an address swallow connections, as one without a route does: a
// listening socket drops what arrives while its queue is full.
func swallow(t *testing.T, address netip.AddrPort) {
	t.Helper()
	family, to := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Port: int(address.Port()), Addr: [4]byte(address.Addr().AsSlice()[:4])})
	if address.Addr().Is6() {
		family, to = unix.AF_INET6, &unix.SockaddrInet6{Port: int(address.Port()), Addr: address.Addr().As16()}
	}
	l, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(l) })
	if err := unix.Bind(l, to); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(l, 0); err != nil {
		t.Fatal(err)
	}
	for range 8 { // far more than it takes
		fd, err := poll.Dial(address, netip.Addr{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { poll.Close(fd) })
	}
}

// dead returns an address of another family, if there is one, or network that
// swallows connections to a port.
func dead(t *testing.T, port string) netip.Addr {
	address := netip.MustParseAddr("127.0.0.2")
	if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
		_ = l.Close()
		address = netip.IPv6Loopback()
	}
	swallow(t, netip.MustParseAddrPort(net.JoinHostPort(address.String(), port)))
	return address
}

// A name of which one address leads nowhere costs a few connections a quarter of
// a second, and none its timeout.
func TestADeadRouteCostsNoTimeout(t *testing.T) {
	t.Parallel()
	oneByOne(t, func(t *testing.T, e load.Kind) {
		for _, secure := range []bool{false, true} {
			t.Run(map[bool]string{false: "plain", true: "TLS"}[secure], func(t *testing.T) {
				retried(t, func() string { return driveADeadRoute(t, e, secure) })
			})
		}
	})
}

// driveADeadRoute complains of connections that took long. An engine that tries the
// dead address each time is slow to the end, and a busy machine at times.
func driveADeadRoute(t *testing.T, e load.Kind, secure bool) (complaint string) {
	address, config := listenAll(t, secure)
	scheme, host, _ := strings.Cut(address, "://")
	_, port, _ := net.SplitHostPort(host)
	r := newRig(scheme + "://dual.test:" + port)
	r.job.TLS = config
	addresses := []netip.Addr{dead(t, port), netip.MustParseAddr("127.0.0.1")}
	r.job.Lookup = func(context.Context, string) ([]netip.Addr, error) { return addresses, nil }
	var mu sync.Mutex
	var notes []string
	r.job.Note = func(target uint16, words string) {
		mu.Lock()
		defer mu.Unlock()
		notes = append(notes, fmt.Sprint(target, " ", words))
	}
	r.job.Options.RequestsPerConnection = 1
	r.job.Options.HTTP = scenarios.HTTP1 // each opens a connection of its own, without waiting for another's ALPN
	const gap, n = 5 * time.Millisecond, 120
	var connects []time.Duration
	slow, known := 0, 0 // of those after the address was known to be dead
	for _, s := range r.drive(t, e, every(gap, n)) {
		if s.Err != results.ErrNone || s.Code != http.StatusOK || s.Connect == 0 {
			t.Errorf("request %d: %v with status %d after connecting for %v", s.Seq, s.Err, s.Code, s.Connect)
		}
		if s.Begun-r.samples[0].Begun > 3*load.AttemptDelay/2 {
			known++
			if s.Connect >= load.AttemptDelay {
				slow++
			}
		}
		connects = append(connects, s.Connect)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "0 "+net.JoinHostPort(addresses[0].String(), port)+" did not answer") {
		t.Errorf("notes %q", notes)
	}
	slices.Sort(connects)
	switch p99 := quantile(connects, 0.99); {
	case p99 < load.AttemptDelay:
		t.Errorf("p99 of connecting is %v", p99)
	case p99 > r.job.Requests[0].Timeout/4:
		return fmt.Sprintf("p99 of connecting is %v", p99)
	case !raceEnabled && slow > known/4:
		return fmt.Sprintf("%d of %d connections took %v or more when the address was known to be dead", slow, known, load.AttemptDelay)
	}
	return ""
}

// When all addresses are dead the request's timeout ends it, and with one that
// refuses the other is tried at once.
func TestDeadAndRefusingRoutes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		_, port, _ := net.SplitHostPort(vacant(t))
		gone := dead(t, port)
		for _, row := range []struct {
			name      string
			addresses []netip.Addr
			want      results.ErrClass
		}{
			{"one that is dead", []netip.Addr{gone}, results.ErrTimeout},
			{"one that is dead and one that refuses", []netip.Addr{gone, netip.MustParseAddr("127.0.0.1")}, results.ErrTimeout},
			{"two that refuse", []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.3")}, results.ErrRefused},
		} {
			r := newRig("http://dual.test:" + port)
			r.job.Lookup = func(context.Context, string) ([]netip.Addr, error) { return row.addresses, nil }
			r.job.Requests[0].Timeout = 400 * time.Millisecond
			for _, s := range r.drive(t, e, every(time.Millisecond, 4)) {
				if s.Err != row.want || s.Sent-s.Begun+s.Service > 2*time.Second {
					t.Errorf("%s: request %d: %v after %v, want %v", row.name, s.Seq, s.Err, s.Sent-s.Begun+s.Service, row.want)
				}
			}
		}
	})
}
