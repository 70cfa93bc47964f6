package doors

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

//go:embed lab.schema.json
var schema []byte

// Schema is the published JSON Schema of lab files.
func Schema() []byte { return slices.Clone(schema) }

// ParseConfig reads a Config from a lab file, YAML or JSON, and checks it. The
// error holds everything that is wrong, each as a document.Problem with its place;
// notes are old spellings.
func ParseConfig(file string, data []byte) (c Config, notes, err error) {
	d := document.Read(file, data, &c)
	if err := d.Errors(func() error { return c.Validate() }); err != nil {
		return Config{}, nil, err
	}
	return c, d.Notes(), nil
}

// A Config says what the lab serves and how it behaves. Its zero value is a
// useful lab: one front door of each kind with the assumed figures of the package's
// documentation. In JSON, durations are written as "29s" or "1.5ms".
type Config struct {
	Seed        uint64              `json:"seed"`                      // of every modelled duration and fault
	Listen      string              `json:"listen,omitempty"`          // of CloudWatch and the truth; default 127.0.0.1:0
	Beyond      bool                `json:"beyond_loopback,omitempty"` // other machines may be let in, where listen says so
	MetricDelay Duration            `json:"metric_delay"`              // until a minute that has ended can be read; 0: the open minute can be read
	Account     *Throttle           `json:"account,omitempty"`         // that all REST and HTTP APIs share
	Function    Function            `json:"function"`                  // behind each door that states none of its own
	Functions   map[string]Function `json:"functions,omitempty"`       // that routes, rules and doors name
	Domains     []Domain            `json:"domains,omitempty"`         // custom domain names
	Doors       []DoorConfig        `json:"doors,omitempty"`           // none: the four front doors
	Faults      []Injection         `json:"faults,omitempty"`
	Credentials []Credential        `json:"credentials,omitempty"` // that the AWS services accept; none: targets.LabKeys

	UserPool   *UserPool         `json:"user_pool,omitempty"`  // whom the token endpoint and Cognito know
	Secrets    map[string]string `json:"secrets,omitempty"`    // of Secrets Manager, by their names
	Parameters map[string]string `json:"parameters,omitempty"` // of Systems Manager, by their names
	AWS        *AWS              `json:"aws,omitempty"`        // who may do what at the endpoint of AWS's services; none: everything is permitted
	Buckets    map[string]string `json:"buckets,omitempty"`    // of S3, whose objects are the files of these folders: read only

	Stacks map[string]Deployment `json:"stacks,omitempty"` // of CloudFormation, by their names; besides the lab's own
}

