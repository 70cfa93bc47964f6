package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// An Engine drives load at targets. Two send requests: wire (ours, Linux) and vegeta
// (everywhere). They have the same semantics: what a request is, when it is
// due, which clocks run and how its outcome is classed do not depend on the
// engine. An Engine is used by one goroutine.
type Engine interface {
	// Run drives one turn that began at start (an offset from the epoch that may
	// lie in the future) and returns when each of its requests has ended and been
	// recorded. When the job's Stop is done, nothing more is sent, and what is in flight
	// ends by itself, by its response or its timeout. Cancelling ctx abandons it, too
	// (recorded as results.ErrCancelled). Run returns an error only when it could
	// not do the job at all, and ErrSpent when the job's Budget is empty; what
	// happens to a request is a Sample.
	Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error
	// Health returns the state of the generator since the last call. It may be
	// called while Run runs, from another goroutine.
	Health() results.Health
	// Close ends kept connections.
	Close() error
}

// A Shard records the samples of one event loop, and is used by one goroutine
// at a time. It keeps no reference to s.
type Shard interface {
	Record(s *results.Sample)
}

// A Job is what an engine needs to know before the first turn.
type Job struct {
	Epoch    time.Time               // the start of the run
	Targets  []targets.Target        // a Sample's Target indexes it
	Hosts    []targets.Target        // that steps of flows may go to besides the target
	Stamps   []targets.Stamp         // per target
	Own      targets.OwnStamps       // of requests with an auth of their own
	Requests []scenarios.Request     // a Sample's Request indexes it
	Pick     func(seq uint64) uint16 // which request, or which flow, the seq'th is, the same for every target
	Seed     uint64                  // of the values in requests
	Part     scenarios.Shard         // of the run that this machine sends; zero: all of it
	Rows     scenarios.Rows          // of data files; nil: by the requests' numbers
	Shard    func() Shard            // opens one more shard of the recorder
	Options  scenarios.Engine
	Budget   *Budget                 // pays for each request; nil: there is no limit on the cost
	Marks    *scenarios.Marks        // not nil: fill Sample.Mark
	Flows    []scenarios.PlannedFlow // whose steps are the requests; none: each request stands alone
	Grace    time.Duration           // that flows have to end after a turn
	Asked    []int                   // by request: the number under which its preflights are recorded, -1: it has none; nil: there are none
	Whose    string                  // load it is, in a note: "" or " population free"
	Secrets  []targets.Secret        // to be masked in excerpts, besides those that a request carries
	Issued   func() []string         // what was issued since the run began and is to be masked, too; nil: nothing

	// Stride separates the numbers of requests of two walks, and FlowNumber is the first
	// Request of the samples that walks are recorded as.
	Stride     uint64
	FlowNumber uint16

	// Note receives what a run should say about a target besides its numbers, each
	// fact once. Any goroutine may call it, and it must not block. Nil: notes are dropped.
	Note func(target uint16, words string)

	// UsedUp is called when unique data has no row left for a request, which is not sent:
	// the turn is to stop. Any goroutine may call it. Nil: such a request fails.
	UsedUp func(*values.UsedUp)

	// Stop is asked when a turn begins: once that context is done, nothing more is sent of
	// it. Nil: turns end by themselves.
	Stop func() context.Context

	Drives func(target int) bool                                        // whether the engine drives a target; nil: all of them
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error) // nil: the system's
	TLS    *tls.Config                                                  // nil: the system's roots
}

// Until returns a context that ends with ctx, and when nothing more is to be sent.
func (j *Job) Until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if j.Stop == nil {
		return ctx, cancel
	}
	stop := j.Stop()
	ignore := context.AfterFunc(stop, cancel)
	if stop.Err() != nil { // that function may not have run yet
		cancel()
	}
	return ctx, func() {
		ignore()
		cancel()
	}
}

// DrivesTarget reports whether the engine drives a target.
func (j *Job) DrivesTarget(target int) bool { return j.Drives == nil || j.Drives(target) }

// A Kind is an engine as the table of engines has it. To add one: a package with
// its Kind, and a line in that table.
type Kind struct {
	Name  string
	Why   string             // it is chosen where it lacks nothing
	Lacks func(Needs) string // what it lacks to drive a target, "" for nothing
	Open  func(Job) (Engine, error)

	// Messages says that it sends messages, and no requests.
	Messages bool

	// Offline engines send nothing: they respond by themselves. Such an engine
	// drives only a target that asks for it by name.
	Offline bool
}

// Needs are what a target asks of the engine that drives it.
type Needs struct {
	Scheme   string // of its URL
	HTTP     scenarios.Protocol
	Messages bool // are sent over WebSocket, and no requests
}

