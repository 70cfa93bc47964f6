package pricing

// A Workload is what an application asks of a front door in a month, whichever
// door that is: somebody states it in a file, and every number in it may be a
// range. A door makes [Traffic] of it.
type Workload struct {
	Name        string
	Description string
	Region      string

	Requests      Range // a month, without preflights
	Hours         Quantity
	Profile       Profile
	RequestBytes  Shape
	ResponseBytes Shape
	Refused       Range // share that the door refuses
	Preflights    Range // OPTIONS requests for each request
	Direct        bool  // the door calls another service of AWS, and no function

	Function    FunctionUse
	Authorizer  AuthorizerUse
	Cache       CacheUse
	Connections ConnectionUse
	Sockets     SocketUse
	Balancer    BalancerUse
	Containers  ContainerUse
	CDN         CDNUse
	WAF         WAFUse
	Private     int64 // zones of a private API's interface endpoints
	Watching    WatchingUse

	Requires []string // features that a door must have
}

// The parts of a workload, as the file's sections have them.
type (
	FunctionUse struct {
		Duration     Shape // ms
		Init         Shape // ms of a cold start
		ColdShare    Range
		MemoryMB     int64
		Architecture string
		EphemeralMB  int64
		Streaming    bool
		Provisioned  Range // environments
		ReadyHours   Range // for which they are; the month where none is stated
		ReadyShare   Range // of the invocations that they take
	}
	AuthorizerUse struct {
		Duration Shape // ms
		MemoryMB int64
		Hits     Range // share that its cache answers
	}
	CacheUse struct {
		GB   string
		Hits Range
	}
	ConnectionUse struct {
		Requests Range // that one connection carries
		Seconds  Range // that it lives
		Kept     Range // open all month, whatever the traffic
	}
	SocketUse struct {
		Connections, Seconds, Messages Range
		Bytes                          Shape
	}
	BalancerUse struct {
		Zones, Rules int64
		MutualTLS    bool
	}
	ContainerUse struct {
		Tasks          Range
		VCPU, MemoryGB Quantity
	}
	CDNUse struct {
		Viewers       string
		Hits          Range
		FunctionShare Range // requests that run a CloudFront Function
		EdgeShare     Range // requests that run Lambda@Edge
		EdgeDuration  Shape // ms
		EdgeMemoryMB  int64
	}
	WAFUse      struct{ ACLs, Rules int64 }
	WatchingUse struct {
		AccessLog, FunctionLog Shape
		LogMonths              Quantity
		ScannedGB              Range
		MetricsRead            Range
		CustomMetrics, Alarms  int64
		TracedShare            Range
	}
)

// ranges returns every range of the workload, so that all can be drawn.
func (w *Workload) ranges() []*Range {
	all := []*Range{
		&w.Requests, &w.Refused, &w.Preflights, &w.Function.ColdShare, &w.Function.Provisioned,
		&w.Function.ReadyHours, &w.Function.ReadyShare, &w.Authorizer.Hits, &w.Cache.Hits,
		&w.Connections.Requests, &w.Connections.Seconds, &w.Connections.Kept,
		&w.Sockets.Connections, &w.Sockets.Seconds, &w.Sockets.Messages, &w.Containers.Tasks,
		&w.CDN.Hits, &w.CDN.FunctionShare, &w.CDN.EdgeShare,
		&w.Watching.ScannedGB, &w.Watching.MetricsRead, &w.Watching.TracedShare,
	}
	for _, s := range []*Shape{
		&w.RequestBytes, &w.ResponseBytes, &w.Function.Duration, &w.Function.Init, &w.Authorizer.Duration,
		&w.Sockets.Bytes, &w.CDN.EdgeDuration, &w.Watching.AccessLog, &w.Watching.FunctionLog,
	} {
		all = append(all, &s.Range)
	}
	return all
}

// Varies says whether any number of the workload is a range.
func (w *Workload) Varies() bool {
	for _, r := range w.ranges() {
		if r.varies() {
			return true
		}
	}
	return false
}

// month is the hours of the month.
func (w *Workload) month() Quantity {
	if w.Hours.Sign() > 0 {
		return w.Hours
	}
	return Whole(HoursInMonth)
}