// A DoorConfig describes one front door.
type DoorConfig struct {
	Kind              string            `json:"kind"`                               // as targets.Kinds names it
	Name              string            `json:"name,omitempty"`                     // default "lab-" and the kind; also names the API, the balancer and the function
	Listen            string            `json:"listen,omitempty"`                   // default 127.0.0.1:0
	TLS               bool              `json:"tls,omitempty"`                      // HTTPS, by a certificate of the lab's own test CA
	API               string            `json:"api,omitempty"`                      // the name of a door: this one is a further stage of its API
	Stage             string            `json:"stage,omitempty"`                    // rest-api: default "prod"; http-api: default "$default", which has no path
	NoDefaultEndpoint bool              `json:"disable_default_endpoint,omitempty"` // only custom domains lead to it
	Variables         map[string]string `json:"variables,omitempty"`                // of the stage
	Canary            *Canary           `json:"canary,omitempty"`                   // rest-api; none: every request meets the production release
	Overhead          *LogNormal        `json:"overhead,omitempty"`
	Timeout           Duration          `json:"timeout,omitempty"`                            // of the integration; default that of the kind
	Throttle          *Throttle         `json:"throttle,omitempty"`                           // rest-api, http-api: of each method of the stage that has none of its own
	Routes            []Route           `json:"routes,omitempty"`                             // rest-api, http-api; none: those of the sample application
	CORS              *CORS             `json:"cors,omitempty"`                               // for an alb or an origin, what its application answers
	Edge              bool              `json:"edge,omitempty"`                               // rest-api: edge-optimised, with CloudFront's headers
	Private           bool              `json:"private,omitempty"`                            // rest-api: reached through interface endpoints of a VPC, which offer HTTP/1.1 alone
	Detailed          bool              `json:"detailed_metrics,omitempty"`                   // rest-api, http-api: metrics of each route besides
	UsagePlan         *UsagePlan        `json:"usage_plan,omitempty"`                         // rest-api, websocket-api; none: no key is asked for
	MorePlans         []UsagePlan       `json:"more_usage_plans,omitempty"`                   // rest-api, websocket-api: besides usage_plan, with keys of their own
	Cache             *Cache            `json:"cache,omitempty"`                              // rest-api; none: nothing is kept
	Authorizer        *Authorizer       `json:"authorizer,omitempty"`                         // function-url, lambda-web: of type iam
	FirstByte         float64           `json:"stream_first_byte,omitempty" doc:"unit=share"` // function-url, rest-api: a modelled function's responses are streamed, from this share of its time to its end
	Rules             []Rule            `json:"rules,omitempty"`                              // alb
	Idle              Duration          `json:"idle_timeout,omitempty"`                       // alb; default 60 s
	Payload           string            `json:"payload_format,omitempty"`                     // http-api: "2.0" (default) or "1.0"
	MultiValue        bool              `json:"multi_value_headers,omitempty"`                // alb: events and responses have lists
	Binary            []string          `json:"binary_media_types,omitempty"`                 // rest-api
	Stream            bool              `json:"response_stream,omitempty"`                    // function-url, rest-api: what functions stream is passed on as it comes; a modelled one has stream_first_byte, default 0.2
	KeepAlive         Duration          `json:"keep_alive,omitempty"`                         // alb: how long a connection lives; default an hour
	Sockets           *Sockets          `json:"websocket,omitempty"`                          // websocket-api
	Function          *Function         `json:"function,omitempty"`

	AccessLog *AccessLog `json:"access_log,omitempty"` // rest-api, http-api, alb; none: none is written

	StreamIdle Duration `json:"stream_idle_timeout,omitempty"` // rest-api: without a byte, after which a streamed response is cut off; default 5 minutes, 30 s where edge is true

	Web *WebFunction `json:"web_function,omitempty"` // lambda-web

	FunctionName string `json:"function_name,omitempty"` // of the list functions, with a version or an alias: in place of function
	Guards

	CDN *Distribution `json:"cloudfront,omitempty"` // cloudfront
}

// accountThrottle is that of most regions.
func accountThrottle() Throttle {
	rate, burst := pricing.AccountThrottle("")
	return Throttle{Rate: PerSecond(rate), Burst: int(burst)}
}

const anyPort = "127.0.0.1:0"

// filled returns c with a figure in every place that was left open.
func (c Config) filled() Config {
	c.Listen = cmp.Or(c.Listen, anyPort)
	c.Account = or(c.Account, accountThrottle())
	if len(c.Credentials) == 0 {
		c.Credentials = []Credential{{targets.LabKeys.ID, targets.LabKeys.Secret.Reveal()}}
	}
	c.UserPool = c.UserPool.filled()
	if len(c.Secrets) == 0 {
		c.Secrets = labSecrets
	}
	if len(c.Parameters) == 0 {
		c.Parameters = labParameters
	}
	c.Function = c.Function.filled()
	if len(c.Doors) == 0 {
		for _, k := range allKinds {
			if k.OnAWS() && !k.onDemand {
				c.Doors = append(c.Doors, DoorConfig{Kind: k.Name})
			}
		}
	}
	c.Functions = maps.Clone(c.Functions)
	for name, f := range c.Functions {
		c.Functions[name] = f.filled()
	}
	c.Doors = slices.Clone(c.Doors)
	for i, d := range c.Doors {
		c.Doors[i].Name = cmp.Or(d.Name, "lab-"+d.Kind)
	}
	doors := make([]DoorConfig, len(c.Doors))
	for i, d := range c.Doors {
		doors[i] = c.shared(d).filled(c)
	}
	fillOrigins(doors)
	c.Doors = doors
	c.Domains = slices.Clone(c.Domains)
	for i, m := range c.Domains {
		c.Domains[i] = m.filled()
	}
	return c
}

