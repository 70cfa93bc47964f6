package scenarios

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
)

// A Limit bounds what any run may do, whatever its scenario asks for. Limits come from
// several sources and are never merged: all of them hold, so the strictest decides.
//
// A rate is how many requests are due in a second at all targets together: the highest
// arrival rate of a stage, all of a burst at once, the mean of Poisson arrivals; of
// several populations the sum, since they run side by side. Users
// of a closed stage have no rate, but their think time bounds them: each begins one
// request, and one more after each thought. Users without think time are refused. What
// a stalled generator sends to catch up (engine: {late: send}) is not bounded.
type Limit struct {
	Allowed string        // the source of Allow, for messages
	Allow   []HostPattern // nil: every host
	Rated   string        // the source of MaxRate, for messages
	MaxRate Rate          // zero: any rate
}

// A HostPattern is the name or address of a host, or "*." and a domain, which
// stands for every name below it.
type HostPattern string

var hostForm = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// UnmarshalText reads a pattern.
func (p *HostPattern) UnmarshalText(text []byte) (err error) {
	*p, err = ParseHostPattern(string(text))
	return err
}

// ParseHostPattern reads a pattern.
func ParseHostPattern(text string) (HostPattern, error) {
	const rule = `write the name or the address of a host, such as api.example.com or 127.0.0.1, or "*." and a domain, such as *.example.com`
	p := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), "."))
	switch {
	case p == "":
		return "", errors.New("an empty pattern allows no host: " + rule)
	case strings.Contains(p, "://"):
		return "", fmt.Errorf("%q is a URL: leave out the scheme and the path; %s", text, rule)
	case isAddress(p):
		return HostPattern(p), nil
	case !hostForm.MatchString(p):
		return "", fmt.Errorf("%q is not a host pattern: %s", text, rule)
	}
	return HostPattern(p), nil
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// sameHost compares addresses by value: ::1 has several spellings.
func sameHost(a, b string) bool {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	return a == b || errX == nil && errY == nil && x.Unmap() == y.Unmap()
}

func patterns(all []HostPattern) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = string(p)
	}
	return document.OneOf(texts)
}

// Matches reports whether p stands for a host. Case and a trailing dot are ignored.
func (p HostPattern) Matches(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if domain, below := strings.CutPrefix(string(p), "*."); below {
		return strings.HasSuffix(host, "."+domain)
	}
	return sameHost(host, string(p))
}

// ParseMaxRate reads a bound on the rate: requests a second, or a rate such as
// 30/m.
func ParseMaxRate(text string) (Rate, error) {
	rate := strings.TrimSpace(text)
	if !strings.Contains(rate, "/") {
		rate += "/s"
	}
	r, err := document.ParseRate(rate)
	switch {
	case err != nil:
		return r, fmt.Errorf("%q %w", text, err)
	case r.IsZero():
		return r, fmt.Errorf("%q allows no request: a limit must be positive", text)
	}
	return r, nil
}

// refusals are the reasons why l does not let p run.
func (l Limit) refusals(p *Plan) (all []error) {
	for _, t := range p.Scenario.Targets {
		for _, host := range l.forbidden(p.Scenario.reached(t)) {
			all = append(all, fmt.Errorf("target %s: %s does not allow the host %s (it allows %s): choose another target, or add the host there", t.Name, l.Allowed, host, patterns(l.Allow)))
		}
	}
	for _, t := range p.Scenario.Hosts {
		if t.Lab { // the lab is this program
			continue
		}
		for _, host := range l.forbidden(t.ReachedHosts()) {
			all = append(all, fmt.Errorf("hosts: %s does not allow %s (it allows %s): send no step there, or add the host there", l.Allowed, host, patterns(l.Allow)))
		}
	}
	if l.MaxRate.IsZero() {
		return all
	}
	refused := false
	for i := range p.Stages {
		err := l.refuseStage(&p.Stages[i])
		all, refused = append(all, err), refused || err != nil
	}
	if sum := p.together(func(int) bool { return true }, (*PlannedStage).bound); !refused && sum > l.MaxRate.PerSecond() {
		all = append(all, fmt.Errorf("the %d populations together may send up to %s a second, more than the %v that %s allows: lower their rates", len(p.Populations), rounded(sum), l.MaxRate, l.Rated))
	}
	for _, a := range p.Probes {
		if a.Peak > l.MaxRate.PerSecond() {
			all = append(all, fmt.Errorf("probe %s at %s may send %s a second, more than the %v that %s allows: lower its rates", a.Probe, a.Target, rounded(a.Peak), l.MaxRate, l.Rated))
		}
	}
	return all
}

