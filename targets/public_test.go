package targets

import (
	"errors"
	"net/netip"
	"testing"
)

func TestWhichHostsMayBeAnybodys(t *testing.T) {
	known := map[string][]netip.Addr{
		"api.internal":  {netip.MustParseAddr("10.0.0.7")},
		"mixed.example": {netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("93.184.215.14")},
		"shop.example":  {netip.MustParseAddr("93.184.215.14")},
		"nothing":       nil,
	}
	lookup := func(name string) ([]netip.Addr, error) {
		if a, ok := known[name]; ok {
			return a, nil
		}
		return nil, errors.New("no such host")
	}
	for host, want := range map[string]bool{
		"127.0.0.1": false, "127.8.9.1": false, "::1": false, "::ffff:127.0.0.1": false,
		"10.1.2.3": false, "172.31.0.1": false, "192.168.1.1": false, "fd00::1": false, "100.64.0.1": false,
		"169.254.1.1": false, "fe80::1%eth0": false, "0.0.0.0": false,
		"8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true, "2001:db8::1": true, "::ffff:8.8.8.8": true,
		"localhost": false, "LOCALHOST.": false, "api.localhost": false, "notlocalhost": true,
		"api.internal": false, "API.internal.": false, "mixed.example": true, "shop.example": true,
		"gone.example": true, "nothing": true, "127.1": true,
	} {
		if got := Public(host, lookup); got != want {
			t.Errorf("%s: public %v, want %v", host, got, want)
		}
	}
	if !Public("api.internal", nil) {
		t.Error("a name that is not looked up is public")
	}
}