func (d DoorConfig) filled(c Config) DoorConfig {
	d.Listen = cmp.Or(d.Listen, anyPort)
	k := kindNamed(d.Kind)
	if k == nil { // check reports it
		k = &kind{Kind: &targets.Kind{}}
	}
	d.Overhead = or(d.Overhead, k.overhead)
	if d.Function != nil && k.Shares { // the time that a server has is the door's
		d.Timeout = cmp.Or(d.Timeout, d.Function.Timeout)
	}
	f := or(d.Function, c.Function).filled()
	d.Function = &f
	if k.fill != nil {
		k.fill(&d)
	}
	if d.UsagePlan != nil {
		plan := d.UsagePlan.filled(d.Name+" key", c.Seed)
		d.UsagePlan = &plan
	}
	d.MorePlans = slices.Clone(d.MorePlans)
	for i, p := range d.MorePlans {
		d.MorePlans[i] = p.filled(fmt.Sprintf("%s key %d", d.Name, i+2), c.Seed)
	}
	d.Cache = d.Cache.filled()
	if d.Sockets != nil && len(d.Sockets.Credentials) == 0 {
		d.Sockets.Credentials = c.Credentials
	}
	return d
}

func or[T any](set *T, otherwise T) *T {
	if set != nil {
		return set
	}
	return &otherwise
}

// Validate reports everything that is wrong with c, each with the way out.
func (c Config) Validate() error { return c.filled().check() }

func (c Config) check() error {
	p := &problems{}
	p.listen("listen", c.Listen, c.Beyond)
	p.between("metric_delay", c.MetricDelay, 0, time.Hour)
	p.throttle("account", c.Account)
	c.Function.check("function", p)
	c.checkFunctions(p)
	c.checkStages(p)
	c.checkDomains(p)
	c.checkStacks(p)
	checkCredentials("credentials", c.Credentials, p)
	c.UserPool.check("user_pool", p)
	c.AWS.check("aws", p)
	for name, folder := range c.Buckets {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			p.add("buckets[%s]: %q must be a folder, whose files are the objects of the bucket", name, folder)
		}
	}
	all := c.directory()
	names, listening := map[string]int{}, map[string]string{c.Listen: "listen"}
	for i, d := range c.Doors {
		door := fmt.Sprintf("doors[%d]", i)
		p.listen(door+".listen", d.Listen, c.Beyond)
		if before := listening[d.Listen]; before != "" && !strings.HasSuffix(d.Listen, ":0") {
			p.add("%s.listen: %s is the address of %s already", door, d.Listen, before)
		}
		listening[d.Listen] = door + ".listen"
		d.check(door, p)
		all.checkCallees(door, d, p)
		checkOrigins(c.Doors, door, d.CDN, p)
		if !reflect.DeepEqual(*d.Function, c.Function) { // what it shares is checked
			d.Function.check(door+".function", p)
		}
		if before, taken := names[d.Name]; taken {
			p.add("%s.name: %q is the name of doors[%d] already; give each door its own", door, d.Name, before)
		}
		names[d.Name] = i
	}
	for i, in := range c.Faults {
		in.check(fmt.Sprintf("faults[%d]", i), c.Doors, p)
	}
	return errors.Join(*p...)
}

var plainStage = document.Form(`^[A-Za-z0-9_-]{1,128}$`)

