package doors

import (
	"fmt"
	"time"
)

// A Config says what the lab serves and how it behaves. Its zero value is a
// useful lab: one front door of each kind with the assumed figures of the package's
// documentation. In JSON, durations are written as "29s" or "1.5ms".
type Config struct {
	Seed        uint64       `json:"seed"`                      // of every modelled duration and fault
	Listen      string       `json:"listen,omitempty"`          // of CloudWatch and the truth; default 127.0.0.1:0
	Beyond      bool         `json:"beyond_loopback,omitempty"` // other machines may be let in, where listen says so
	MetricDelay Duration     `json:"metric_delay"`              // until a minute that has ended can be read; 0: the open minute can be read
	Account     *Throttle    `json:"account,omitempty"`
	Function    Function     `json:"function"`        // behind each door that states none of its own
	Doors       []DoorConfig `json:"doors,omitempty"` // none: the four front doors
	Faults      []Injection  `json:"faults,omitempty"`
	Credentials []Credential `json:"credentials,omitempty"` // that the AWS services accept; none: targets.LabKeys
}

// A DoorConfig describes one front door.
type DoorConfig struct {
	Kind       string      `json:"kind"`             // as targets.Kinds names it
	Name       string      `json:"name,omitempty"`   // default "lab-" and the kind; also names the API, the balancer and the function
	Listen     string      `json:"listen,omitempty"` // default 127.0.0.1:0
	TLS        bool        `json:"tls,omitempty"`    // HTTPS, by a certificate of the lab's own test CA
	Stage      string      `json:"stage,omitempty"`  // rest-api: default "prod"; http-api: default "$default", which has no path
	Overhead   *LogNormal  `json:"overhead,omitempty"`
	Timeout    Duration    `json:"timeout,omitempty"`             // of the integration; default that of the kind
	Throttle   *Throttle   `json:"throttle,omitempty"`            // rest-api, http-api: of each method of the stage that has none of its own
	Routes     []Route     `json:"routes,omitempty"`              // rest-api, http-api; none: those of the sample application
	CORS       *CORS       `json:"cors,omitempty"`                // rest-api, http-api
	Edge       bool        `json:"edge,omitempty"`                // rest-api: edge-optimised, with CloudFront's headers
	Detailed   bool        `json:"detailed_metrics,omitempty"`    // rest-api, http-api: metrics of each route besides
	UsagePlan  *UsagePlan  `json:"usage_plan,omitempty"`          // rest-api; none: no key is asked for
	MorePlans  []UsagePlan `json:"more_usage_plans,omitempty"`    // rest-api: beside usage_plan, with keys of their own
	Cache      *Cache      `json:"cache,omitempty"`               // rest-api; none: nothing is kept
	Authorizer *Authorizer `json:"authorizer,omitempty"`          // function-url: of type iam
	FirstByte  float64     `json:"stream_first_byte,omitempty"`   // function-url: answers are streamed, from this share of the function's time to its end
	Rules      []Rule      `json:"rules,omitempty"`               // alb
	Idle       Duration    `json:"idle_timeout,omitempty"`        // alb; default 60 s
	Payload    string      `json:"payload_format,omitempty"`      // http-api: "2.0" (default) or "1.0"
	MultiValue bool        `json:"multi_value_headers,omitempty"` // alb: events and responses have lists
	Binary     []string    `json:"binary_media_types,omitempty"`  // rest-api
	Stream     bool        `json:"response_stream,omitempty"`     // function-url with a real function: what it streams is passed on as it comes
	KeepAlive  Duration    `json:"keep_alive,omitempty"`          // alb: how long a connection lives; default an hour
	Function   *Function   `json:"function,omitempty"`
}

// A Throttle is a token bucket: Burst tokens at most, refilled at Rate a second.
type Throttle struct {
	Rate  float64 `json:"rate_per_s"`
	Burst int     `json:"burst"`
}

// A UsagePlan asks for an API key and limits each key on its own.
type UsagePlan struct {
	Throttle
	Methods map[string]Throttle `json:"methods,omitempty"` // by "/path/METHOD", for each key
	Quota   *Quota              `json:"quota,omitempty"`
	Keys    []string            `json:"keys,omitempty"` // none: one is made up, see Door.APIKey
}

// A Cache keeps the responses of a REST API's GET requests.
type Cache struct {
	TTL    Duration `json:"ttl,omitempty"`            // default 5 minutes, at most an hour
	Bytes  int64    `json:"bytes,omitempty"`          // default 0.5 GB
	Params []string `json:"key_parameters,omitempty"` // query parameters that tell responses apart, besides the path
	Heads  []string `json:"key_headers,omitempty"`    // headers that do

	Invalidation *Invalidation `json:"invalidation,omitempty"` // by clients
}

// A Function is a Lambda function: a modelled one, or where it has a command a
// real one, which runs as processes of this machine.
type Function struct {
	Init        *LogNormal `json:"init,omitempty"`        // of a new environment
	Warm        *LogNormal `json:"duration,omitempty"`    // of an invocation, without INIT
	Timeout     Duration   `json:"timeout,omitempty"`     // default 60 s
	Concurrency *int       `json:"concurrency,omitempty"` // default 1,000; 0 shuts the function
	Provisioned int        `json:"provisioned,omitempty"` // of the concurrency: environments that are always there
	Proactive   float64    `json:"proactive,omitempty"`   // share of new environments that Lambda initialises before a request needs them
	Scaling     *Throttle  `json:"scaling,omitempty"`     // of new environments
	Idle        Duration   `json:"idle,omitempty"`        // until an environment is given up
	Thrown      float64    `json:"thrown,omitempty"`      // share of invocations that end in an error
	Malformed   float64    `json:"malformed,omitempty"`   // share whose response is not one
	Memory      int        `json:"memory_mb,omitempty"`   // default 512
	LogFormat   string     `json:"log_format,omitempty"`  // "text" (default) or "json"
	LogGroup    string     `json:"log_group,omitempty"`   // default "/aws/lambda/" and the function's name
	Tracing     *Tracing   `json:"tracing,omitempty"`     // none: X-Ray records nothing

	Command     []string          `json:"command,omitempty"`     // that starts an environment: it speaks the Lambda Runtime API; none: the function is modelled
	Dir         string            `json:"dir,omitempty"`         // where the command starts; default: where the lab does
	Handler     string            `json:"handler,omitempty"`     // that the runtime is told
	Environment map[string]string `json:"environment,omitempty"` // beside what Lambda sets
	Forbidden   bool              `json:"forbidden,omitempty"`   // its resource policy lets nobody invoke it
}

// A LogNormal is a distribution of durations: half lie below the median, and
// 84 % below the median times e to the Sigma.
type LogNormal struct {
	Median Duration `json:"median"`
	Sigma  float64  `json:"sigma"`
}

// A Duration is a time.Duration that JSON writes as text.
type Duration time.Duration

// MarshalText writes d as "1.5ms".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "1.5ms".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time: write it as 30s, 1m30s or 500ms", text)
	}
	*d = Duration(v)
	return nil
}

func (d Duration) String() string { return time.Duration(d).String() }