// refuseRuns is the reason why l lets p run, and not several of it at one time.
func (l Limit) refuseRuns(p *Plan, runs int) error {
	peak := p.together(func(int) bool { return true }, (*PlannedStage).bound)
	for _, a := range p.Probes {
		peak = max(peak, a.Peak)
	}
	most := l.MaxRate.PerSecond()
	if l.MaxRate.IsZero() || runs == 1 || peak > most || peak*float64(runs) <= most {
		return nil
	}
	return fmt.Errorf("%d runs at one time may send up to %s a second, more than the %v that %s allows: lower their rates", runs, rounded(peak*float64(runs)), l.MaxRate, l.Rated)
}

// forbidden are those of some hosts that are not allowed.
func (l Limit) forbidden(hosts []string) []string {
	if len(l.Allow) == 0 {
		return nil
	}
	return slices.DeleteFunc(hosts, func(host string) bool {
		return slices.ContainsFunc(l.Allow, func(p HostPattern) bool { return p.Matches(host) })
	})
}

// refuseStage is the reason why l does not let a stage run, nil if it does.
func (l Limit) refuseStage(s *PlannedStage) error {
	most := l.MaxRate.PerSecond()
	users, closed := s.Load.(Users)
	if !closed {
		if s.Peak() <= most {
			return nil
		}
		return fmt.Errorf("%s (%v) sends up to %s a second, more than the %v that %s allows: lower its rate", s.Title(), s.Load, rounded(s.Peak()), l.MaxRate, l.Rated)
	}
	if s.bound() <= most {
		return nil
	}
	way := fmt.Sprintf("take an open model, such as constant: {rate: %v, for: %v}", l.MaxRate, s.For)
	if left := most - float64(users.N); left > 0 {
		think := time.Duration(math.Ceil(1000*float64(users.N)/left)) * time.Millisecond
		way = fmt.Sprintf("give them time to think (think: %v or more), or %s", think, way)
	}
	return fmt.Errorf("%s: %s in a closed loop may send more than the %v that %s allows: %s", s.Title(), pricing.Counted(users.N, "user"), l.MaxRate, l.Rated, way)
}

// bound is how many requests the stage begins within a second at most. Each begin of a flow
// counts as all of its requests at once.
func (s *PlannedStage) bound() float64 {
	if u, closed := s.Load.(Users); closed {
		return usersPeak(u.N, u.Think.Least()+s.Each.Thinks) * s.Each.Most * (1 + math.Ceil(s.asked)) // a preflight for each
	}
	return s.Peak()
}

// usersPeak bounds how many requests users begin within a second: each begins with
// one, and sends one more after each thought.
func usersPeak(users int, think time.Duration) float64 {
	if think <= 0 {
		return math.Inf(1)
	}
	return float64(users) * (1 + 1/think.Seconds())
}

// limits are the keys of a scenario that narrow what it may do.
func (in *input) limits(f fields, s *Scenario) {
	for _, item := range f.Get("allow").List(maxTargets) {
		item.Path = "allow"
		if len(item.References) > 0 {
			item.Bad("comes from the environment: write it into the file, or it would limit nothing")
			continue
		}
		p, err := ParseHostPattern(item.Node.Text)
		if err != nil || item.Type != document.String {
			item.Bad("is not a host pattern: write the name of a host, such as api.example.com, or \"*.example.com\" for all below it")
			continue
		}
		s.Limit.Allowed, s.Limit.Allow = "allow: in "+in.File, append(s.Limit.Allow, p)
	}
	if v := f.Get("max_rate"); v.Node != nil {
		s.Limit.Rated, s.Limit.MaxRate = "max_rate: in "+in.File, v.Was("/s").Rate()
	}
}
