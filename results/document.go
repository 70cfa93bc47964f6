package results

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// Version is the version of run.json and of the run directory that this program
// writes. It reads no other.
const Version = 1

// A Document is run.json: what ran, how it went and what it came to. It is
// written when a run starts and replaced, atomically, by each step that adds to
// it. Units are in the key names. Its schema is published (run.schema.json).
type Document struct {
	Version  int       `json:"version"`                      // of this format
	ID       string    `json:"id"`                           // also the directory's name
	Merged   []string  `json:"merged,omitempty" text:"name"` // IDs of the runs that this one was made of
	Scenario string    `json:"scenario" text:"name"`
	Digest   string    `json:"scenario_sha256" text:"name"`
	Lab      string    `json:"lab_sha256,omitempty" text:"name"` // of what served the targets at the lab, in lab.json
	State    State     `json:"state"`
	Verdict  Verdict   `json:"verdict"`
	Reasons  []string  `json:"reasons"` // why the verdict is not "valid"
	Result   Result    `json:"result"`  // Open and Summarise compute it; what the file says is never believed
	Failures []string  `json:"failed_because"`
	Aborted  *Abort    `json:"aborted,omitempty"` // the rule that ended the run
	Trial    []Trial   `json:"trial,omitempty"`   // before the load
	Warnings []string  `json:"warnings,omitempty"`
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"duration_s"`
	Stopped  float64   `json:"stopped_s,omitempty"` // when the load was stopped early; what follows is the wait for requests in flight
	Seed     uint64    `json:"seed"`
	Decide   *Decide   `json:"decide,omitempty"`     // the run went on until it was decided; nil: its length was fixed
	Tags     Tags      `json:"tags,omitempty"`       // commit, branch and whatever else the run belongs to
	Tool     string    `json:"tollgate" text:"name"` // version of the program
	Inputs   []Input   `json:"inputs,omitempty"`

	Generated  bool     `json:"generated,omitempty"`  // the program made the scenario: there is no file to run again
	Overridden []string `json:"overridden,omitempty"` // flags that replaced values of the scenario's file; scenario.yaml is what ran

	Imported *ImportDoc `json:"imported,omitempty"` // another program recorded the run; nil: this one did

	Machine    Machine           `json:"machine"`
	Engine     EngineChoice      `json:"engine"`
	Generator  Generator         `json:"generator"`
	Stages     []StageDoc        `json:"stages"`                           // of all populations, one population after the other
	Requests   []string          `json:"requests" text:"name"`             // names; a Sample's Request indexes them
	Preflights []string          `json:"preflights,omitempty" text:"name"` // of requests, those by which browsers ask what pages may send; they are in no figure but their own
	Probes     []string          `json:"probes,omitempty" text:"name"`     // names; a recorded Sample whose Request is len(Requests)+i belongs to the i'th
	Targets    []TargetDoc       `json:"targets"`                          // a Sample's Target indexes them
	Month      int64             `json:"requests_per_month,omitempty"`     // that the bills are made for
	MonthFlows int64             `json:"flows_per_month,omitempty"`        // that the month was stated in; 0: it was in requests
	Thresholds []ThresholdResult `json:"thresholds"`

	Populations []PopulationDoc `json:"populations,omitempty"`           // that ran side by side; none: the load was one
	Flows       []FlowDoc       `json:"flows,omitempty"`                 // that the requests are steps of; none: each request stood alone
	Elsewhere   []string        `json:"elsewhere,omitempty" text:"name"` // of the requests, those that went to other hosts than the targets

	SocketSteps map[string]string `json:"websocket_steps,omitempty"` // what requests do over WebSocket, at targets that take messages; older runs do not say

	ProbeStages []ProbeStage `json:"probe_stages,omitempty"` // in the order in which they ran

	Shards         []ShardDoc `json:"shards,omitempty"`                 // of which the run consists; none: one machine sent all of it
	MissingAllowed bool       `json:"missing_shards_allowed,omitempty"` // the run was merged without some, as its user asked
}

// A State is how far a run came.
type State string

// The states. A run directory whose process died says Running for ever;
// Open turns that into Torn.
const (
	Running     State = "running"
	Finished    State = "finished"
	Interrupted State = "interrupted"
	Aborted     State = "aborted" // by an abort rule, or before the load, by its trial
	Torn        State = "torn"
)

// A Verdict says whether a run's numbers may be trusted.
type Verdict string

// The verdicts, best first.
const (
	Valid   Verdict = "valid"
	Suspect Verdict = "suspect"
	Invalid Verdict = "invalid"

	// Of an imported run: the state of its load generator was not recorded.
	Unknown Verdict = "unknown"
)

// Machine is where the load came from.
type Machine struct {
	OS   string `json:"os" text:"name"`
	Arch string `json:"arch" text:"name"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go" text:"name"`
}

