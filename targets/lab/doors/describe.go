package doors

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/logs"
	"tollgate/targets/lab/aws/s3"
	"tollgate/targets/lab/aws/secrets"
	"tollgate/targets/lab/aws/xray"
	"tollgate/targets/lab/function/runtime"
)

// Region is where everything is, as clients of AWS's services there have to say.
func (s *Set) Region() string { return region }

// Metrics are what CloudWatch says of the doors.
func (s *Set) Metrics() *cloudwatch.Store { return s.store }

// Traces are what X-Ray recorded of their functions.
func (s *Set) Traces() *xray.Traces { return s.traces }

// Stores are what Secrets Manager and Systems Manager keep.
func (s *Set) Stores() (kept, parameters secrets.Store) {
	store := func(values map[string]string) secrets.Store {
		return secrets.Store{Values: values, Region: region, Account: account, Made: s.made}
	}
	return store(s.config.Secrets), store(s.config.Parameters)
}

// Buckets are those of S3 that are folders on this machine.
func (s *Set) Buckets() s3.Folders { return s.config.Buckets }

// Logs are the logs of the functions: those of the doors in their order, then the
// others in alphabetical order. Modelled
// functions report as real ones do.
func (s *Set) Logs() []*runtime.Log {
	var logs []*runtime.Log
	for _, f := range s.functions {
		logs = append(logs, f.log)
	}
	for _, d := range s.doors {
		if d.webServer != nil {
			logs = append(logs, d.webServer.log)
		}
	}
	return logs
}

// accessLogs are those of the doors that write one.
func (s *Set) accessLogs() (logs []*runtime.Log) {
	for _, d := range s.doors {
		if d.accessLog != nil {
			logs = append(logs, d.accessLog.log)
		}
	}
	return logs
}

// Lines finds a log group among those of the functions and the access logs.
func (s *Set) Lines(group string, from, to time.Time) (lines []logs.Line, known bool) {
	for _, log := range slices.Concat(s.Logs(), s.accessLogs()) {
		if log.Group() != group {
			continue
		}
		for _, line := range log.Lines(from, to) {
			lines = append(lines, logs.Line{Time: line.Time, Stream: line.Stream, Message: line.Message})
		}
		return lines, true
	}
	return nil, false
}

// Functions are all that the lab has, as Lambda knows them.
func (s *Set) Functions() (all []control.Function) {
	for _, f := range s.functions {
		c := f.config
		all = append(all, control.Function{
			Name: f.name, Handler: c.Handler,
			MemoryMB: int(c.Memory), Timeout: time.Duration(c.Timeout), Environment: f.shown(), Retire: f.retire,
			LogGroup: f.log.Group(), LogFormat: c.LogFormat, Aliases: f.aliases(),
			Provisioned: c.Provisioned,
		})
		if n := c.Concurrency; n != nil && *n != defaultConcurrency {
			all[len(all)-1].Reserved = n
		}
		if d := s.ownDoor(f); d != nil {
			one := &all[len(all)-1]
			one.URL, one.Stream, one.IAM = d.URL+"/", d.config.Stream, d.config.Authorizer != nil
		}
	}
	return all
}

// ownDoor is the function URL of a function; nil if it has none.
func (s *Set) ownDoor(f *lambda) *door {
	for _, d := range s.doors {
		if d.function == f && slices.Contains(d.kind.Resources, "AWS::Lambda::Url") {
			return d
		}
	}
	return nil
}

// APIs are the stages of the REST APIs, as API Gateway knows them.
func (s *Set) APIs() (all []control.API) {
	for _, d := range s.doors {
		if !d.kind.UsagePlans {
			continue
		}
		a := control.API{
			ID: d.kind.id(d.apiName()), Name: d.API, Stage: d.Stage, Created: d.started, Variables: d.config.Variables,
			Routes: d.describeRoutes(), Disabled: d.config.NoDefaultEndpoint, Address: d.URL,
		}
		switch {
		case d.config.Edge:
			a.Endpoint = "EDGE"
		case d.config.Private:
			a.Endpoint = "PRIVATE"
		}
		if c := d.config.Canary; c != nil {
			a.Canary = &control.Canary{Share: c.Share, Variables: c.Variables, UseCache: c.UseCache}
		}
		a.Throttle = limitOf(d.config.Throttle)
		if k := d.config.Cache; k != nil {
			a.Cache = &control.Cache{TTL: time.Duration(k.TTL), Encrypted: k.Encrypted, Flush: d.cache.flush}
		}
		for i, p := range d.config.plans() {
			a.Plans = append(a.Plans, planOf(d, i, p))
		}
		all = append(all, a)
	}
	return all
}

