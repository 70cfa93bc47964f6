package load

import (
	"net/netip"
	"testing"
	"time"
)

func TestRoutesPreferAddressesThatAnswer(t *testing.T) {
	four, other := netip.MustParseAddrPort("192.0.2.1:80"), netip.MustParseAddrPort("192.0.2.2:80")
	six := netip.MustParseAddrPort("[2001:db8::1]:80")
	all := []netip.AddrPort{six, four, other}
	var r routes
	steps := []struct {
		name  string
		at    time.Duration
		bury  netip.AddrPort
		turn  int
		tried []netip.AddrPort
		want  netip.AddrPort // none: there is none left
	}{
		{name: "addresses take turns", turn: 1, want: four},
		{name: "and again", turn: 2, want: other},
		{name: "after an attempt the other family comes first", turn: 1, tried: []netip.AddrPort{four}, want: six},
		{name: "then what is left", turn: 0, tried: []netip.AddrPort{four, six}, want: other},
		{name: "each is tried once", tried: all},
		{name: "one that did not answer is passed over", bury: six, turn: 0, want: four},
		{name: "in each turn", turn: 3, want: four},
		{name: "but is there if nothing else is", tried: []netip.AddrPort{four, other}, want: six},
		{name: "after a while one connection tries it again", at: deadFor, turn: 0, want: six},
		{name: "and only one", at: deadFor, turn: 0, want: four},
		{name: "if it is still silent it is passed over as before", at: deadFor, bury: six, turn: 0, want: four},
	}
	for _, s := range steps {
		if s.bury.IsValid() {
			r.MarkDead(s.bury, s.at)
		}
		if got, ok := r.Next(all, s.turn, s.at, s.tried); got != s.want || ok != s.want.IsValid() {
			t.Errorf("%s: %v, want %v", s.name, got, s.want)
		}
	}
	if r.MarkDead(six, 0) || !r.MarkDead(four, 0) {
		t.Error("what is known is no news, and what is not is")
	}
	r.MarkAlive(six)
	if got, _ := r.Next(all, 0, 0, nil); got != six {
		t.Errorf("%v, though another one answers again", got)
	}
}
