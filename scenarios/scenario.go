package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/events"
	"tollgate/targets"
)

// A Scenario is one scenario file, read, checked and with its references resolved.
type Scenario struct {
	Name       string
	File       string // where it was read from, for messages
	Folder     string // that the files it refers to are in
	Files      []File // that it refers to, each once
	Source     []byte // the very bytes, for the run directory
	Targets    []targets.Target
	Hosts      []targets.Target // that steps of flows may go to besides the target
	Requests   []Request
	Flows      []Flow  // that the requests are steps of; none: each request stands alone
	Stages     []Stage // none: there are populations, or the probes are all there is
	Probes     []Probe
	Thresholds []results.Threshold
	Abort      []results.AbortRule // that end the load early: the default rule, unless the file says otherwise
	Pricing    Pricing
	Engine     Engine
	Blocks     int // how many blocks a stage is cut into, at least one second each
	Seed       uint64

	AlignMinute bool // the load begins at a full minute

	Grace    time.Duration // that requests in flight have to end when the load is stopped early
	Decide   Decide        // until which comparison is decided the run goes on
	Limit    Limit         // on what it may do, in its own words
	Trial    TrialMode     // which requests are tried before the load; no part of the file
	Shard    Shard         // of the run that is sent; zero: all of it. No part of the file
	Requires []string      // features that a door must have to be recommended
	Lab      Lab
	Secrets  []targets.Secret // the values of environment variables that requests carry

	Populations []Population // that run side by side, each with stages of its own; none: all is one

	Overridden []string             // flags of the command line that replaced values of the file, as given
	Generated  bool                 // made for this run alone, with addresses that no later run has
	Typed      bool                 // made of an address on the command line, not read from a file
	Unresolved []document.Reference // of a recorded copy: what it left to the environment
	Notes      error                // old spellings in the file; nil: none

	machines int // that send the whole run, and try its requests; 0: 1
}

// TargetNames are the names of the targets, in order.
func (s *Scenario) TargetNames() (names []string) {
	for _, t := range s.Targets {
		names = append(names, t.Name)
	}
	return names
}

func stageNames(stages []Stage) (names []string) {
	for _, stage := range stages {
		names = append(names, stage.Name)
	}
	return names
}

// A Request is one of the weighted requests that every target receives.
type Request struct {
	Name    string
	Method  string
	Path    string          // the source of a template: appended to the target's URL, with its query, byte for byte
	URL     string          // likewise, the whole address of a step that goes to another host; "": it goes to the target
	Keys    *Keys           // that take the places of ${key} in path, headers and body; nil: there are none
	Values  *Values         // that take other places
	Steps   []string        // names of what earlier steps of its flow extract, "login.token", as in values.Sending.Extracted
	Hidden  []string        // of Steps, those that are not to be shown
	Header  targets.Header  // as it goes on the wire: names as they are spelt, values in order, each the source of a template
	Auth    *targets.Auth   // in place of what the population or the target says; nil: that
	APIKey  targets.Secret  // sent as x-api-key in place of the target's own; zero: the target's
	Body    []byte          // the source of a template
	Upload  *targets.Upload // the body, in place of Body: a file too large to be loaded
	Accepts []string        // content codings, in place of the target's; nil: those
	Page    RequestPage     // in place of the targets'
	Weight  int
	Timeout time.Duration   // default 30 s and a bit more: longer than any front door waits
	Socket  *SocketStep     // what it does over WebSocket: its message is in Body; nil: it is an HTTP request
	Stream  *events.Options // how its responses are read as events; nil: they are not
	Expect  check.Expect
	Message *Request // what targets that take messages receive in its place; nil: there is none
}

// A Stage is one stretch of load.
type Stage struct {
	Name   string // for thresholds and reports
	WarmUp bool   // recorded, and left out of all figures
	Load   Load
	For    time.Duration // that one target receives
}

// A Load is what makes requests due: [Arrivals] or [Users], and nothing else.
type Load interface {
	load()
	String() string // in words: "constant 500/s"
}

// Arrivals are the open model: requests are due whether or not the target keeps up.
type Arrivals struct{ Shape }

// Users are the closed model: each user waits for the response, thinks, and asks again.
type Users struct {
	N     int
	Think Distribution // between a response and the next request
}

func (Arrivals) load() {}
func (Users) load()    {}

// String implements Load.
func (u Users) String() string {
	words := fmt.Sprintf("closed, %d users", u.N)
	if u.Think.P99 > 0 {
		words += fmt.Sprintf(" who think for %v", u.Think)
	}
	return words
}

// Pricing is what the bill is made for.
type Pricing struct {
	Region           string        // with whose prices; "": each target's own
	RequestsPerMonth int64         // without preflights; 0: there is no bill, unless FlowsPerMonth says so
	FlowsPerMonth    int64         // of all flows together, in place of requests; 0: those are stated
	HoursPerMonth    int64         // default 730
	ColdShare        string        // decimal share of invocations that run INIT; "" is not stated
	Init             time.Duration // of a cold start; 0 is not stated

	Rates pricing.Rates // stated for one unit, by the price book's key: in place of the book's

	Sockets results.SocketMonth // zero: connections as the run has them
}

