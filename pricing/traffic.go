package pricing

import "slices"

// An Amount is a quantity with its pedigree.
type Amount struct {
	Quantity Quantity
	Basis    Basis
	Source   string // where it comes from, in a few words: "client's count", "CloudWatch Invocations"
}

// Traffic is one month of traffic at one front door, as its meters see it.
// Zero amounts and empty distributions mean "none", not "unknown": what
// fills a Traffic states in Source what it assumed.
type Traffic struct {
	Requests      Amount    // that reach the door
	Unbilled      Amount    // of those, refused by the door and not charged (REST: 403 and 429)
	RequestBytes  Dist      // bytes of a request as the door meters them
	ResponseBytes Dist      // bytes of a response as the door meters them
	Others        []Outcome // requests among those that have other sizes

	Invocations  Amount // of the function
	Duration     Dist   // µs of handler time of an invocation, before rounding up to 1 ms
	ColdStarts   Amount // invocations that ran INIT
	Init         Dist   // µs of INIT of a cold start
	MemoryMB     int64
	MemoryBasis  Basis  // "": the memory is known
	Architecture string // "x86_64" or "arm64"

	Function  string            // the name of that function, where there are others
	Functions []FunctionTraffic // others, which single routes call

	Called []Call // what single routes lead to in place of a function

	Provisioned            Amount // environments kept ready by provisioned concurrency
	ProvisionedHours       Amount // for which they are; the whole month unless stated
	ProvisionedInvocations Amount // of the invocations, those that ran in them

	Connections       Amount // new connections at the door
	ConnectionSeconds Amount // mean lifetime of a connection, in seconds
	Rules             int64  // ALB: rules processed per request
	Zones             int64  // ALB: availability zones with a public address; 0: internal
	ZonesBasis        Basis  // "": they are known
	LCUs              Amount // ALB: capacity units of a mean hour, where they are stated instead of what makes them
	CacheGB           string // REST: size of the stage's cache as the console spells it; "": none
	Sockets           Amount // WebSocket: connections opened
	SocketSeconds     Amount // WebSocket: mean lifetime of one
	Messages          Amount // WebSocket: messages in both directions
	FromClients       Amount // WebSocket: of the messages, those that clients send
	MessageUnits      Amount // WebSocket: what the messages are billed as, where that was counted
	MessageBytes      Dist   // WebSocket: bytes of a message
	RefusedMessages   Amount // WebSocket: messages of clients that are refused and charged, next to the others
	CarriesMessages   bool   // WebSocket: they go through the front door, and not through a WebSocket API
	WebACLs           int64  // of AWS WAF in front of the door
	WebACLRules       int64  // rules and rule groups in them

	Streaming   bool  // responses are streamed: metered by size at a REST API and at Lambda
	EphemeralMB int64 // storage of the function's environments; 512 MB are included

	Authorized         Amount // requests for which a Lambda authorizer ran: all that its cache did not answer
	AuthorizerDuration Dist   // µs of the authorizer
	AuthorizerMemoryMB int64  // its architecture is taken to be the function's

	MutualTLS     bool   // ALB: clients show certificates
	Internal      bool   // reached from within the VPC only, so that nothing goes out to the internet
	Pool          Amount // connections that are open all month, whatever the traffic
	Profile       Profile
	EndpointZones int64 // zones of the interface endpoints through which a private API is called

	Link    string // what a VPC link of the front door leads to; "": there is none
	Backend Amount // requests that reach the HTTP server behind the front door

	Containers Containers
	Network    Network
	Web        WebFunction
	Edge       Edge
	Watching   Watching

	Hours Amount // hours in the month; 730 unless stated
}

// HoursInMonth is the month of AWS's calculator, 365 × 24 ÷ 12; AWS's own
// worked examples mostly take 720.
const HoursInMonth = 730

// month returns the hours of the month, HoursInMonth where none are stated.
func (t Traffic) month() Amount {
	if t.Hours.Quantity.Sign() > 0 {
		return t.Hours
	}
	return Amount{Quantity: Whole(HoursInMonth), Basis: Assumed, Source: "a month of 730 hours"}
}

// Scale returns t with another number of requests and everything that grows
// with them: invocations, cold starts, connections, messages, traces and
// requests not charged. Distributions, hours and configuration stay. Traffic without any requests
// has nothing to scale by: only its Requests are set.
func (t Traffic) Scale(requests Quantity) Traffic {
	if t.Requests.Quantity.Sign() > 0 {
		factor := requests.Div(t.Requests.Quantity)
		for _, a := range []*Amount{&t.Unbilled, &t.Invocations, &t.ColdStarts, &t.Connections, &t.LCUs, &t.Sockets, &t.Messages, &t.FromClients, &t.MessageUnits, &t.RefusedMessages, &t.ProvisionedInvocations, &t.Authorized, &t.Edge.Misses, &t.Edge.Refused, &t.Edge.Runs, &t.Edge.Invocations, &t.Watching.Traces, &t.Backend} {
			a.Quantity = a.Quantity.Mul(factor)
		}
		t.Functions = slices.Clone(t.Functions)
		for i := range t.Functions {
			t.Functions[i] = t.Functions[i].Times(factor)
		}
		t.Called = slices.Clone(t.Called)
		for i := range t.Called {
			t.Called[i].Requests.Quantity = t.Called[i].Requests.Quantity.Mul(factor)
		}
		t.Others = slices.Clone(t.Others)
		for i := range t.Others {
			t.Others[i].Requests.Quantity = t.Others[i].Requests.Quantity.Mul(factor)
		}
	}
	t.Requests.Quantity = requests
	return t
}
