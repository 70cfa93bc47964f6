package doors

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"tollgate/targets/lab/edge"
)

// A Distribution is a CloudFront distribution in front of another door of the lab: its cache
// policy, its edge locations and the code that runs there.
type Distribution struct {
	Origin string `json:"origin,omitempty"` // the name of the door behind it; default: a function URL of the lab, or else its first other door

	MinTTL     Duration  `json:"min_ttl,omitempty"`
	DefaultTTL *Duration `json:"default_ttl,omitempty"` // default a day, or max_ttl if that is less
	MaxTTL     *Duration `json:"max_ttl,omitempty"`     // default a year
	ErrorTTL   *Duration `json:"error_ttl,omitempty"`   // error caching minimum TTL; default 10 s
	Params     []string  `json:"key_parameters,omitempty"`
	NoParams   bool      `json:"ignore_query,omitempty"` // no parameter makes another entry; else, without key_parameters, the whole query does
	Heads      []string  `json:"key_headers,omitempty"`
	Cookies    []string  `json:"key_cookies,omitempty"` // "*": all
	Options    bool      `json:"cache_options,omitempty"`
	Compress   bool      `json:"compress,omitempty"`
	Methods    []string  `json:"methods,omitempty"` // that are allowed; none: all
	Forward    string    `json:"forward,omitempty"` // "all" (default): what viewers send, but Host; "key": what is in the key
	Bytes      int64     `json:"bytes,omitempty" doc:"unit=bytes"`

	Locations []EdgeLocation `json:"locations,omitempty"`      // none: one
	Shield    bool           `json:"origin_shield,omitempty"`  // one more cache, that all locations ask
	Distance  *LogNormal     `json:"origin_latency,omitempty"` // from a location to the origin and back; none: nothing

	Function *EdgeCode   `json:"function,omitempty"`    // a CloudFront Function on viewer requests
	Lambda   *EdgeLambda `json:"lambda_edge,omitempty"` // Lambda@Edge
}

// An EdgeLocation has a cache of its own, and is so far from its viewers.
type EdgeLocation struct {
	Name    string     `json:"name"` // as X-Amz-Cf-Pop has it: "FRA56-P1"
	Share   float64    `json:"share" doc:"unit=share"`
	Latency *LogNormal `json:"latency,omitempty"` // to its viewers and back; none: nothing
}

// EdgeCode runs for a share of the requests.
type EdgeCode struct {
	Share    *float64   `json:"share,omitempty" doc:"unit=share"` // default all
	Duration *LogNormal `json:"duration,omitempty"`               // default 0.5 ms
}

// An EdgeLambda is Lambda@Edge for one event.
type EdgeLambda struct {
	Event    string     `json:"event,omitempty"`                  // "viewer-request" (default), "origin-request"
	Share    *float64   `json:"share,omitempty" doc:"unit=share"` // of the requests that have the event; default all
	Duration *LogNormal `json:"duration,omitempty"`               // default 5 ms
}

// The settings of a distribution that states none: the TTLs are the defaults of a cache
// policy (CloudFront API reference, "CachePolicyConfig"), and those of errors "Control how
// long CloudFront caches errors". The durations of code at the edge are assumed: a CloudFront
// Function runs for less than a millisecond.
const (
	dayTTL        = Duration(24 * time.Hour)
	yearTTL       = Duration(365 * 24 * time.Hour)
	errorTTL      = Duration(10 * time.Second)
	edgeBytes     = 1 << 30
	viewerRequest = "viewer-request"
	originRequest = "origin-request"
	forwardAll    = "all"
	forwardKey    = "key"
	longestOrigin = 120 * time.Second // origin response timeout, CloudFront developer guide, "Quotas"
)

func (d *Distribution) filled() *Distribution {
	var filled Distribution
	if d != nil {
		filled = *d
	}
	usual := max(dayTTL, filled.MinTTL)
	if filled.MaxTTL != nil {
		usual = min(usual, *filled.MaxTTL)
	}
	filled.DefaultTTL = or(filled.DefaultTTL, usual)
	filled.MaxTTL = or(filled.MaxTTL, max(yearTTL, *filled.DefaultTTL))
	filled.ErrorTTL = or(filled.ErrorTTL, errorTTL)
	if len(filled.Params) == 0 && !filled.NoParams {
		filled.Params = []string{"*"}
	}
	filled.Forward = cmp.Or(filled.Forward, forwardAll)
	filled.Bytes = cmp.Or(filled.Bytes, edgeBytes)
	filled.Locations = slices.Clone(filled.Locations)
	if len(filled.Locations) == 0 {
		filled.Locations = []EdgeLocation{{Name: "FRA56-P1", Share: 1}}
	}
	for i := range filled.Locations {
		filled.Locations[i].Latency = or(filled.Locations[i].Latency, LogNormal{})
	}
	filled.Distance = or(filled.Distance, LogNormal{})
	if f := filled.Function; f != nil {
		filled.Function = &EdgeCode{Share: or(f.Share, 1), Duration: or(f.Duration, LogNormal{Median: Duration(500 * time.Microsecond), Sigma: 0.3})}
	}
	if l := filled.Lambda; l != nil {
		filled.Lambda = &EdgeLambda{
			Event: cmp.Or(l.Event, viewerRequest), Share: or(l.Share, 1), Duration: or(l.Duration, LogNormal{Median: Duration(5 * time.Millisecond), Sigma: 0.3}),
		}
	}
	return &filled
}

