package doors

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
)

// Problems are what is wrong with a configuration, so that all of it is reported at
// once.
type problems []error

func (p *problems) add(format string, args ...any) { *p = append(*p, fmt.Errorf(format, args...)) }

func (p *problems) between(at string, d Duration, from, to time.Duration) {
	if time.Duration(d) < from || time.Duration(d) > to {
		p.add("%s: %v must be from %v to %v", at, d, from, to)
	}
}

func (p *problems) share(at string, v float64) { within(p, at, v, 0, 1) }

// within reports a number out of bounds.
func within[T int | float64](p *problems, at string, v, from, to T) {
	if !(v >= from && v <= to) { // so that NaN is none
		p.add("%s: %v must be from %v to %v", at, v, from, to)
	}
}

func (p *problems) distribution(at string, d LogNormal) {
	p.between(at+".median", d.Median, 0, longestFunction)
	within(p, at+".sigma", d.Sigma, 0, 3)
}

func (p *problems) throttle(at string, t *Throttle) {
	if t == nil {
		return
	}
	if !(t.Rate >= 0.001 && t.Rate <= 1e6) {
		p.add("%s.rate: %v/s must be from 0.001/s to 1000000/s", at, t.Rate)
	}
	within(p, at+".burst", t.Burst, 1, 1_000_000)
}

func (p *problems) status(at string, status int) { within(p, at, status, 200, 599) }

// plain reports text that a header cannot hold.
func (p *problems) plain(at string, texts ...string) {
	for _, text := range texts {
		if !printable(text) {
			p.add("%s: %q must be plain text", at, text)
		}
	}
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// oneOf reports a value that is not a known one; "" is the default.
func (p *problems) oneOf(at, value string, known ...string) {
	for _, k := range known {
		if value == k || value == "" {
			return
		}
	}
	last := len(known) - 1
	p.add("%s: %q must be %s or %s", at, value, strings.Join(known[:last], ", "), known[last])
}

// listen refuses what is no address, and every address that another machine can
// reach unless that is wanted.
func (p *problems) listen(at, address string, beyond bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		p.add("%s: %q is not host:port, such as 127.0.0.1:8080", at, address)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		p.add("%s: the port %q must be a number from 0, for any that is free, to 65535", at, port)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && ip.IsLoopback():
	case !beyond:
		p.add("%s: the lab serves this machine only; %q must be 127.0.0.1 or ::1, unless beyond_loopback is true", at, host)
	case err != nil:
		p.add("%s: %q must be an address of this machine, such as 0.0.0.0 for all", at, host)
	}
}

var (
	plainName   = document.Form(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`) // as targets are named
	plainHeader = document.Form(`^[A-Za-z0-9-]{1,64}$`)
)
