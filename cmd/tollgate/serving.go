package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// A serving is the lab of a run: its configuration, and which of its doors
// serves each target whose url is "lab".
type serving struct {
	config lab.Config
	doors  map[string]int // by the target's name
	taken  map[int]bool
	notes  []error // what bills lack
}

// serve gives each target at the lab a door of its own, as the scenario says.
func serve(s *scenarios.Scenario, c lab.Config) serving {
	sv := serving{config: c, doors: map[string]int{}}
	for _, t := range s.Targets {
		if t.Lab && t.Distribution != nil {
			sv.config.Doors = append(sv.config.Doors, originOf(s, t))
		}
		if t.Lab {
			sv.doors[t.Name] = len(sv.config.Doors)
			sv.config.Doors = append(sv.config.Doors, doorOf(s, t))
		}
	}
	deploy(s, &sv)
	return sv
}

// with puts functions behind the front doors of targets.
func (sv serving) with(functions map[string]lab.Function) serving {
	for name, f := range functions {
		if i, served := sv.doors[name]; served {
			i = sv.config.Behind(i)
			sv.config.Doors[i] = sv.config.Doors[i].WithFunction(f)
		}
	}
	return sv
}

// serveFile serves the targets at the lab by the doors of a lab file, which replaces
// the scenario's lab: settings. A target gets the door of its kind and name, or the
// first of its kind that is left. Without doors in the file each target gets one.
func serveFile(s *scenarios.Scenario, c lab.Config) (serving, error) {
	c.Seed = cmp.Or(c.Seed, s.Seed)
	s.Lab = scenarios.Lab{MetricLag: time.Duration(c.MetricDelay)}
	if c.Beyond {
		return serving{}, errors.New("beyond_loopback: the lab of a run serves this machine only: leave it out")
	}
	if _, place := c.Proxies(); place != "" {
		return serving{}, fmt.Errorf("%s.proxy_beyond_loopback: a run sends load to its targets and to this machine only: start the server here, or serve this file with tollgate lab", place)
	}
	if len(c.Doors) == 0 {
		return serve(s, c), nil
	}
	sv := claimed(c, s.Targets)
	s.Lab.TLS = sv.secure()
	return sv, sv.check(s.Targets)
}

// secure says whether every door that serves a target has TLS.
func (sv serving) secure() bool {
	for _, i := range sv.doors {
		if !sv.config.Doors[i].TLS {
			return false
		}
	}
	return true
}

// warnings lists what bills lack, and the secrets that a recorded lab file lacks.
func (sv serving) warnings(file string) []error {
	places := sv.config.Masked()
	if file == "" || len(places) == 0 {
		return sv.notes
	}
	return append(slices.Clip(sv.notes), fmt.Errorf("%s was recorded without its secrets (*** at %s): put them back if requests or functions need them",
		file, strings.Join(places, ", ")))
}

// claim gives targets that are without one a free door of their kind.
func (sv serving) claim(ts []targets.Target, fits func(lab.DoorConfig, targets.Target) bool) {
	for _, t := range ts {
		if _, served := sv.doors[t.Name]; served || !t.Lab {
			continue
		}
		for i, d := range sv.config.Doors {
			if !sv.taken[i] && d.Kind == t.Kind.Name && fits(d, t) {
				sv.doors[t.Name], sv.taken[i] = i, true
				sv.taken[sv.config.Behind(i)] = true // which is there for the distribution
				break
			}
		}
	}
}

// check says which targets cannot be served.
func (sv serving) check(ts []targets.Target) error {
	var errs []error
	for _, t := range ts {
		if _, served := sv.doors[t.Name]; t.Lab && !served {
			errs = append(errs, fmt.Errorf("target %s: the lab has no door of kind %s left for it: add one under doors", t.Name, t.Kind.Name))
		}
	}
	return errors.Join(errs...)
}

// record is what a run keeps of its lab, without secrets.
func (sv serving) record() ([]byte, error) {
	record, err := json.MarshalIndent(sv.config.Recorded(), "", "  ")
	return append(record, '\n'), err
}