func (d *Distribution) policy() *edge.Policy {
	return &edge.Policy{
		MinTTL: time.Duration(d.MinTTL), DefaultTTL: time.Duration(*d.DefaultTTL), MaxTTL: time.Duration(*d.MaxTTL), ErrorTTL: time.Duration(*d.ErrorTTL),
		Parameters: d.Params, Headers: d.Heads, Cookies: d.Cookies, Options: d.Options, Compress: d.Compress,
	}
}

func checkDistribution(_ *kind, c DoorConfig, at string, p *problems) {
	d := c.CDN
	at += ".cloudfront"
	p.between(at+".min_ttl", d.MinTTL, 0, time.Duration(yearTTL))
	if p.between(at+".max_ttl", *d.MaxTTL, 0, 10*time.Duration(yearTTL)); *d.MaxTTL < d.MinTTL {
		p.add("%s.max_ttl: %v must be at least min_ttl, %v", at, *d.MaxTTL, d.MinTTL)
	} else {
		if d.MinTTL > *d.MaxTTL {
			p.add("%s.max_ttl: %v is less than min_ttl, %v", at, *d.MaxTTL, d.MinTTL)
		} else if *d.DefaultTTL < d.MinTTL || *d.DefaultTTL > *d.MaxTTL {
			p.add("%s.default_ttl: %v must be from min_ttl, %v, to max_ttl, %v", at, *d.DefaultTTL, d.MinTTL, *d.MaxTTL)
		}
	}
	p.between(at+".error_ttl", *d.ErrorTTL, 0, time.Duration(yearTTL))
	p.between(at[:len(at)-len(".cloudfront")]+".timeout", c.Timeout, time.Second, longestOrigin)
	if d.NoParams && len(d.Params) > 0 {
		p.add("%s.ignore_query: key_parameters say which parameters make another entry; give one of the two", at)
	}
	for _, name := range d.Heads {
		if !plainHeader().MatchString(name) {
			p.add("%s.key_headers: %q must be the name of a header", at, name)
		}
	}
	for _, m := range d.Methods {
		p.oneOf(at+".methods", m, http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodPost, http.MethodDelete)
	}
	p.oneOf(at+".forward", d.Forward, forwardAll, forwardKey)
	if d.Bytes < edgeBytes>>10 {
		p.add("%s.bytes: %d is less than 1 MiB", at, d.Bytes)
	}
	d.checkLocations(at+".locations", p)
	p.distribution(at+".origin_latency", *d.Distance)
	if f := d.Function; f != nil {
		p.share(at+".function.share", *f.Share)
		p.distribution(at+".function.duration", *f.Duration)
	}
	if l := d.Lambda; l != nil {
		p.oneOf(at+".lambda_edge.event", l.Event, viewerRequest, originRequest)
		p.share(at+".lambda_edge.share", *l.Share)
		p.distribution(at+".lambda_edge.duration", *l.Duration)
	}
}

func (d *Distribution) checkLocations(at string, p *problems) {
	sum := 0.0
	names := map[string]bool{}
	for _, l := range d.Locations {
		if !plainName().MatchString(l.Name) || names[l.Name] {
			p.add("%s: %q must be a name such as FRA56-P1, each its own", at, l.Name)
		}
		names[l.Name] = true
		p.share(at+".share", l.Share)
		p.distribution(at+".latency", *l.Latency)
		sum += l.Share
	}
	if sum < 0.999 || sum > 1.001 {
		p.add("%s: the shares must add up to 1, and add up to %.3g", at, sum)
	}
}

// Behind is which of the doors is behind the i'th; i where that is no distribution.
func (c Config) Behind(i int) int {
	doors := c.filled().Doors
	if doors[i].CDN == nil {
		return i
	}
	if at := slices.IndexFunc(doors, func(d DoorConfig) bool { return d.Name == doors[i].CDN.Origin }); at >= 0 {
		return at
	}
	return i
}

// fillOrigins names the doors behind distributions that name none: the first of those kinds
// that stand behind one by default, or else the first that can.
func fillOrigins(doors []DoorConfig) {
	for i := range doors {
		if doors[i].CDN == nil || doors[i].CDN.Origin != "" {
			continue
		}
		named := ""
		for _, d := range doors {
			k := kindNamed(d.Kind)
			if k == nil || !k.CanBeOrigin || d.Private {
				continue
			}
			if named == "" || k.usualOrigin {
				named = d.Name
			}
			if k.usualOrigin {
				break
			}
		}
		doors[i].CDN.Origin = named
	}
}

// checkOrigins reports distributions without a door behind them.
func checkOrigins(doors []DoorConfig, at string, c *Distribution, p *problems) {
	if c == nil {
		return
	}
	if c.Origin == "" {
		p.add("%s.cloudfront.origin: the lab has no door that a distribution can stand in front of: add one", at)
		return
	}
	i := slices.IndexFunc(doors, func(d DoorConfig) bool { return d.Name == c.Origin })
	if i < 0 {
		p.add("%s.cloudfront.origin: no door is called %q", at, c.Origin)
		return
	}
	if k := kindNamed(doors[i].Kind); k != nil && (!k.CanBeOrigin || doors[i].Private) {
		p.add("%s.cloudfront.origin: doors[%d] cannot be behind a distribution: name one of kind %s", at, i, namesOf(func(k *kind) bool { return k.CanBeOrigin }))
	}
}
