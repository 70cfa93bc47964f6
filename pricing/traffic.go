package pricing

// A Basis says how well a number is known.
type Basis string

// The bases, best first. A number made from several has the weakest of them.
const (
	Measured Basis = "measured" // by this program, at the client
	Reported Basis = "reported" // by AWS: CloudWatch metrics or REPORT log lines
	Stated   Basis = "stated"   // by the user, in a scenario or workload file
	Assumed  Basis = "assumed"  // by this program, for want of anything better
)

// An Amount is a quantity with its pedigree.
type Amount struct {
	Quantity Quantity
	Basis    Basis
	Source   string // where it comes from, in a few words: "client's count", "CloudWatch Invocations"
}

// A Bucket is one value of a Dist and how often it occurred.
type Bucket struct {
	Value int64
	Count int64
}

// A Dist is a distribution of whole numbers (bytes, microseconds), kept as
// counted values so that metering steps are applied per request and not to a
// mean: E[ceil(x/unit)] is not ceil(E[x]/unit). Its scale is arbitrary: only
// the shares of the counts matter.
type Dist struct {
	Buckets []Bucket
	Basis   Basis
	Source  string
}

// Traffic is one month of traffic at one front door, as its meters see it.
// Zero amounts and empty distributions mean "none", not "unknown": whoever
// fills a Traffic says in Source what was assumed.
type Traffic struct {
	Requests      Amount // that reach the door
	Unbilled      Amount // of those, refused by the door and not charged (REST: 403 and 429)
	RequestBytes  Dist   // bytes of a request as the door meters them
	ResponseBytes Dist   // bytes of a response as the door meters them

	Invocations  Amount // of the function
	Duration     Dist   // µs of handler time of an invocation, before rounding up to 1 ms
	ColdStarts   Amount // invocations that ran INIT
	Init         Dist   // µs of INIT of a cold start
	MemoryMB     int64
	Architecture string // "x86_64" or "arm64"

	Connections       Amount // new connections at the door
	ConnectionSeconds Amount // mean lifetime of a connection, in seconds
	Rules             int64  // ALB: rules processed per request
	Zones             int64  // ALB: availability zones with a public address; 0: internal
	CacheGB           string // REST: size of the stage's cache as the console spells it; "": none

	Hours Amount // hours in the month; 730 unless stated
}