func (d DoorConfig) check(at string, p *problems) {
	if !plainName().MatchString(d.Name) {
		p.add("%s.name: %q must be 1 to 64 letters, digits, _, . or -, the first a letter or digit", at, d.Name)
	}
	p.distribution(at+".overhead", *d.Overhead)
	p.between(at+".timeout", d.Timeout, 0, longestFunction)
	k := kindNamed(d.Kind)
	if k == nil {
		p.add("%s.kind: the lab has no %q; it serves %s", at, d.Kind, namesOf(func(*kind) bool { return true }))
		return
	}
	for _, key := range d.placed(at, k, p) {
		if !slices.Contains(k.keys, key) {
			p.add("%s.%s: a door of kind %s has none; only %s: leave it out", at, key, d.Kind, thatHave(key))
		}
	}
	if d.FunctionName != "" && k.format == nil {
		p.add("%s.function_name: no Lambda function of the list stands behind a door of kind %s; only %s call one: state function in its place", at, d.Kind,
			namesOf(func(k *kind) bool { return k.format != nil }))
	}
	if k.check != nil {
		k.check(k, d, at, p)
	}
	d.checkPlans(at, p)
	d.checkVariables(at, p)
	d.AccessLog.check(at+".access_log", k.accessLog, p)
	d.Cache.check(at+".cache", p)
	if slices.Contains(k.keys, "routes") {
		d.checkRoutes(at, k, p)
	}
	p.throttle(at+".throttle", d.Throttle)
	d.checkGuards(at, p)
	d.CORS.check(at+".cors", p)
	for _, media := range d.Binary {
		if !strings.Contains(media, "/") {
			p.add("%s.binary_media_types: %q must be like image/png, image/* or */*", at, media)
		}
	}
}

// common are the keys that doors of every kind have.
var common = []string{"kind", "name", "listen", "tls", "overhead", "timeout", "function", "function_name"}

// placed are the keys of a door that are given, without an authorizer that it reports to belong
// to a route.
func (d DoorConfig) placed(at string, k *kind, p *problems) []string {
	given := d.given()
	i, where := slices.Index(given, "authorizer"), ""
	switch {
	case i < 0:
	case slices.Contains(k.keys, "routes"):
		where = "routes: [{path: /, authorizer: {…}}]"
	case slices.Contains(k.keys, "websocket"):
		where = "websocket: {routes: [{key: $connect, authorizer: {…}}]}"
	}
	if where == "" {
		return given
	}
	p.add("%s.authorizer: authorizers of a door of kind %s stand at its routes: %s", at, d.Kind, where)
	return slices.Delete(given, i, i+1)
}

func (d DoorConfig) given() []string { return stated(reflect.ValueOf(d)) }

// stated are the keys of a struct that have a value, without those of every door.
func stated(v reflect.Value) (keys []string) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if field.Anonymous {
			keys = append(keys, stated(value)...)
			continue
		}
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !slices.Contains(common, key) && !value.IsZero() && !(value.Kind() == reflect.Slice && value.Len() == 0) {
			keys = append(keys, key)
		}
	}
	return keys
}

// WithTLS has every door and every domain speak HTTPS.
func (c Config) WithTLS() Config {
	c = c.filled()
	for i := range c.Doors {
		c.Doors[i].TLS = true
	}
	for i := range c.Domains {
		c.Domains[i].TLS = true
	}
	return c
}

// ListenAt lets every door and the CloudWatch endpoint whose address is not
// given listen at host, an address of this machine, in place of loopback.
func (c Config) ListenAt(host string) Config {
	ip, err := netip.ParseAddr(host)
	c.Beyond = c.Beyond || err == nil && !ip.IsLoopback()
	c = c.filled()
	anywhere := net.JoinHostPort(host, "0")
	if c.Listen == anyPort {
		c.Listen = anywhere
	}
	for i := range c.Doors {
		if c.Doors[i].Listen == anyPort {
			c.Doors[i].Listen = anywhere
		}
	}
	for i := range c.Domains {
		if c.Domains[i].Listen == anyPort {
			c.Domains[i].Listen = anywhere
		}
	}
	return c
}