// Engine is how load is driven; the zero value chooses well. Connections that live
// for less than 10ms are what RequestsPerConnection is for.
type Engine struct {
	Use            string            `json:"use"`                                     // the name of an engine; "": the first that lacks nothing
	Targets        map[string]string `json:"targets"`                                 // the engines of some targets, by their names
	Connections    int               `json:"connections" doc:"min=0;max=1000000"`     // opened before the first request; 0: as needed
	MaxConnections int               `json:"max_connections" doc:"min=0;max=1000000"` // 0: as many as needed
	MaxInFlight    int               `json:"max_in_flight" doc:"min=0;max=10000000"`  // 0: as many as needed
	Late           string            `json:"late" doc:"one=send,skip"`                // "send" is the default
	HTTP           Protocol          `json:"http"`                                    // "" is Auto
	Streams        int               `json:"streams" doc:"min=1;max=1000000"`         // on a connection of HTTP/2 at most; 0: as many as the server allows, up to 100

	RequestsPerConnection int           `json:"requests_per_connection" doc:"min=0;max=1000000000"` // before the engine closes it; 0: any number
	ConnectionAge         time.Duration `json:"connection_age" doc:"min=10ms;max=168h"`             // from which a connection carries no further request; 0: none
	DNSRefresh            time.Duration `json:"dns_refresh" doc:"min=1s;max=168h"`                  // after which new connections look the name up again; 0: as Refresh says

	Sockets *Sockets `json:"-"` // how connections are held over which messages are sent; nil: no target takes messages
}

// Lab is how the embedded lab is set up for the targets whose url is "lab".
type Lab struct {
	Seed      uint64        `json:"seed" doc:"min=0;max=9223372036854775807"` // 0: the scenario's
	UsagePlan UsagePlan     `json:"usage_plan"`                               // of a REST API; zero: none
	Plans     UsagePlans    `json:"plans"`                                    // of single targets, by their names, in place of it
	CacheTTL  time.Duration `json:"cache_ttl" doc:"min=1s;max=1h"`            // of a REST API, which keeps no response longer; 0: no cache
	Encrypted bool          `json:"cache_encrypted"`                          // as the stage's settings say; no request shows it
	Renewable bool          `json:"cache_renewable"`                          // by Cache-Control: max-age=0 of any client, else of signed ones alone
	CORS      LabCORS       `json:"cors"`                                     // zero: no page of another origin may send anything but simple requests
	MetricLag time.Duration `json:"metric_delay" doc:"min=0s;max=1h"`         // until CloudWatch publishes
	TLS       bool          `json:"tls"`                                      // HTTPS, by an authority of the lab's own, which the run trusts
	Function  LabFunction   `json:"function"`
	Overheads LabOverheads  `json:"overheads"` // of the front doors of single targets, by their names, in place of the assumed ones
	Sockets   LabSockets    `json:"websocket"`
	Guards    LabGuards     `json:"guards"` // what stands in front of single targets, by their names
	Functions LabFunctions  `json:"functions"`
	APIs      LabAPIs       `json:"apis"`
	AWS       LabAWS        `json:"aws"` // zero: everything is permitted

	CDN LabCDN `json:"cloudfront"` // of every distribution
}

// UsagePlan is a token bucket in front of an API key.
type UsagePlan struct {
	Rate  Rate  `json:"rate" doc:"need"`
	Burst int   `json:"burst" doc:"need;min=1;max=1000000"`
	Quota Quota `json:"quota"` // zero: none
}

// UsagePlans are usage plans by the names of targets.
type UsagePlans map[string]UsagePlan

// Quota is how many requests a key may send in a day, a week or a month.
type Quota struct {
	Limit  int64  `json:"limit" doc:"need;min=1;max=1000000000"`
	Period string `json:"period" doc:"need;one=DAY,WEEK,MONTH"`
}

// LabFunction is the function behind the lab's front doors; zero fields are defaults.
type LabFunction struct {
	Duration LabDuration   `json:"duration"`                                  // of a warm invocation
	Init     time.Duration `json:"init" doc:"min=1us;max=1m"`                 // median INIT of a cold start
	Idle     time.Duration `json:"idle" doc:"min=1s;max=24h;was=idle_expiry"` // an idle environment lives this long
	Proxy    LabServer     `json:"proxy"`                                     // answers in its place; "": it is modelled
	Answers  LabAnswers    `json:"answers"`                                   // at routes such as "GET /users/{id}", in place of the sample application
}

// LabAnswers are what the function answers, by routes.
type LabAnswers map[string]LabAnswer

// LabAnswer is a response with a body of spaces.
type LabAnswer struct {
	Status int   `json:"status" doc:"min=200;max=599"` // 0: 200
	Bytes  int64 `json:"bytes" doc:"min=0;max=6291456"`
}

var labAnswer = document.Form(`^[A-Z]{1,16} /[!-~]{0,1000}$`)

// LabDuration is a log-normal distribution.
type LabDuration struct {
	Median time.Duration `json:"median" doc:"min=1us;max=15m"`
	Sigma  float64       `json:"sigma" doc:"min=0;max=5"`
}

// Decode reads the function. Median and sigma once stood in it, without duration.
func (l *LabFunction) Decode(v document.Value) {
	type keys LabFunction // without this method
	v.Nested("duration", "median", "sigma").Decode((*keys)(l))
	for _, route := range slices.Sorted(maps.Keys(l.Answers)) {
		if !labAnswer().MatchString(route) {
			v.Problem("answers: %q must be a method and a path, such as \"GET /users/{id}\"", route)
		}
	}
	if l.Proxy != "" && len(l.Answers) > 0 {
		v.Problem("has answers and a proxy: a server answers by itself: leave answers out")
	}
	if l.Proxy != "" && l.Duration != (LabDuration{}) {
		v.Problem("has a duration and a proxy: a server takes as long as it does: leave duration out")
	}
}