// start serves the doors in a process of this same program, and returns the
// targets with their addresses.
func (sv serving) start(ctx context.Context, s *scenarios.Scenario) (session.Lab, error) {
	exe, err := os.Executable()
	if err != nil {
		return session.Lab{}, fmt.Errorf("cannot find this program to start it again: %w", err)
	}
	if err := sv.reach(ctx, s); err != nil {
		return session.Lab{}, err
	}
	child, err := lab.Spawn(ctx, exe, []string{"lab", "child"}, sv.config)
	if err != nil {
		return session.Lab{}, err
	}
	record, err := sv.record()
	if err != nil {
		return session.Lab{}, errors.Join(err, child.Close())
	}
	ts, keys := slices.Clone(s.Targets), child.Keys()
	for i := range ts {
		if !ts[i].Lab {
			continue
		}
		ts[i].Keys = keys
		stated := ts[i].Function.Name
		if err := atDoor(&ts[i], child.Doors[sv.doors[ts[i].Name]], child.Opened); err != nil {
			return session.Lab{}, errors.Join(fmt.Errorf("target %s: %w", ts[i].Name, err), child.Close())
		}
		name, _ := targets.Function{Name: stated}.Parts()
		if _, known := sv.config.Functions[name]; known {
			ts[i].Function.Name = stated // of several in the lab, the one that the scenario means
		}
	}
	hosts, err := atStore(s.Hosts, child.Opened)
	if err != nil {
		return session.Lab{}, errors.Join(err, child.Close())
	}
	return session.Lab{Targets: ts, Hosts: hosts, Record: record, Close: child.Close}, nil
}

// atStore gives the host that is the lab's object store its address.
func atStore(hosts []targets.Target, at lab.Opened) ([]targets.Target, error) {
	hosts = slices.Clone(hosts)
	for i := range hosts {
		t := &hosts[i]
		if !t.Lab {
			continue
		}
		var err error
		if t.URL, err = url.Parse(at.Objects); err == nil && t.URL.Scheme == "https" {
			t.Connection.TLS.CA, err = at.Authority()
		}
		if err != nil {
			return nil, fmt.Errorf("the lab's object store: %w", err)
		}
	}
	return hosts, nil
}

// reach says which web server behind the front doors is not there: a run would only find
// front doors that fail.
func (sv serving) reach(ctx context.Context, s *scenarios.Scenario) error {
	addresses, _ := sv.config.Proxies()
	for _, t := range s.Targets {
		for _, i := range t.Integrations {
			if i.URL != "" && !slices.Contains(addresses, i.URL) {
				addresses = append(addresses, i.URL)
			}
		}
	}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		var dialer net.Dialer
		c, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80")))
		if err != nil {
			return fmt.Errorf("nothing listens at %s: start the web server that answers behind the lab's front doors (%w)", address, err)
		}
		_ = c.Close() // nothing was sent
	}
	return nil
}

// labConfig is what a scenario says of the lab, without doors.
func labConfig(s *scenarios.Scenario) lab.Config {
	l := s.Lab
	var access *lab.AWS
	if a := l.AWS; len(a.Policy) > 0 || len(a.Deny) > 0 || a.ClockAhead > 0 {
		access = &lab.AWS{Policy: a.Policy, Deny: a.Deny, Clock: lab.Duration(a.ClockAhead)}
	}
	return lab.Config{
		AWS:         access,
		Seed:        cmp.Or(l.Seed, s.Seed),
		MetricDelay: lab.Duration(l.MetricLag),
		Function: lab.Function{
			Idle: lab.Duration(l.Function.Idle),
			Init: logNormal(l.Function.Init, 0),
			Warm: logNormal(l.Function.Duration.Median, l.Function.Duration.Sigma),

			Proxy:   string(l.Function.Proxy),
			Answers: answersOf(l.Function.Answers),
		},
	}
}

// answersOf is what the scenario has the modelled function answer.
func answersOf(all scenarios.LabAnswers) lab.Answers {
	made := lab.Answers{}
	for route, a := range all {
		made[route] = lab.Answer{Status: a.Status, Bytes: a.Bytes}
	}
	return made
}

