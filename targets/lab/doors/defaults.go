package doors

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// Documented figures.
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (10,000
// requests a second and a burst of 5,000 for an account's APIs together; TTL of
// 300 s, at most 3,600); Lambda developer guide, "Lambda quotas" (concurrency of
// 1,000) and "Lambda function scaling" (1,000 environments per 10 s for each
// function, refilled continuously).
var (
	accountThrottle = Throttle{Rate: 10_000, Burst: 5_000}
	scalingThrottle = Throttle{Rate: 100, Burst: 1_000}
)

const (
	defaultConcurrency = 1_000
	defaultTTL         = 300 * time.Second
	longestTTL         = 3_600 * time.Second
	longestFunction    = 900 * time.Second
)

// Assumed figures: AWS publishes none. See the package documentation.
const (
	defaultTimeout = 60 * time.Second
	defaultIdle    = 6 * time.Minute
	cacheBytes     = 1 << 29 // the smallest cache, 0.5 GB
)

var (
	defaultInit = LogNormal{Median: Duration(100 * time.Millisecond), Sigma: 0.15}
	defaultWarm = LogNormal{Median: Duration(8 * time.Millisecond), Sigma: 0.3}
)

// overheads are what each kind of door adds to its function, in any order.
var overheads = map[string]LogNormal{
	targets.RESTAPI.Name:     {Median: Duration(6 * time.Millisecond), Sigma: 0.3},
	targets.HTTPAPI.Name:     {Median: Duration(3 * time.Millisecond), Sigma: 0.3},
	targets.FunctionURL.Name: {Median: Duration(1 * time.Millisecond), Sigma: 0.3},
	targets.ALB.Name:         {Median: Duration(1500 * time.Microsecond), Sigma: 0.3},
	targets.Origin.Name:      {},
}

// filled returns c with a figure in every place that was left open.
func (c Config) filled() Config {
	c.Listen = cmp.Or(c.Listen, anyPort)
	c.Account = or(c.Account, accountThrottle)
	if len(c.Credentials) == 0 {
		c.Credentials = []Credential{{targets.LabKeys.ID, targets.LabKeys.Secret.Reveal()}}
	}
	c.Function = c.Function.filled()
	if len(c.Doors) == 0 {
		for _, k := range []*targets.Kind{&targets.RESTAPI, &targets.HTTPAPI, &targets.FunctionURL, &targets.ALB} {
			c.Doors = append(c.Doors, DoorConfig{Kind: k.Name})
		}
	}
	doors := make([]DoorConfig, len(c.Doors))
	for i, d := range c.Doors {
		doors[i] = d.filled(c)
	}
	c.Doors = doors
	return c
}

const anyPort = "127.0.0.1:0"

func (d DoorConfig) filled(c Config) DoorConfig {
	d.Name = cmp.Or(d.Name, "lab-"+d.Kind)
	d.Listen = cmp.Or(d.Listen, anyPort)
	d.Overhead = or(d.Overhead, overheads[d.Kind])
	if kind, known := targets.KindNamed(d.Kind); known && kind.Name != targets.FunctionURL.Name {
		d.Timeout = cmp.Or(d.Timeout, Duration(kind.Limits.Timeout))
	}
	switch d.Kind {
	case targets.RESTAPI.Name:
		d.Stage = cmp.Or(d.Stage, "prod")
	case targets.HTTPAPI.Name:
		d.Stage = cmp.Or(d.Stage, defaultStage)
	}
	d.Routes = d.routes()
	if d.Kind == targets.ALB.Name {
		d.Idle = cmp.Or(d.Idle, Duration(defaultIdling))
		d.KeepAlive = cmp.Or(d.KeepAlive, Duration(defaultKeepAlive))
	}
	if d.UsagePlan != nil {
		plan := d.UsagePlan.filled(d.Name+" key", c.Seed)
		d.UsagePlan = &plan
	}
	d.MorePlans = slices.Clone(d.MorePlans)
	for i, p := range d.MorePlans {
		d.MorePlans[i] = p.filled(fmt.Sprintf("%s key %d", d.Name, i+2), c.Seed)
	}
	if d.Cache != nil {
		cache := *d.Cache
		cache.TTL = cmp.Or(cache.TTL, Duration(defaultTTL))
		cache.Bytes = cmp.Or(cache.Bytes, cacheBytes)
		d.Cache = &cache
	}
	if d.Function == nil {
		d.Function = &c.Function
	} else {
		f := d.Function.filled()
		d.Function = &f
	}
	return d
}

// filled makes a key up where a plan names none.
func (p UsagePlan) filled(name string, seed uint64) UsagePlan {
	if len(p.Keys) == 0 {
		p.Keys = []string{identifier(name, seed, 40)}
	}
	return p
}

// routes returns the routes with their defaults; those of the sample
// application where an API names none.
func (d DoorConfig) routes() []Route {
	said := d.Routes
	if len(said) == 0 && (d.Kind == targets.RESTAPI.Name || d.Kind == targets.HTTPAPI.Name) {
		said = sampleRoutes
	}
	var filled []Route
	for _, r := range said {
		filled = append(filled, r.filled(d.Throttle))
	}
	return filled
}

func (f Function) filled() Function {
	f.Init = or(f.Init, defaultInit)
	f.Warm = or(f.Warm, defaultWarm)
	f.Timeout = cmp.Or(f.Timeout, Duration(defaultTimeout))
	if len(f.Command) > 0 {
		f.Concurrency = or(f.Concurrency, realConcurrency)
	}
	f.Concurrency = or(f.Concurrency, defaultConcurrency)
	f.Memory = cmp.Or(f.Memory, defaultMemory)
	f.LogFormat = cmp.Or(f.LogFormat, string(runtime.Text))
	f.Scaling = or(f.Scaling, scalingThrottle)
	f.Idle = cmp.Or(f.Idle, Duration(defaultIdle))
	return f
}

// or returns what was said, or else a copy of the default.
func or[T any](said *T, otherwise T) *T {
	if said != nil {
		return said
	}
	return &otherwise
}

// identifier makes up a name of n characters as AWS would, the same for the
// same name and seed.
func identifier(of string, seed uint64, n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	stream := newStream(seed, of)
	text := make([]byte, n)
	for i := range text {
		text[i] = alphabet[stream.bits(uint64(i))%uint64(len(alphabet))]
	}
	return string(text)
}

// hashOf turns a name into a number.
func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash takes everything
	return h.Sum64()
}
