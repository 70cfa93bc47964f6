package socketlife

import (
	"strings"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

func TestWhatEndsConnectionsIsNamed(t *testing.T) {
	plain := simulate.Enders{Idle: 600, Code: 1001, Trip: 0.03, Wild: 0.3}
	for _, row := range []struct {
		name, options string
		server        func(*simulate.Enders)
		want          []string
		values        map[string]float64
	}{
		{"a timer of 10 minutes", "", func(*simulate.Enders) {}, []string{"silent connection is ended after", "with code 1001", "A message starts", "A ping starts"}, map[string]float64{"idle_timeout": 600}},
		{"a timer with steps", "", func(e *simulate.Enders) { e.Step = 0.5 }, []string{"silent connection is ended after"}, map[string]float64{"idle_timeout": 600.25}},
		{"connections that are dropped at once", "", func(e *simulate.Enders) { e.Idle, e.Code = 0.0002, 1006 }, []string{"cannot be told", "end as soon as they are open"}, nil},
		{"no timer", "", func(e *simulate.Enders) { e.Idle = 0 }, []string{"not ended within 66"}, nil},
		{"messages that do not count", "", func(e *simulate.Enders) { e.Deaf = true }, []string{"A message does not start", "A ping starts"}, map[string]float64{"idle_timeout": 600}},
		{"pings that do not count", "", func(e *simulate.Enders) { e.DeafPing = true }, []string{"A message starts", "A ping does not start"}, map[string]float64{"idle_timeout": 600}},
		{"a lifetime alone", "", func(e *simulate.Enders) { e.Idle, e.Life = 0, 300 }, []string{"that is its lifetime"}, map[string]float64{"lifetime": 300}},
		{"both", "lifetime: 150m", func(e *simulate.Enders) { e.Life = 7200 }, []string{"A connection in use is ended after 7200"}, map[string]float64{"idle_timeout": 600, "lifetime": 7200}},
		{"both, and pings that do not count", "lifetime: 150m", func(e *simulate.Enders) { e.Life, e.DeafPing = 7200, true }, []string{"A connection in use is ended after 7200"}, map[string]float64{"idle_timeout": 600, "lifetime": 7200}},
		{"no lifetime", "lifetime: 1h", func(*simulate.Enders) {}, []string{"A connection in use is not ended within 36"}, map[string]float64{"idle_timeout": 600}},
		{"a sweep", "connections: 20", func(e *simulate.Enders) { e.Sweep, e.Phase = 12, 3 }, []string{"silent connection is ended after", "at certain moments"}, map[string]float64{"idle_timeout": 600}},
		{"timeouts that vary", "", func(e *simulate.Enders) { e.Vary = 0.1 }, []string{"by no single timeout"}, nil},
		{"a restart", "", func(e *simulate.Enders) { e.Restart = 200 }, []string{"cannot be told", "restarted or deployed"}, nil},
		{"a server that sends messages by itself", "", func(e *simulate.Enders) { e.News = 100 }, []string{"cannot be told", "were not silent"}, nil},
		{"connections that are lost", "connections: 30", func(e *simulate.Enders) { e.Losses, e.Seed = 0.1, 4 }, []string{"silent connection is ended after"}, map[string]float64{"idle_timeout": 600}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := plain
			row.server(&e)
			f := simulate.AskSockets(t, Probe(), "connection-life: {"+row.options+"}", e.Open)
			t.Log(f.Verdict, f.Conclusion, f.Reasons)
			for _, want := range row.want {
				if !strings.Contains(f.Conclusion, want) {
					t.Errorf("%q, want %q", f.Conclusion, want)
				}
			}
			for _, name := range []string{"idle_timeout", "lifetime"} {
				v, is := f.Values[name]
				want, wanted := row.values[name]
				if is != wanted || is && (*v.Low > want || want > *v.High) {
					t.Errorf("%s is %v (%v to %v), want %v", name, v.Value, v.Low, v.High, want)
				}
			}
		})
	}
}