// ThisMachine is the machine at hand.
func ThisMachine() Machine {
	return Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()}
}

// EngineChoice is which engine drove the load, and why that one.
type EngineChoice struct {
	Name string `json:"name" text:"name"`
	Why  string `json:"why"`
}

// Generator sums up the generator's health over the load; in a run without load, over
// the stages of its probes.
type Generator struct {
	Lag         LagMS        `json:"lag_ms"`
	Control     *Percentiles `json:"control_ms,omitempty"` // round trips of the control measurement; nil: there was none
	CPUMax      float64      `json:"cpu_cores_max"`
	BusyMax     float64      `json:"machine_busy_cores_max"`
	StolenMax   float64      `json:"machine_stolen_cores_max"`
	RunQueueMax float64      `json:"run_queue_max"`
	InFlight    int          `json:"in_flight_max"`
	Opened      int64        `json:"connections_opened"`
	Retried     int64        `json:"requests_retried"`
	Skipped     int64        `json:"requests_skipped"`
}

// LagMS is how late the generator was against its schedule.
type LagMS struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// StageDoc is one stage of load as it was planned.
type StageDoc struct {
	Name    string  `json:"name,omitempty" text:"name"` // "" in older runs: its number
	WarmUp  bool    `json:"warm_up,omitempty"`          // its requests are in no figure but its own
	Load    string  `json:"load"`                       // in words: "constant 500/s"
	Seconds float64 `json:"for_s"`
	Blocks  int     `json:"blocks"`
	BlockS  float64 `json:"block_s"`
	Due     int64   `json:"due_per_target"`
	DueAll  int64   `json:"due_of_all_shards,omitempty"` // where the run is shards: what is due if none is missing

	FirstBlock int `json:"first_block,omitempty"` // blocks before it are in the run that this one continues
}

// Steady says whether the stage has the same load from its beginning to its end, as its
// words say.
func (s *StageDoc) Steady() bool {
	word, _, _ := strings.Cut(strings.Replace(s.Load, ",", " ", 1), " ")
	return word == "constant" || word == "poisson" || word == "closed"
}

