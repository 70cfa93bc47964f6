package engines

import (
	"maps"
	"net/url"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// atDoors adds the front doors of a lab, all with TLS, to the targets of a rig.
func (r *rig) atDoors(t *testing.T, l *lab.Lab) {
	t.Helper()
	authority, err := l.Opened().Authority()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range l.Doors() {
		kind, _ := targets.KindNamed(d.Kind)
		address, err := url.Parse(d.URL)
		if err != nil {
			t.Fatal(err)
		}
		target := targets.Target{Name: d.Name, Kind: kind, URL: address}
		target.Connection.TLS.CA = authority
		r.job.Targets, r.job.Stamps = append(r.job.Targets, target), append(r.job.Stamps, targets.Stamp{})
	}
}

// At the lab's front doors, which offer what AWS's do, each engine speaks what it and they
// can, and the lab counts the same requests by protocol.
func TestTheLabCountsTheSameProtocols(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		l, err := lab.Start(lab.Config{}.WithTLS())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
		r := newRig()
		r.atDoors(t, l)
		engine := r.open(t, e)
		for i := range r.job.Targets {
			turn := every(time.Millisecond, 20)
			turn.Target = uint16(i)
			r.run(t, engine, turn)
		}
		counts := make([]map[string]int64, len(r.job.Targets))
		for _, s := range r.samples {
			if s.Err != results.ErrNone || s.Code != 200 {
				t.Errorf("%v with status %d at %s", s.Err, s.Code, r.job.Targets[s.Target].Name)
			}
			if counts[s.Target] == nil {
				counts[s.Target] = map[string]int64{}
			}
			counts[s.Target][s.Protocol.String()]++
		}
		speaks := e.Lacks(load.Needs{Scheme: "https", HTTP: scenarios.HTTP2}) == ""
		for i, d := range l.Truth().Doors {
			want := "HTTP/1.1"
			if speaks && r.job.Targets[i].Kind.Listener.HTTP2 {
				want = "HTTP/2"
			}
			if !maps.Equal(counts[i], d.Protocols) || d.Protocols[want] != 20 {
				t.Errorf("%s: %v, and the lab counted %v; want 20 of %s", d.Name, counts[i], d.Protocols, want)
			}
		}
	})
}
