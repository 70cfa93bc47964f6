package targets

import (
	"net/netip"
	"slices"
	"strings"
)

// carrierGrade is the range that providers and container networks share among
// their customers (RFC 6598): no address of the public internet.
var carrierGrade = netip.MustParsePrefix("100.64.0.0/10")

// Public says whether a host may be anybody's: whether load that is sent there
// leaves this machine and its private networks.
//
// An address is public unless it is loopback, private (RFC 1918, RFC 4193, RFC
// 6598), link-local or unspecified. localhost and names below it are this
// machine (RFC 6761). Any other name is public unless all of its addresses are
// known and none of them is public: a name that cannot be looked up is public.
func Public(host string, lookup func(name string) ([]netip.Addr, error)) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return publicAddress(a)
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return false
	}
	if lookup == nil {
		return true
	}
	addresses, err := lookup(host)
	return err != nil || len(addresses) == 0 || slices.ContainsFunc(addresses, publicAddress)
}

func publicAddress(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified() && !carrierGrade.Contains(a)
}

// Loopback says whether a host is this machine.
func Loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// Modelled says whether the target only models a front door of AWS: the lab serves it,
// or something else does on this machine, where AWS has none.
func (t *Target) Modelled() bool {
	return t.Lab || t.Kind.OnAWS() && t.URL != nil && Loopback(t.URL.Hostname())
}