// TargetDoc is one target and what came of it. The addresses in it carry no secrets.
type TargetDoc struct {
	Name     string   `json:"name" text:"name"`
	Kind     string   `json:"kind" text:"name"`
	Title    string   `json:"title" text:"name"`
	Behind   string   `json:"behind,omitempty" text:"name"` // of a distribution, the kind of what is behind it; "": not stated
	URL      string   `json:"url"`
	Lab      bool     `json:"lab"`
	Local    bool     `json:"local,omitempty"` // of a kind of AWS's, at this machine: a model that is not the lab's
	Region   string   `json:"region,omitempty" text:"name"`
	Engine   string   `json:"engine,omitempty"`   // that drove its load; "" in older runs: the run's
	Messages bool     `json:"messages,omitempty"` // are sent to it over WebSocket, and no requests
	Lacks    []string `json:"lacks,omitempty"`    // of the features that the scenario requires: it is ruled out

	Connection *ConnectionDoc `json:"connection,omitempty"` // nil: as they are made by default

	Sockets *SocketDoc `json:"websocket,omitempty"` // of the load's messages; nil: requests were sent

	// ProbeSockets are those of probes, which are in no figures. Nil: there are none.
	ProbeSockets *SocketDoc `json:"websocket_of_probes,omitempty"`

	// TrialSockets are those of the trial before the load. Nil: there are none, or the run
	// is older.
	TrialSockets *SocketDoc `json:"websocket_of_trial,omitempty"`

	Figures
	Protocols map[string]int64 `json:"requests_by_protocol,omitempty"` // of the load, or of the probes where there is none; without those that no connection carried
	Headers   *HeaderBytes     `json:"header_bytes,omitempty"`         // of these requests; nil: none went over HTTP/2

	ByRequest map[string]Figures `json:"by_request,omitempty"`
	ByStage   map[string]Figures `json:"by_stage,omitempty"` // by the names of stages, those that sent requests

	ByPopulation map[string]Figures `json:"by_population,omitempty"` // those that sent requests

	Functions []FunctionDoc `json:"functions,omitempty"` // behind it, where routes have functions of their own: the target's own first

	Integrations []IntegrationDoc `json:"integrations,omitempty"` // behind single routes in place of a function

	Routes []RouteDoc `json:"routes,omitempty"` // of which CloudWatch has metrics one by one

	ReleaseHeader string             `json:"release_header,omitempty" text:"name"` // of responses, that names the release; "": releases are not distinguished
	Releases      map[string]Figures `json:"releases,omitempty"`                   // "base", "canary" and "unknown", those that were met

	Flows map[string]FlowFigures `json:"flows,omitempty"` // by name, those that began

	FlowCosts map[string]FlowCost `json:"flow_costs,omitempty"` // by name, where there is a bill

	Failures []FailureDoc  `json:"failures,omitempty"` // why requests failed, most frequent first
	Observed *ObservedDoc  `json:"observed"`           // null: not observed
	Bill     *pricing.Bill `json:"bill"`               // null: not priced
	Unbilled string        `json:"unbilled,omitempty"` // why what a month costs cannot be told; "": it can, or no month was asked for
}

// Sending is for how many seconds the run sent requests, if it was stopped early, and how
// long it took otherwise.
func (d *Document) Sending() float64 { return cmp.Or(d.Stopped, d.Seconds) }

// StageNames are the names of the stages, in order.
func (d *Document) StageNames() []string {
	names := make([]string, len(d.Stages))
	for i, s := range d.Stages {
		names[i] = cmp.Or(s.Name, number(i+1))
	}
	return names
}

// MeasuredStages are the stages that figures are of: all but the warm-up.
func (d *Document) MeasuredStages() []StageDoc {
	return slices.DeleteFunc(slices.Clone(d.Stages), func(s StageDoc) bool { return s.WarmUp })
}

// Figures are the numbers of a target, or of a part of its load: one request, one stage.
type Figures struct {
	Requests   int64                  `json:"requests"`
	Rate       float64                `json:"rate_per_s"`    // achieved, while it was the target's turn
	Goodput    float64                `json:"goodput_per_s"` // of these, OK
	Failed     int64                  `json:"failed"`
	ErrorShare float64                `json:"error_share"`
	Latency    map[string]Percentiles `json:"latency_ms"` // by clock, over OK responses
	Outcomes   map[string]OutcomeDoc  `json:"outcomes"`   // by outcome, those that occurred
	Status     map[string]int64       `json:"status"`     // by HTTP status code
	Errors     map[string]int64       `json:"errors"`     // by class
	BytesIn    int64                  `json:"bytes_in"`
	BytesOut   int64                  `json:"bytes_out"`
	Opened     int64                  `json:"connections"`
	Events     *EventCounts           `json:"events,omitempty"`         // nil: no response was read as events
	Cache      map[string]int64       `json:"cache,omitempty"`          // responses by what they say of a cache in front of the target; nil: they say nothing
	Bodies     *DecodedBytes          `json:"decoded_bodies,omitempty"` // nil: no response had a content coding that was asked for
	Lacks      []Lack                 `json:"not_recorded,omitempty"`   // of an imported run: the numbers about these are zero, and mean nothing
}

// An OutcomeDoc is one outcome's count and its own latencies.
type OutcomeDoc struct {
	Count   int64                  `json:"count"`
	Latency map[string]Percentiles `json:"latency_ms"`
}

