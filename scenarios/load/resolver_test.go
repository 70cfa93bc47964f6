package load

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestAResolverFollowsItsHost(t *testing.T) {
	var now time.Duration
	var says []netip.Addr
	var fails error
	job := jobAt(t, "http://door.test:8080")
	job.Options.DNSRefresh = time.Second
	job.Lookup = func(context.Context, string) ([]netip.Addr, error) { return says, fails }
	names := NewResolver(job.Targets[0], &job, func() time.Duration { return now })
	defer names.Close()
	steps := []struct {
		name string
		at   time.Duration
		says string // "": the lookup fails
		want string // once the lookup has ended
	}{
		{"it asks at first", 0, "192.0.2.1", "192.0.2.1:8080"},
		{"what is young enough serves", 999 * time.Millisecond, "192.0.2.2", "192.0.2.1:8080"},
		{"what is old is asked again", time.Second, "192.0.2.2", "192.0.2.2:8080"},
		{"where there is no answer the old one serves", 2 * time.Second, "", "192.0.2.2:8080"},
		{"and is not asked for at once again", 2500 * time.Millisecond, "192.0.2.3", "192.0.2.2:8080"},
		{"but later", 3 * time.Second, "192.0.2.3", "192.0.2.3:8080"},
	}
	for _, s := range steps {
		now, says, fails = s.at, nil, errors.New("no answer")
		if s.says != "" {
			says, fails = []netip.Addr{netip.MustParseAddr(s.says)}, nil
		}
		names.Resolve(t.Context())
		names.Answer()
		names.done.Wait()
		if got := names.known.Load(); len(got.Addresses) != 1 || got.Addresses[0].String() != s.want {
			t.Errorf("%s: %v, want %s", s.name, got.Addresses, s.want)
		}
	}
}

// A load balancer changes its addresses as it scales, so its name is looked up
// again by default.
func TestNamesOfLoadBalancersAreLookedUpAgain(t *testing.T) {
	rows := []struct {
		what, address string
		kind          *targets.Kind
		options       scenarios.Engine
		lookups       int64 // within five minutes
	}{
		{"a load balancer", "http://my-1.eu-west-1.elb.amazonaws.com", &targets.ALB, scenarios.Engine{}, 6},
		{"a load balancer whose names are asked for more often", "http://my-1.eu-west-1.elb.amazonaws.com", &targets.ALB, scenarios.Engine{DNSRefresh: 30 * time.Second}, 11},
		{"a REST API", "https://abc.execute-api.eu-west-1.amazonaws.com", &targets.RESTAPI, scenarios.Engine{}, 1},
		{"a load balancer of the lab", "http://127.0.0.1:8080", &targets.ALB, scenarios.Engine{}, 0},
		{"a server without a kind", "http://door.test", nil, scenarios.Engine{}, 1},
	}
	for _, row := range rows {
		t.Run(row.what, func(t *testing.T) {
			job := jobAt(t, row.address)
			job.Targets[0].Kind, job.Options = row.kind, row.options
			var asked atomic.Int64
			job.Lookup = func(context.Context, string) ([]netip.Addr, error) {
				asked.Add(1)
				return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
			}
			now := time.Duration(0)
			names := NewResolver(job.Targets[0], &job, func() time.Duration { return now })
			names.Resolve(t.Context())
			for ; now <= 5*time.Minute; now += time.Second {
				names.Answer()
				names.done.Wait()
			}
			if got := asked.Load(); got != row.lookups {
				t.Errorf("%d lookups, want %d", got, row.lookups)
			}
		})
	}
}

// The zone of an address chooses the link.
func TestZonesOfAddressesChooseTheLink(t *testing.T) {
	links, err := net.Interfaces()
	if err != nil || len(links) == 0 {
		t.Fatal("a machine without links", err)
	}
	job := jobAt(t, "http://[fe80::1%25"+links[0].Name+"]:8080")
	a := NewResolver(job.Targets[0], &job, func() time.Duration { return 0 }).ask(t.Context())
	if got := a.Addresses; len(got) != 1 || got[0] != netip.AddrPortFrom(netip.MustParseAddr("fe80::1").WithZone(strconv.Itoa(links[0].Index)), 8080) {
		t.Errorf("connects to %v, want link %d", got, links[0].Index)
	}
}

// jobAt is a job at one target.
func jobAt(t *testing.T, address string) Job {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Targets: []targets.Target{{Name: address, URL: u}}}
}
