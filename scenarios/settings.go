package scenarios

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// amount is a number of requests such as 10M: k, M and B are 10³, 10⁶ and 10⁹.
func (f fields) amount(key string) int64 {
	const rule = "is not a number of requests: write it as 500000, 500k, 10M or 1.5B"
	n, ok := f.scalar(key, "a number of requests such as 10M", integer, float)
	if !ok {
		return 0
	}
	number, factor := n.text, int64(1)
	for unit, f := range map[string]int64{"k": 1e3, "M": 1e6, "B": 1e9} {
		if cut, found := strings.CutSuffix(n.text, unit); found {
			number, factor = cut, f
		}
	}
	whole, fraction, _ := strings.Cut(number, ".")
	if !digits(whole+fraction) || whole == "" || len(whole) > 15 || len(fraction) > 9 {
		f.bad(n, key, rule)
		return 0
	}
	q, err := pricing.ParseQuantity(number)
	q = q.Mul(pricing.Whole(factor))
	v, notWhole := strconv.ParseInt(q.String(), 10, 64)
	switch {
	case err != nil || notWhole != nil:
		f.bad(n, key, rule)
	case v < 1 || v > 1e15:
		f.bad(n, key, "is out of bounds: from 1 to 1000000B")
	default:
		return v
	}
	return 0
}

// share is a part of one, as a decimal (0.01) or in per cent (1%); the result
// is the decimal.
func (f fields) share(key string) string {
	n, ok := f.scalar(key, "a share such as 0.01 or 1%", integer, float)
	if !ok {
		return ""
	}
	number, percent := strings.CutSuffix(n.text, "%")
	q, err := pricing.ParseQuantity(number)
	if percent {
		q = q.Div(pricing.Whole(100))
	}
	if err != nil || q.Sign() < 0 || q.Cmp(pricing.Whole(1)) > 0 {
		f.bad(n, key, "is not a share: write it as 0.01 or 1%%, from 0 to 1")
		return ""
	}
	return q.String()
}

// The least that makes sense of two times: connections that live for less are
// what requests_per_connection is for, and a name server is not the target.
const (
	shortestAge     = 10 * time.Millisecond
	shortestRefresh = time.Second
)

func (in *input) engine(n *node, s *Scenario) {
	if n == nil {
		return
	}
	f := in.fields(n, "engine", "use", "connections", "max_connections", "max_in_flight", "late", "requests_per_connection", "connection_age", "dns_refresh")
	s.Engine = Engine{
		Use:            f.choice("use", "wire", "vegeta"),
		Connections:    int(f.whole("connections", 0, 1_000_000)),
		MaxConnections: int(f.whole("max_connections", 0, 1_000_000)),
		MaxInFlight:    int(f.whole("max_in_flight", 0, 10_000_000)),
		Late:           f.choice("late", "send", "skip"),

		RequestsPerConnection: int(f.whole("requests_per_connection", 0, 1_000_000_000)),
		ConnectionAge:         f.duration("connection_age", shortestAge, longestStage),
		DNSRefresh:            f.duration("dns_refresh", shortestRefresh, longestStage),
	}
	if most := s.Engine.MaxConnections; most > 0 && s.Engine.Connections > most {
		in.problem(n, "engine: %d connections to open first are more than max_connections, %d", s.Engine.Connections, most)
	}
}

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
func (in *input) lab(n *node, s *Scenario) {
	if n == nil {
		return
	}
	f := in.fields(n, "lab", "seed", "usage_plan", "cache_ttl", "metric_delay", "function")
	if f.has("seed") {
		s.Lab.Seed = uint64(f.whole("seed", 0, math.MaxInt64))
	}
	if f.has("cache_ttl") {
		s.Lab.CacheTTL = f.duration("cache_ttl", time.Second, time.Hour) // the most that API Gateway keeps a response
	}
	if f.has("metric_delay") {
		s.Lab.MetricLag = f.duration("metric_delay", 0, time.Hour)
	}
	if plan := f.get("usage_plan"); plan != nil {
		p := in.fields(plan, f.at("usage_plan"), "rate", "burst")
		p.need("rate", "burst")
		s.Lab.UsagePlan = UsagePlan{Rate: p.rate("rate", false).PerSecond(), Burst: int(p.whole("burst", 1, 1_000_000))}
	}
	if function := f.get("function"); function != nil {
		s.Lab.Function = in.labFunction(function, f.at("function"))
	}
}

func (in *input) labFunction(n *node, path string) LabFunction {
	f := in.fields(n, path, "median", "sigma", "init", "idle_expiry")
	var made LabFunction
	if f.has("median") {
		made.Median = f.duration("median", time.Microsecond, 15*time.Minute)
	}
	if f.has("init") {
		made.Init = f.duration("init", time.Microsecond, time.Minute)
	}
	if f.has("idle_expiry") {
		made.IdleExpiry = f.duration("idle_expiry", time.Second, 24*time.Hour)
	}
	if sigma, ok := f.scalar("sigma", "a number", integer, float); ok {
		v, err := strconv.ParseFloat(sigma.text, 64)
		if err != nil || !(v > 0 && v <= 5) {
			f.bad(sigma, "sigma", "is not the sigma of a log-normal: write a number above 0 and up to 5, such as 0.3")
		}
		made.Sigma = v
	}
	return made
}