// traffic is the month before a door has its say: every request invokes the
// function, and nothing is cached.
func (w *Workload) traffic() Traffic {
	requests := w.Requests.Likely
	t := Traffic{
		Requests:      amount(requests.Add(requests.Mul(w.Preflights.Likely))),
		Unbilled:      amount(requests.Mul(w.Refused.Likely)),
		RequestBytes:  w.RequestBytes.dist(1),
		ResponseBytes: w.ResponseBytes.dist(1),
		Invocations:   amount(requests.Sub(requests.Mul(w.Refused.Likely))),
		Duration:      w.Function.Duration.dist(millisecond),
		Init:          w.Function.Init.dist(millisecond),
		MemoryMB:      w.Function.MemoryMB,
		Architecture:  w.Function.Architecture,
		EphemeralMB:   w.Function.EphemeralMB,
		Streaming:     w.Function.Streaming,
		Zones:         w.Balancer.Zones,
		Rules:         w.Balancer.Rules,
		MutualTLS:     w.Balancer.MutualTLS,
		Profile:       w.Profile,
		WebACLs:       w.WAF.ACLs,
		WebACLRules:   w.WAF.Rules,
		Pool:          amount(w.Connections.Kept.Likely),
		Hours:         Amount{Quantity: w.month(), Basis: Stated, Source: "the workload's month"},
	}
	w.connect(&t)
	w.watch(&t)
	if w.Direct {
		t.Invocations = Amount{}
	}
	return t
}

// connect fills in connections and, for a WebSocket API, messages.
func (w *Workload) connect(t *Traffic) {
	if each := w.Connections.Requests.Likely; each.Sign() > 0 {
		t.Connections = amount(t.Requests.Quantity.Div(each))
		t.ConnectionSeconds = amount(w.Connections.Seconds.Likely)
	}
	if w.Sockets.stated() {
		t.Connections, t.ConnectionSeconds = amount(w.Sockets.Connections.Likely), amount(w.Sockets.Seconds.Likely)
		t.Messages, t.MessageBytes = amount(w.Sockets.Messages.Likely), w.Sockets.Bytes.dist(1)
	}
}

func (s SocketUse) stated() bool {
	return s.Connections.Likely.Sign() > 0 || s.Messages.Likely.Sign() > 0
}

// watch fills in logs, metrics and traces.
func (w *Workload) watch(t *Traffic) {
	t.Watching = Watching{
		AccessLog: w.Watching.AccessLog.dist(1), FunctionLog: w.Watching.FunctionLog.dist(1),
		LogMonths: w.Watching.LogMonths, Scanned: amount(w.Watching.ScannedGB.Likely),
		MetricsRead: amount(w.Watching.MetricsRead.Likely), CustomMetrics: w.Watching.CustomMetrics, Alarms: w.Watching.Alarms,
		Traces: amount(w.Requests.Likely.Mul(w.Watching.TracedShare.Likely)),
	}
}

// settle fills in what follows from the number of invocations, once a door has
// said how many there are.
func (w *Workload) settle(t *Traffic) {
	n := t.Invocations.Quantity
	if n.Sign() == 0 {
		return
	}
	f := w.Function
	t.ColdStarts = amount(n.Mul(f.ColdShare.Likely))
	if f.Provisioned.Likely.Sign() > 0 {
		t.Provisioned = amount(f.Provisioned.Likely)
		t.ProvisionedHours = amount(f.ReadyHours.Likely)
		t.ProvisionedInvocations = amount(n.Mul(f.ReadyShare.Likely))
		// Environments that are ready have no cold starts.
		t.ColdStarts = amount(n.Sub(t.ProvisionedInvocations.Quantity).Mul(f.ColdShare.Likely))
	}
}

// amount is a quantity that the workload states.
func amount(q Quantity) Amount { return Amount{Quantity: q, Basis: Stated, Source: "the workload"} }

// authorize runs the authorizer for every request that its cache does not
// answer. Preflights carry no credentials and are not authorized.
func (w *Workload) authorize(t *Traffic) {
	if w.Authorizer.MemoryMB == 0 {
		return
	}
	asked := w.Requests.Likely
	if w.Sockets.stated() { // only when a connection is opened
		asked = w.Sockets.Connections.Likely
	}
	t.Authorized = missed(amount(asked), w.Authorizer.Hits)
	t.AuthorizerDuration = w.Authorizer.Duration.dist(millisecond)
	t.AuthorizerMemoryMB = w.Authorizer.MemoryMB
}

// missed is what remains of n when a cache answers a share of it.
func missed(n Amount, hits Range) Amount {
	n.Quantity = n.Quantity.Sub(n.Quantity.Mul(hits.Likely))
	return n
}
