package doors

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// ListenAt lets every door and the CloudWatch endpoint whose address is not
// given listen at host, an address of this machine, in place of loopback.
func (c Config) ListenAt(host string) Config {
	ip, err := netip.ParseAddr(host)
	c.Beyond = c.Beyond || err == nil && !ip.IsLoopback()
	c = c.filled()
	anywhere := net.JoinHostPort(host, "0")
	if c.Listen == anyPort {
		c.Listen = anywhere
	}
	for i := range c.Doors {
		if c.Doors[i].Listen == anyPort {
			c.Doors[i].Listen = anywhere
		}
	}
	return c
}

// cannotListen says what to do where somebody else listens.
func cannotListen(what string, err error) error {
	remedy := ""
	if errors.Is(err, syscall.EADDRINUSE) {
		remedy = ": another program listens there; choose another port, or leave listen out for a free one"
	}
	return fmt.Errorf("%s cannot listen: %w%s", what, err, remedy)
}

// Exposed lists the addresses of the lab that other machines can reach.
func (s *Set) Exposed() (addresses []string) {
	for _, address := range s.addresses {
		if ip, err := netip.ParseAddrPort(address); err != nil || !ip.Addr().IsLoopback() {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// dialled is where clients on this machine find a listener: one at all of its
// addresses, which Go opens for IPv4 and IPv6 alike, is at loopback as well.
func dialled(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsUnspecified() {
		return address
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
}
