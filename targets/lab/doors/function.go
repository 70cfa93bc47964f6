package doors

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets/lab/function/runtime"
)

// A Function is a Lambda function: a modelled one, or where it has a command a
// real one, which runs as processes of this machine. With a proxy a web server that
// runs already answers in its place.
type Function struct {
	Init        *LogNormal `json:"init,omitempty"`                          // of a new environment
	Warm        *LogNormal `json:"duration,omitempty"`                      // of an invocation, without INIT
	Timeout     Duration   `json:"timeout,omitempty"`                       // default 60 s
	Concurrency *int       `json:"concurrency,omitempty"`                   // default 1,000; 0 shuts the function
	Provisioned int        `json:"provisioned,omitempty"`                   // of the concurrency: environments that are always there
	Proactive   float64    `json:"proactive,omitempty" doc:"unit=share"`    // share of new environments that Lambda initialises before a request needs them
	Scaling     *Throttle  `json:"scaling,omitempty"`                       // of new environments
	Idle        Duration   `json:"idle,omitempty"`                          // until an environment is given up
	Thrown      float64    `json:"thrown,omitempty" doc:"unit=share"`       // share of invocations that end in an error
	Malformed   float64    `json:"malformed,omitempty" doc:"unit=share"`    // share whose response is not one
	Memory      Megabytes  `json:"memory,omitempty" doc:"was=memory_mb:MB"` // default 512MB
	LogFormat   string     `json:"log_format,omitempty"`                    // "text" (default) or "json"
	LogGroup    string     `json:"log_group,omitempty"`                     // default "/aws/lambda/" and the function's name
	Tracing     *Tracing   `json:"tracing,omitempty"`                       // none: X-Ray records nothing

	Command     []string          `json:"command,omitempty"`     // that starts an environment: it speaks the Lambda Runtime API; none: the function is modelled
	Dir         string            `json:"dir,omitempty"`         // where the command starts; default: where the lab does
	Handler     string            `json:"handler,omitempty"`     // that the runtime gets
	Environment map[string]string `json:"environment,omitempty"` // besides what Lambda sets

	Proxy       string `json:"proxy,omitempty"`                 // the web server that answers, on this machine: http://127.0.0.1:8000
	ProxyBeyond bool   `json:"proxy_beyond_loopback,omitempty"` // it may be at another machine

	Forbidden bool `json:"forbidden,omitempty"` // its resource policy lets no door invoke it

	Answers  Answers                    `json:"answers,omitempty"`  // of a modelled function at routes, in place of the sample application's
	Headers  map[string]string          `json:"headers,omitempty"`  // that a modelled function adds to its responses
	Versions map[string]FunctionVersion `json:"versions,omitempty"` // published ones, by their numbers
	Aliases  map[string]Alias           `json:"aliases,omitempty"`  // by their names
}

// Documented figures. Source: Lambda developer guide, "Lambda quotas" (concurrency
// of 1,000; memory; 4 KB of variables) and "Lambda function scaling" (1,000
// environments per 10 s for each function, refilled continuously).
const (
	defaultConcurrency = 1_000
	longestFunction    = 900 * time.Second
	leastMemory        = 128 // MB
	mostMemory         = 10_240
	mostVariables      = 4 << 10 // bytes of all environment variables
)

var scalingThrottle = Throttle{Rate: 100, Burst: 1_000}

// Assumed figures: AWS publishes none. See the package documentation.
const (
	defaultTimeout  = 60 * time.Second
	defaultIdle     = 6 * time.Minute
	defaultMemory   = 512 // MB
	realConcurrency = 100 // of processes on this machine, which is no data centre
	modelledMemory  = 64  // MB, that a modelled function is said to have used
)

var (
	defaultInit = LogNormal{Median: Duration(100 * time.Millisecond), Sigma: 0.15}
	defaultWarm = LogNormal{Median: Duration(8 * time.Millisecond), Sigma: 0.3}
)

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

// Source: CloudWatch Logs API reference, "CreateLogGroup".
var logGroupPattern = document.Form(`^[.\-_/#A-Za-z0-9]{1,512}$`)