// OfMessages is the job of an engine that sends messages: each request is what targets that
// take messages receive in its place, and the connections are those of messages.
func (j Job) OfMessages() Job {
	j.Requests, j.Asked = scenarios.MessagesOf(j.Requests), nil
	if own := j.Options.Sockets; own != nil {
		j.Options.Connections = own.Connections
	}
	return j
}

// LacksScheme says that an engine does not speak what a target needs, "" where
// that is HTTP.
func (n Needs) LacksScheme() string {
	if n.Messages {
		return "it sends requests, and no messages over WebSocket"
	}
	if n.Scheme == "http" || n.Scheme == "https" {
		return ""
	}
	return fmt.Sprintf("%q is not a scheme that it sends load over; http and https are", n.Scheme)
}

// Check refuses a job that no engine could drive.
func (j *Job) Check() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if j.Epoch.IsZero() || j.Pick == nil || j.Shard == nil {
		complain("a job needs an epoch, a pick and a shard")
	}
	if len(j.Targets) == 0 || len(j.Requests) == 0 {
		complain("a job needs at least one target and one request")
	}
	if len(j.Stamps) != 0 && len(j.Stamps) != len(j.Targets) {
		complain("%d stamps for %d targets", len(j.Stamps), len(j.Targets))
	}
	if !j.Budget.knows(len(j.Targets), len(j.Requests)) {
		complain("a budget needs a price of each request at each target")
	}
	for _, t := range j.Targets {
		if c := &t.Connection; j.Options.HTTP == scenarios.HTTP2 && c.Proxy != nil && !t.Tunnels() {
			complain("target %q: HTTP/2 without TLS goes through a proxy by a tunnel alone: write proxy_tunnel: true (of an address: --proxytunnel)", t.Name)
		}
	}
	switch o := j.Options; {
	case o.Connections < 0 || o.MaxConnections < 0 || o.MaxInFlight < 0:
		complain("engine: connections and limits are counts; 0 means as many as needed")
	case o.MaxConnections > 0 && o.Connections > o.MaxConnections:
		complain("engine: %d connections to open beforehand are more than the %d allowed", o.Connections, o.MaxConnections)
	case o.Late != "" && o.Late != "send" && o.Late != "skip":
		complain("engine: late: %q is neither send nor skip", o.Late)
	}
	return errors.Join(problems...)
}

// preflight is the number under which preflights of a request are recorded, -1 for none.
func (j *Job) preflight(request int) int {
	if request >= len(j.Asked) {
		return -1
	}
	return j.Asked[request]
}

// ProtocolOf is the protocol of a response by its status line.
func ProtocolOf(r *http1.Response) results.Protocol {
	if r.Old() {
		return results.HTTP10
	}
	return results.HTTP11
}

// AddNote passes a note on.
func (j *Job) AddNote(target uint16, words string) {
	if j.Note != nil {
		j.Note(target, words)
	}
}

// NoteDeviations notes in what the responses of a target, or of another host that its flows
// go to, deviate from HTTP.
func (j *Job) NoteDeviations(target uint16, host string, d http1.Deviations) {
	whose := "its responses"
	if host != "" {
		whose = "responses of " + host
	}
	for what := range d.Each() {
		j.AddNote(target, whose+" deviate from HTTP and were read as browsers read them: "+what)
	}
}

// HeldTolerance is how long a request may be held without a word.
const HeldTolerance = time.Millisecond

// NoteHeld notes that requests waited because a limit of the scenario was reached.
func (j *Job) NoteHeld(target uint16, d time.Duration) {
	if d <= HeldTolerance {
		return
	}
	what := fmt.Sprintf("%d connections", j.Options.MaxConnections)
	if n := j.Options.MaxInFlight; n > 0 && (j.Options.MaxConnections == 0 || n < j.Options.MaxConnections) {
		what = fmt.Sprintf("%d requests in flight", n)
	}
	j.AddNote(target, "the target filled the "+what+" that the scenario allows"+j.Whose+"; response times include the wait for one to be free")
}

// RanOut reports whether a request cannot be rendered because unique data is used up, and
// passes that on.
func (j *Job) RanOut(err error) bool {
	used, is := errors.AsType[*values.UsedUp](err)
	if !is || j.UsedUp == nil {
		return false
	}
	j.UsedUp(used)
	return true
}

// Sending is what the values of the seq'th request depend on, which is due at an offset
// from the epoch.
func (j *Job) Sending(seq uint64, due time.Duration) values.Sending {
	return values.Sending{Seq: seq, Iteration: seq, At: j.Epoch.UnixNano() + int64(due)}
}

// A SocketCounter is an engine that sends messages, and counts what became of the
// connections to a target.
type SocketCounter interface {
	Sockets(target int) (d results.SocketDoc, counted bool)
}