// A FailureDoc counts the requests of one name that failed for one cause, and
// shows the first of them.
type FailureDoc struct {
	Request string    `json:"request"`
	Status  int       `json:"status,omitempty"` // code of the response; 0 where there is none
	Fault   string    `json:"fault,omitempty"`  // of a 403, which of the front door's own responses it is, or the type of error that it states; "": that was not looked at
	Check   string    `json:"check,omitempty"`  // that the response failed; "" where the status says all
	Error   string    `json:"error,omitempty"`  // class of the error, where there is no status
	Count   int64     `json:"count"`
	First   *FirstDoc `json:"first,omitempty"` // nil: not kept
}

// Cause is the status code with the check, or the class of the error.
func (f *FailureDoc) Cause() string {
	if f.Status != 0 {
		return Cause{Status: f.Status, Check: f.Check, Fault: targets.Fault(f.Fault)}.String()
	}
	return f.Error
}

// A FirstDoc shows the first request that failed for a cause.
type FirstDoc struct {
	At float64 `json:"at_s"` // from the start of the run
	Excerpt
}

// Percentiles of one clock in milliseconds. A percentile that the sample is too
// small to carry is null: an upper bound for quantile q needs q^n ≤ 0.025.
type Percentiles struct {
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P95  *float64 `json:"p95"`
	P99  *float64 `json:"p99"`
	P999 *float64 `json:"p99.9"`
	Max  float64  `json:"max"`
	Mean float64  `json:"mean"`
	N    int64    `json:"n"`
}

// ThresholdResult is one threshold with what was measured against it.
type ThresholdResult struct {
	Threshold string `json:"threshold" text:"name"`
	Target    string `json:"target" text:"name"`
	Request   string `json:"request,omitempty" text:"name"`
	Stage     string `json:"stage,omitempty" text:"name"`

	Population string `json:"population,omitempty" text:"name"`

	Measured *float64 `json:"measured"` // in the threshold's unit; null: no samples
	Unit     string   `json:"unit"`
	Passed   bool     `json:"passed"`
	Why      string   `json:"why,omitempty"`
}

// notMeasured stands in the Why of a threshold before it is evaluated.
const notMeasured = "not measured yet"

// pending says whether the threshold has not been evaluated.
func (r ThresholdResult) pending() bool {
	return !r.Passed && r.Measured == nil && r.Why == notMeasured
}

//go:embed run.schema.json
var runSchema []byte

//go:embed findings.schema.json
var findingsSchema []byte

// RunSchema returns the published JSON Schema of run.json, and of what --json prints of
// a run: the same with its findings, whose definitions are those of findings.json.
func RunSchema() []byte {
	const defs = "  \"$defs\": {\n"
	_, findings, _ := bytes.Cut(findingsSchema, []byte(defs))
	findings, _ = bytes.CutSuffix(bytes.TrimSpace(findings), []byte("\n  }\n}"))
	before, after, _ := bytes.Cut(runSchema, []byte(defs))
	return slices.Concat(before, []byte(defs), findings, []byte(",\n"), after)
}

// FindingsSchema returns the published JSON Schema of findings.json.
func FindingsSchema() []byte { return bytes.Clone(findingsSchema) }

// EffectiveHint says how to get the scenario of a run that replaced values of its file;
// "" for other runs.
func (d *Document) EffectiveHint() string {
	if len(d.Overridden) == 0 {
		return ""
	}
	return fmt.Sprintf("; the run replaced values of its file: tollgate init FILE --from-run %s writes the scenario as it ran", d.ID)
}

// An Input is a further file that a run read. It is not kept with the run: a rerun
// takes the files that the user names, and refuses those with another digest.
type Input struct {
	Role   Role   `json:"role" text:"name"`
	Folder string `json:"folder"`           // where it was, as an absolute path; "": name is one
	Name   string `json:"name" text:"name"` // within the folder
	Digest string `json:"sha256"`           // "" of a private key, and of standard input
}

// A Role is what a file was read for.
type Role string

// The roles of files.
const (
	InputFile   Role = "file"   // that the scenario refers to, such as a body; its folder is that of the scenario
	InputLab    Role = "lab"    // what serves the targets whose url is "lab"
	InputPrices Role = "prices" // rates in place of the program's own

	InputImported Role = "imported" // what the run was made of
)

// Path is where the file was.
func (i *Input) Path() string { return filepath.Join(i.Folder, filepath.FromSlash(i.Name)) }