func (f Function) check(at string, p *problems) {
	if f.Memory < leastMemory || f.Memory > mostMemory {
		p.add("%s.memory: %dMB must be from %dMB to %dMB", at, f.Memory, leastMemory, mostMemory)
	}
	p.oneOf(at+".log_format", f.LogFormat, string(runtime.Text), string(runtime.JSON))
	if f.LogGroup != "" && !logGroupPattern().MatchString(f.LogGroup) {
		p.add("%s.log_group: %q must be the name of a log group: up to 512 letters, digits and the characters . - _ / #", at, f.LogGroup)
	}
	p.distribution(at+".init", *f.Init)
	p.distribution(at+".duration", *f.Warm)
	p.between(at+".timeout", f.Timeout, time.Nanosecond, longestFunction)
	p.between(at+".idle", f.Idle, time.Nanosecond, 24*time.Hour)
	within(p, at+".concurrency", *f.Concurrency, 0, 100_000)
	if f.Provisioned < 0 || f.Provisioned > *f.Concurrency {
		p.add("%s.provisioned: %d must be 0 to the concurrency, %d", at, f.Provisioned, *f.Concurrency)
	}
	p.share(at+".proactive", f.Proactive)
	p.throttle(at+".scaling", f.Scaling)
	if t := f.Tracing; t != nil {
		within(p, at+".tracing.reservoir", t.Reservoir, 0, 100_000)
		p.share(at+".tracing.share", t.Share)
	}
	if !(f.Thrown >= 0 && f.Malformed >= 0 && f.Thrown+f.Malformed <= 1) {
		p.add("%s: thrown and malformed are shares; they must be 0 to 1, also together", at)
	}
	f.checkHeaders(at, p)
	f.Answers.check(at, f, p)
	f.checkCommand(at, p)
	f.checkProxy(at, p)
	f.checkVersions(at, p)
}

func (f Function) checkHeaders(at string, p *problems) {
	for _, name := range slices.Sorted(maps.Keys(f.Headers)) {
		if !plainHeader().MatchString(name) || !printable(f.Headers[name]) {
			p.add("%s.headers: %q must be a plain name with a plain value", at, name)
		}
	}
	if len(f.Headers) > 0 && (len(f.Command) > 0 || f.Proxy != "") {
		p.add("%s.headers: they are of modelled functions; a command or a server sends its own", at)
	}
}

var variablePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func (f Function) checkCommand(at string, p *problems) {
	if len(f.Command) == 0 {
		if f.Handler != "" || f.Dir != "" || len(f.Environment) > 0 {
			p.add("%s.command: a handler, a directory and an environment belong to a function with a command, such as [\"./bootstrap\"]", at)
		}
		return
	}
	if f.Command[0] == "" {
		p.add("%s.command: the first word must name a program, such as \"./bootstrap\"", at)
	}
	if f.Thrown > 0 || f.Malformed > 0 || f.Provisioned > 0 || f.Proactive > 0 {
		p.add("%s: thrown, malformed, provisioned and proactive are of modelled functions; this one has a command", at)
	}
	if *f.Init != defaultInit || *f.Warm != defaultWarm {
		p.add("%s: init and duration are of modelled functions; those of a command are as long as they are", at)
	}
	size := 0
	for name, value := range f.Environment { // values may be secrets: no message repeats them
		size += len(name) + len(value)
		switch {
		case !variablePattern.MatchString(name):
			p.add("%s.environment: %q must be letters, digits and _, the first a letter", at, name)
		case runtime.Reserved(name):
			p.add("%s.environment: %s is set by Lambda", at, name)
		case strings.ContainsRune(value, 0):
			p.add("%s.environment: the value of %s must not hold a zero byte", at, name)
		}
	}
	if size > mostVariables {
		p.add("%s.environment: %d bytes are more than the %d that all variables may have", at, size, mostVariables)
	}
}

// A function is a modelled Lambda function: what it answers is computed at
// once, how long that takes is drawn.
type function struct {
	Function
	init, warm  draw
	faults      stream
	chance      stream // of environments to be initialised ahead of their first request
	requestRate *bucket

	family       []*function // the versions of one function, itself among them, which share its concurrency; none: it is the only one
	mu           *sync.Mutex // of all of these
	environments environments
	invoked      uint64 // invocations so far, the position in the streams
	scaling      *bucket
}

// perConcurrency is how many requests a second Lambda takes for each unit of a
// function's concurrency, and its provisioned environments for each of them.
// Source: Lambda developer guide, "Understanding concurrency".
const perConcurrency = 10