// planOf is the number'th usage plan of a door, from 0.
func planOf(d *door, number int, p UsagePlan) control.Plan {
	name := d.Name
	if number > 0 {
		name = fmt.Sprintf("%s-%d", d.Name, number+1)
	}
	plan := control.Plan{ID: identifier(name+" plan", d.seed, 6), Name: name, Throttle: control.Limit{Rate: float64(p.Rate), Burst: p.Burst}, Methods: map[string]control.Limit{}, Keys: p.Keys}
	if q := p.Quota; q != nil {
		plan.Quota = &control.Quota{Limit: q.Limit, Period: q.Period}
	}
	for method, t := range p.Methods {
		plan.Methods[method] = control.Limit{Rate: float64(t.Rate), Burst: t.Burst}
	}
	return plan
}

// A Door is where a front door is, and the names under which AWS would count it.
type Door struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	URL          string `json:"url"` // up to and including the stage
	API          string `json:"api,omitempty"`
	Stage        string `json:"stage,omitempty"`
	Balancer     string `json:"balancer,omitempty"`
	TargetGroup  string `json:"target_group,omitempty"`
	FunctionName string `json:"function,omitempty"` // an origin has none
	APIKey       string `json:"api_key,omitempty"`  // the first key of the usage plan
	WebACL       string `json:"web_acl,omitempty"`  // in front of it
	WebACLRules  int    `json:"web_acl_rules,omitempty"`
	Host         string `json:"host,omitempty"` // that requests have to name it by; "": they need not

	WebFunction string `json:"web_function,omitempty"` // its name, of a lambda-web

	Domains []DomainAt `json:"domains,omitempty"` // custom ones that lead to it

	Distribution string `json:"distribution,omitempty"`
	Origin       *Door  `json:"origin,omitempty"` // the door behind a distribution
}

// Target returns the door as a target that requests can be sent to and that
// CloudWatch can be asked about.
func (d Door) Target() (targets.Target, error) {
	kind, known := targets.KindNamed(d.Kind)
	if !known {
		return targets.Target{}, fmt.Errorf("the lab's door %q is of the unknown kind %q", d.Name, d.Kind)
	}
	address, err := url.Parse(d.URL)
	if err != nil {
		return targets.Target{}, fmt.Errorf("the lab's door %q has no address: %w", d.Name, err)
	}
	address.Scheme = targets.HTTPScheme(address.Scheme)
	t := d.named(kind)
	t.URL = address
	t.Connection.Host = d.Host
	if d.APIKey != "" {
		t.Auth.APIKey = targets.NewSecret(d.APIKey)
	}
	return t, nil
}

// Inspected is the web ACL in front of the door.
func (d Door) Inspected() targets.WebACL {
	if d.WebACL == "" {
		return targets.WebACL{}
	}
	return targets.WebACL{Name: d.WebACL, Region: region, Rules: int64(d.WebACLRules)}
}

func (d Door) named(kind *targets.Kind) targets.Target {
	t := targets.Target{
		Name: d.Name, Kind: kind, Lab: true, API: d.API, Stage: d.Stage, Balancer: d.Balancer, TargetGroup: d.TargetGroup,
		WebACL:   d.Inspected(),
		Function: targets.Function{Name: d.FunctionName},
		Web:      targets.WebFunction{Name: d.WebFunction},
	}
	d.Distribute(&t)
	return t
}

// Distribute tells a target of a distribution what it is called, and what is behind it.
func (d Door) Distribute(t *targets.Target) {
	if d.Distribution == "" {
		return
	}
	own := targets.Distribution{}
	if t.Distribution != nil {
		own = *t.Distribution
	}
	own.ID, t.Distribution = d.Distribution, &own
	if d.Origin == nil { // it is not in its place yet
		return
	}
	origin := targets.Target{}
	if own.Origin != nil {
		origin = *own.Origin
	}
	own.Origin = &origin
	if k, known := targets.KindNamed(d.Origin.Kind); known {
		origin.Kind = k
	}
	origin.API, origin.Stage, origin.Balancer, origin.Function.Name = d.Origin.API, d.Origin.Stage, d.Origin.Balancer, d.Origin.FunctionName
	t.Function.Name = d.Origin.FunctionName
	if d.Origin.WebFunction != "" {
		origin.Web.Name = d.Origin.WebFunction
	}
}