// doorOf is what a scenario says of the door of one of its targets.
func doorOf(s *scenarios.Scenario, t targets.Target) lab.DoorConfig {
	l := s.Lab
	door := lab.DoorConfig{Kind: t.Kind.Name, Name: t.Name, TLS: l.TLS, Private: t.EndpointZones > 0, Edge: t.Edge, Stream: t.Function.Streaming}
	if t.Distribution != nil {
		door.CDN, door.Stream = distributionOf(l.CDN, t.Name+originSuffix), false
	}
	guard := l.Guards[t.Name]
	door.Guards = lab.Guards{WebACL: guard.WebACL, Policy: guard.Policy, Endpoint: guard.Endpoint}
	if t.Door().HasBalancer() {
		door.Mutual = mutualOf(s, t)
	}
	door.Overhead = logNormal(l.Overheads[t.Name].Median, l.Overheads[t.Name].Sigma)
	if c := l.CORS; len(c.Origins) > 0 && t.Distribution == nil { // a distribution passes on what the door behind it says
		door.CORS = &lab.CORS{Origins: c.Origins, Methods: c.Methods, Headers: c.Headers, MaxAge: lab.Seconds(c.MaxAge.Seconds()), Credentials: c.Credentials}
	}
	if t.Kind.OnlyMessages {
		door.Sockets = socketsOf(l.Sockets)
	}
	door.Web = webFunctionOf(t)
	door.Timeout = lab.Duration(t.Web.Timeout)
	if t.Kind.UsagePlans {
		plan, own := l.Plans[t.Name]
		if !own {
			plan = l.UsagePlan
		}
		if !plan.Rate.IsZero() {
			door.UsagePlan = &lab.UsagePlan{Throttle: lab.Throttle{Rate: lab.PerSecond(plan.Rate.PerSecond()), Burst: plan.Burst}}
		}
		if q := plan.Quota; q.Limit > 0 {
			door.UsagePlan.Quota = &lab.Quota{Limit: int(q.Limit), Period: q.Period}
		}
		if l.CacheTTL > 0 {
			door.Cache = &lab.Cache{TTL: lab.Duration(l.CacheTTL), Params: []string{"key"}, Encrypted: l.Encrypted} // so that key spaces are seen
			if l.Renewable {
				door.Cache.Invalidation = &lab.Invalidation{Open: true}
			}
		}
	}
	return door
}

// socketsOf are the limits of a WebSocket API; those that are not stated are the documented
// ones.
func socketsOf(s scenarios.LabSockets) *lab.Sockets {
	sockets := &lab.Sockets{Idle: lab.Duration(s.Idle), Life: lab.Duration(s.Lifetime)}
	if !s.Connects.Rate.IsZero() {
		sockets.Connects = &lab.Throttle{Rate: lab.PerSecond(s.Connects.Rate.PerSecond()), Burst: s.Connects.Burst}
	}
	return sockets
}

// webFunctionOf is what the scenario says of a target's Web Function; nil: nothing.
func webFunctionOf(t targets.Target) *lab.WebFunction {
	w := t.Web
	if w.PerEnvironment == 0 && w.Environments == 0 && w.Throttled == 0 && w.Rate == nil {
		return nil
	}
	own := &lab.WebFunction{Concurrency: int(w.PerEnvironment), Environments: int(w.Environments), Throttled: w.Throttled}
	if w.Rate != nil {
		rate := lab.PerSecond(*w.Rate)
		own.Rate = &rate
	}
	return own
}

// defaultSigma is how far the lab's durations spread where a scenario gives
// only their median.
const defaultSigma = 0.3

func logNormal(median time.Duration, sigma float64) *lab.LogNormal {
	if median == 0 {
		return nil
	}
	return &lab.LogNormal{Median: lab.Duration(median), Sigma: cmp.Or(sigma, defaultSigma)}
}

// atDoor gives a target the address of its door, the names that the lab's CloudWatch
// knows it by, and the lab's authority unless the scenario has another.
func atDoor(t *targets.Target, d lab.Door, o lab.Opened) error {
	address, err := url.Parse(d.URL)
	if err != nil {
		return err
	}
	if t.URL, t.CloudWatch = address, o.CloudWatch; address.Scheme == "https" && t.Connection.TLS.CA == nil {
		if t.Connection.TLS.CA, err = o.Authority(); err != nil {
			return err
		}
	}
	t.API, t.Stage, t.Balancer, t.TargetGroup = d.API, d.Stage, d.Balancer, d.TargetGroup
	t.WebACL = d.Inspected()
	if d.Host != "" {
		t.Connection.Host = d.Host
		if address.Scheme == "https" { // the lab's certificate has no name of AWS
			t.Connection.TLS.ServerName = cmp.Or(t.Connection.TLS.ServerName, address.Hostname())
		}
	}
	t.Function.Name = d.FunctionName
	if d.WebFunction != "" {
		t.Web.Name = d.WebFunction
	}
	d.Distribute(t)
	switch key := targets.NewSecret(d.APIKey); {
	case d.APIKey == "" || !t.Auth.APIKey.IsZero():
	case t.Auth == (targets.Auth{}):
		t.Auth.APIKey = key
	default:
		t.LabKey = key
	}
	if len(d.Domains) > 0 {
		return atDomain(t, d.Domains[0])
	}
	return nil
}

// atDomain has requests to a target come by a custom domain name of the lab.
func atDomain(t *targets.Target, at lab.DomainAt) error {
	address, err := url.Parse(at.URL)
	if err != nil {
		return err
	}
	address.Scheme = targets.HTTPScheme(address.Scheme)
	t.URL, t.Connection.Host = address, at.Name
	return nil
}