func newFunction(f Function, name string, seed uint64, now time.Time) *function {
	perSecond := func(concurrency int) *bucket {
		most := perConcurrency * concurrency
		return newBucket(Throttle{Rate: PerSecond(most), Burst: most}, now)
	}
	return &function{
		Function:    f,
		init:        newDraw(*f.Init, seed, name+" init"),
		warm:        newDraw(*f.Warm, seed, name+" duration"),
		faults:      newStream(seed, name+" faults"),
		chance:      newStream(seed, name+" proactive"),
		requestRate: perSecond(*f.Concurrency),
		environments: environments{
			limit: *f.Concurrency, idle: time.Duration(f.Idle),
			provisioned: f.Provisioned, allowance: perSecond(f.Provisioned),
		},
		scaling: newBucket(*f.Scaling, now),
		mu:      &sync.Mutex{},
	}
}

// share has f draw on what belongs to a function as a whole, and not to its versions.
func (f *function) share(of *function) {
	f.mu, f.requestRate, f.scaling = of.mu, of.requestRate, of.scaling
}

// full says whether all versions together use the function's concurrency up.
func (f *function) full(now time.Time) bool {
	return len(f.family) > 0 && f.busy(now) >= f.environments.limit
}

// busy is how many environments of all versions are.
func (f *function) busy(now time.Time) (n int) {
	if len(f.family) == 0 {
		return f.environments.occupied(now)
	}
	for _, v := range f.family {
		n += v.environments.occupied(now)
	}
	return n
}

type invocation struct {
	runtime.Outcome
	ahead     bool // its environment is new, and was initialised before it came
	where     placement
	spilled   bool          // the provisioned environments were busy, or took no more this second
	early     time.Duration // INIT, where it was over before the invocation came
	computing time.Duration // of Duration, before the application itself waits
	response  *response     // of the handler; not seen unless it returned
}

func (i *invocation) took() time.Duration { return i.Init + i.Duration }

// A callMode is how a function is called.
type callMode struct {
	streams bool          // its response is passed on as it comes
	takes   time.Duration // that the application waits by itself, on top of the model's duration
}

// largest is how many bytes a response may have.
func (m callMode) largest() int64 {
	if m.streams {
		return largestStream
	}
	return largestPayload
}

// invokeAs takes up one request. What the application answers is asked for once it is certain
// that it runs, unless how long it runs depends on that.
func (f *function) invokeAs(now time.Time, m callMode, answer func() *response) invocation {
	in := invocation{Outcome: runtime.Outcome{Begun: now}}
	if f.Forbidden {
		in.Ending = runtime.Forbidden
		return in
	}
	if !f.requestRate.take(now) {
		in.Ending = runtime.AtRate
		return in
	}
	if m.streams {
		in.response = answer()
	}
	n := f.begin(&in, m)
	if in.Ending.Refused() {
		return in
	}
	if in.response == nil {
		in.response = answer()
	}
	switch u := f.faults.uniform(n); {
	case in.Duration == time.Duration(f.Timeout):
		in.Ending = runtime.Overtime
	case u < f.Thrown:
		in.Ending, in.ErrorType = runtime.Failed, "Error"
	case u < f.Thrown+f.Malformed:
		in.Ending = runtime.Malformed
	case in.response.size() > m.largest():
		in.Ending = runtime.TooLarge
	}
	return in
}

// begin finds an environment, draws how long the invocation will take and
// keeps the environment busy so long.
func (f *function) begin(in *invocation, m callMode) (n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n = f.place(in); in.Ending.Refused() {
		return n
	}
	in.computing = f.warm.at(n)
	in.Duration = in.computing + m.takes
	if m.streams { // a stream keeps its function busy to its end
		in.Duration = max(in.Duration, streaming(in.response.size()))
	}
	in.Duration = min(in.Duration, time.Duration(f.Timeout))
	f.environments.occupy(in.where, in.Begun.Add(in.took()))
	return n
}

// place finds an environment and draws its INIT, if it is new. The caller locks f.
func (f *function) place(in *invocation) (n uint64) {
	in.where = notPlaced
	if !f.full(in.Begun) {
		in.where = f.environments.place(in.Begun)
	}
	switch {
	case in.where == notPlaced:
		in.Ending = runtime.AtLimit
		return 0
	case in.where == placedCold && !f.scaling.take(in.Begun):
		in.Ending = runtime.AtScaling
		return 0
	}
	in.Concurrent = f.busy(in.Begun) + 1
	in.spilled = f.environments.provisioned > 0 && in.where != placedProvisioned
	n = f.invoked
	f.invoked++
	if in.where == placedCold {
		in.ahead = f.chance.uniform(n) < f.Proactive
		if in.Cold = !in.ahead; in.Cold {
			in.Init = f.init.at(n)
		} else {
			in.early = f.init.at(n)
		}
	}
	return n
}

func (f *function) scale(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scaling.take(now)
}
