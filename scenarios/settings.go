package scenarios

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// The least that makes sense of two times: connections that live for less are
// what requests_per_connection is for, and a name server is not the target.
const (
	shortestAge     = 10 * time.Millisecond
	shortestRefresh = time.Second
)

func (in *input) engine(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	f := in.fields(v, "use", "targets", "connections", "max_connections", "max_in_flight", "late", "requests_per_connection", "connection_age", "dns_refresh")
	s.Engine = Engine{
		Use:            in.engineName(f.Get("use")),
		Connections:    int(f.Get("connections").Whole(0, 1_000_000)),
		MaxConnections: int(f.Get("max_connections").Whole(0, 1_000_000)),
		MaxInFlight:    int(f.Get("max_in_flight").Whole(0, 10_000_000)),
		Late:           f.Get("late").Choice("send", "skip"),

		RequestsPerConnection: int(f.Get("requests_per_connection").Whole(0, 1_000_000_000)),
		ConnectionAge:         f.Get("connection_age").Duration(shortestAge, longestStage),
		DNSRefresh:            f.Get("dns_refresh").Duration(shortestRefresh, longestStage),
	}
	own := f.Get("targets")
	for _, e := range own.Fields().Entries {
		at := own.At(e.Value, own.Below(e.Key))
		if !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Name == e.Key }) {
			at.Problem("the scenario has no target %q", e.Key)
		}
		if s.Engine.Targets == nil {
			s.Engine.Targets = map[string]string{}
		}
		s.Engine.Targets[e.Key] = in.engineName(at)
	}
	if most := s.Engine.MaxConnections; most > 0 && s.Engine.Connections > most {
		v.Problem("%d connections to open first are more than max_connections, %d", s.Engine.Connections, most)
	}
}

// engineName is the name of a load engine.
func (in *input) engineName(v document.Value) string {
	if len(in.engines) == 0 {
		return v.Str()
	}
	return v.Choice(in.engines...)
}

// UseFor is the name of the engine that is asked for at a target, "" where any is
// right.
func (e Engine) UseFor(target string) string { return cmp.Or(e.Targets[target], e.Use) }

// Refresh is after what time a target's name is looked up again for new
// connections; 0: never.
func (e Engine) Refresh(t targets.Target) time.Duration {
	if e.DNSRefresh > 0 || t.Kind == nil || t.URL == nil {
		return e.DNSRefresh
	}
	if _, err := netip.ParseAddr(t.URL.Hostname()); err == nil || t.URL.Hostname() == "localhost" {
		return 0
	}
	return t.Kind.NameTTL
}

// lab reads how the embedded front doors are set up.
func (in *input) lab(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	f := in.fields(v, "seed", "usage_plan", "cache_ttl", "metric_delay", "function")
	s.Lab.Seed = uint64(f.Get("seed").Whole(0, math.MaxInt64))
	s.Lab.CacheTTL = f.Get("cache_ttl").Duration(time.Second, time.Hour) // the most that API Gateway keeps a response
	s.Lab.MetricLag = f.Get("metric_delay").Duration(0, time.Hour)
	if plan := f.Get("usage_plan"); plan.Node != nil {
		p := plan.Fields("rate", "burst")
		p.Need("rate", "burst")
		s.Lab.UsagePlan = UsagePlan{Rate: p.Get("rate").Rate().PerSecond(), Burst: int(p.Get("burst").Whole(1, 1_000_000))}
	}
	if function := f.Get("function"); function.Node != nil {
		s.Lab.Function = labFunction(function.Fields("median", "sigma", "init", "idle_expiry"))
	}
}

func labFunction(f document.Fields) LabFunction {
	made := LabFunction{
		Median:     f.Get("median").Duration(time.Microsecond, 15*time.Minute),
		Init:       f.Get("init").Duration(time.Microsecond, time.Minute),
		IdleExpiry: f.Get("idle_expiry").Duration(time.Second, 24*time.Hour),
	}
	if sigma := f.Get("sigma"); sigma.Node != nil {
		if made.Sigma = sigma.Number(0, 5); made.Sigma == 0 {
			sigma.Bad("is not the sigma of a log-normal: write a number above 0 and up to 5, such as 0.3")
		}
	}
	return made
}
