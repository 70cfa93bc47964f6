package pricing

import "slices"

// A Workload is what an application asks of a front door in a month, at any
// front door: a file states it, and every number in it may be a
// range. A door makes [Traffic] of it.
type Workload struct {
	Name        string `json:"name" doc:"need"`
	Description string `json:"description"`
	Region      string `json:"region" doc:"need"`

	Requests      Range    `json:"requests_per_month" doc:"max=1e15"` // without preflights
	Hours         Quantity `json:"hours_per_month" doc:"min=1;max=744"`
	Profile       Profile  `json:"profile"`
	RequestBytes  Shape    `json:"request_bytes" doc:"unit=bytes"`
	ResponseBytes Shape    `json:"response_bytes" doc:"unit=bytes"`
	Refused       Range    `json:"refused_share" doc:"unit=share"` // that the door refuses
	RefusedBytes  Shape    `json:"refused_bytes" doc:"unit=bytes"` // of the response to these
	Errors        Range    `json:"error_share" doc:"unit=share"`   // that the application answers by an error
	ErrorBytes    Shape    `json:"error_bytes" doc:"unit=bytes"`   // of the response to these
	Preflights    Range    `json:"preflights_per_request"`         // OPTIONS requests
	PreflightsBy  string   `json:"preflights_answered_by" doc:"one=front-door,application"`
	Direct        bool     `json:"-"`        // the door calls another service of AWS, and no function
	HTTP          bool     `json:"-"`        // it calls an HTTP server, and no function
	Link          LinkUse  `json:"vpc_link"` // through which it does

	Function    FunctionUse    `json:"function"`
	WebFunction WebFunctionUse `json:"web_function"`
	Authorizer  AuthorizerUse  `json:"authorizer"`
	Cache       CacheUse       `json:"cache"`
	Connections ConnectionUse  `json:"connections"`
	Sockets     SocketUse      `json:"websocket"`
	Balancer    BalancerUse    `json:"load_balancer"`
	Containers  ContainerUse   `json:"containers"`
	Network     NetworkUse     `json:"network"`
	CDN         CDNUse         `json:"cloudfront"`
	WAF         WAFUse         `json:"waf"`
	Private     PrivateUse     `json:"private_endpoint"`
	Watching    WatchingUse    `json:"watching"`
	Protection  ProtectionUse  `json:"protection"`

	Requires []string `json:"requires"` // features that a door must have

	Account *Account `json:"-"` // nil: nothing of it is stated
	APIs    []API    `json:"-"` // several that share the account; none: the workload is that of one

	Given []string `json:"-"` // notes of every bill: what a run that this comes from cannot tell
	Notes error    `json:"-"` // old spellings in the file; nil: none
}

// The parts of a workload, as the file's sections have them. Durations are in
// milliseconds, shares and hit ratios from 0 to 1.
type (
	FunctionUse struct {
		Duration     Shape          `json:"duration" doc:"unit=ms;was=duration_ms:ms"`
		Init         Shape          `json:"init" doc:"unit=ms;was=init_ms:ms"` // of a cold start
		ColdShare    Range          `json:"cold_share" doc:"unit=share"`
		MemoryMB     int64          `json:"memory" doc:"unit=MB;was=memory_mb:MB;min=128;max=10240"`
		Architecture string         `json:"architecture" doc:"one=x86_64,arm64"`
		EphemeralMB  int64          `json:"ephemeral_storage" doc:"unit=MB;was=ephemeral_mb:MB;min=512;max=10240"`
		Streaming    bool           `json:"streaming"`
		Provisioned  ProvisionedUse `json:"provisioned"`
	}
	ProvisionedUse struct {
		Environments Range `json:"environments" doc:"need"`
		Hours        Range `json:"hours"`                       // for which they are ready; the month if none are stated
		Share        Range `json:"share" doc:"need;unit=share"` // of the invocations that they take
	}
	AuthorizerUse struct {
		Duration Shape `json:"duration" doc:"need;unit=ms;was=duration_ms:ms"`
		MemoryMB int64 `json:"memory" doc:"need;unit=MB;was=memory_mb:MB;min=128;max=10240"`
		Hits     Range `json:"hit_ratio" doc:"unit=share"` // of its cache
	}
	CacheUse struct {
		GB   string `json:"size" doc:"need;unit=GB;was=gb:GB;one=0.5,1.6,6.1,13.5,28.4,58.2,118,237"`
		Hits Range  `json:"hit_ratio" doc:"need;unit=share"`
	}
	ConnectionUse struct {
		Requests  Range  `json:"requests_per_connection" doc:"min=0.000001"`
		PerSecond Range  `json:"new_per_second"` // in place of requests_per_connection
		Seconds   Range  `json:"lifetime" doc:"unit=s;was=seconds:s"`
		Kept      Range  `json:"kept_open"` // all month, whatever the traffic
		Life      Amount `json:"-"`         // the lifetime, where a run counted connections
	}
	SocketUse struct {
		Connections Range  `json:"connections" doc:"need;max=1e15"`
		Seconds     Range  `json:"lifetime" doc:"need;unit=s;was=seconds:s"`
		Messages    Range  `json:"messages" doc:"need;max=1e15"`
		Bytes       Shape  `json:"message_bytes" doc:"unit=bytes"`
		FromClients Range  `json:"from_clients" doc:"unit=share"`           // of the messages; half of them if it is not stated
		Lifecycle   *int64 `json:"lifecycle_invocations" doc:"min=0;max=2"` // of each connection, by $connect and $disconnect; nil: both

		// Where a run counted them: what each message is billed as, and the share of those
		// that can invoke the function that did. Without a source: not known.
		Units   Amount `json:"-"`
		Invoked Amount `json:"-"`
	}
	BalancerUse struct {
		Zones     *int64 `json:"public_zones" doc:"min=0;max=10"` // 0: an internal one; nil: not stated
		Rules     int64  `json:"rules" doc:"min=0;max=200"`
		MutualTLS bool   `json:"mutual_tls"`
		LCUs      Range  `json:"lcus"` // of a mean hour, in place of what makes them
	}
	ContainerUse struct {
		Tasks    Range    `json:"tasks" doc:"need"`
		VCPU     Quantity `json:"vcpu" doc:"need;min=0.25;max=16"`
		MemoryGB Quantity `json:"memory" doc:"need;unit=GB;was=memory_gb:GB;min=0.5;max=120"`
	}
	CDNUse struct {
		Viewers       Viewers `json:"viewers" doc:"need"`
		Hits          Range   `json:"hit_ratio" doc:"unit=share"`
		FunctionShare Range   `json:"function_share" doc:"unit=share"`          // requests that run a CloudFront Function
		Invalidations int64   `json:"invalidations" doc:"min=0;max=1000000000"` // paths invalidated in a month
		Edge          EdgeUse `json:"lambda_edge"`
	}
	EdgeUse struct {
		Share    Range `json:"share" doc:"need;unit=share"` // requests that run Lambda@Edge
		Duration Shape `json:"duration" doc:"need;unit=ms;was=duration_ms:ms"`
		MemoryMB int64 `json:"memory" doc:"need;unit=MB;was=memory_mb:MB;min=128;max=10240"`
	}
	WAFUse struct {
		ACLs  int64 `json:"acls" doc:"need;min=0;max=100"`
		Rules int64 `json:"rules" doc:"min=0;max=1000"`
	}
	PrivateUse struct {
		Zones int64 `json:"zones" doc:"need;min=1;max=10"` // of a private API's interface endpoints
	}
	WatchingUse struct {
		AccessLog     Shape       `json:"access_log_bytes" doc:"unit=bytes"`
		FunctionLog   Shape       `json:"function_log_bytes" doc:"unit=bytes"`
		LogMonths     Quantity    `json:"log_months" doc:"min=0;max=120"`
		ScannedGB     Range       `json:"scanned" doc:"unit=GB;was=scanned_gb:GB"`
		MetricsRead   Range       `json:"metrics_read"`
		Detailed      DetailedUse `json:"detailed_metrics"`
		CustomMetrics int64       `json:"custom_metrics" doc:"min=0;max=10000000"`
		Alarms        int64       `json:"alarms" doc:"min=0;max=100000"`
		TracedShare   Range       `json:"traced_share" doc:"unit=share"`
	}
)

func (w *Workload) ranges() []*Range {
	all := []*Range{
		&w.Requests, &w.Refused, &w.Errors, &w.Preflights, &w.Function.ColdShare, &w.Function.Provisioned.Environments,
		&w.Function.Provisioned.Hours, &w.Function.Provisioned.Share, &w.Authorizer.Hits, &w.Cache.Hits,
		&w.Connections.Requests, &w.Connections.PerSecond, &w.Connections.Seconds, &w.Connections.Kept, &w.Balancer.LCUs,
		&w.Sockets.Connections, &w.Sockets.Seconds, &w.Sockets.Messages, &w.Sockets.FromClients, &w.Containers.Tasks, &w.WebFunction.Environments, &w.Network.NATGB, &w.Network.ZonesGB,
		&w.CDN.Hits, &w.CDN.FunctionShare, &w.CDN.Edge.Share,
		&w.Watching.ScannedGB, &w.Watching.MetricsRead, &w.Watching.TracedShare,
	}
	for _, s := range w.shapes() {
		all = append(all, &s.Range)
	}
	return all
}

func (w *Workload) shapes() []*Shape {
	return []*Shape{
		&w.RequestBytes, &w.ResponseBytes, &w.RefusedBytes, &w.ErrorBytes, &w.Function.Duration, &w.Function.Init,
		&w.Authorizer.Duration, &w.WebFunction.CPU, &w.Sockets.Bytes, &w.CDN.Edge.Duration, &w.Watching.AccessLog, &w.Watching.FunctionLog,
	}
}

// Varies says whether any number of the workload is a range, or a mean that
// percentiles leave open.
func (w *Workload) Varies() bool {
	if len(w.APIs) > 0 {
		return slices.ContainsFunc(w.APIs, func(a API) bool { return a.Varies() })
	}
	return slices.ContainsFunc(w.ranges(), (*Range).varies) || slices.ContainsFunc(w.shapes(), (*Shape).varies)
}

// month is the hours of the month; those that a [Traffic] assumes if none are stated.
func (w *Workload) month() Quantity { return Traffic{Hours: w.hours()}.month().Quantity }

func (w *Workload) hours() (a Amount) {
	if w.Hours.Sign() > 0 {
		a = Amount{Quantity: w.Hours, Basis: Stated, Source: "the workload's month"}
	}
	return a
}

// traffic is the month before a door has its say: every request that is not refused
// invokes the function, and nothing is cached.
func (w *Workload) traffic() Traffic {
	requests := w.Requests.Likely
	preflights, refused := requests.Mul(w.Preflights.Likely), requests.Mul(w.Refused.Likely)
	t := Traffic{
		Requests:      amount(requests.Add(preflights)),
		Unbilled:      amount(refused),
		RequestBytes:  w.RequestBytes.dist(1),
		ResponseBytes: w.ResponseBytes.dist(1),
		Others:        w.others(refused, preflights),
		Invocations:   amount(requests.Sub(refused)),
		Duration:      w.Function.Duration.dist(millisecond),
		Init:          w.Function.Init.dist(millisecond),
		Architecture:  w.Function.Architecture,
		EphemeralMB:   w.Function.EphemeralMB,
		Streaming:     w.Function.Streaming,
		LCUs:          amount(w.Balancer.LCUs.Likely),
		Rules:         w.Balancer.Rules,
		MutualTLS:     w.Balancer.MutualTLS,
		Profile:       w.Profile,
		WebACLs:       w.WAF.ACLs,
		WebACLRules:   w.WAF.Rules,
		Pool:          amount(w.Connections.Kept.Likely),
		Hours:         w.hours(),
	}
	t.Zones, t.ZonesBasis = w.zones()
	t.MemoryMB, t.MemoryBasis = w.memory()
	if w.appAnswers() {
		t.Invocations.Quantity = t.Invocations.Quantity.Add(preflights)
	}
	if w.Direct {
		t.Invocations = Amount{}
	}
	w.connect(&t)
	w.watch(&t)
	return t
}

// memory is that of the function, if there is one.
func (w *Workload) memory() (mb int64, basis Basis) {
	switch {
	case w.Function.MemoryMB > 0:
		return w.Function.MemoryMB, Stated
	case w.Function.Duration.stated():
		return DefaultMemoryMB, Assumed
	}
	return 0, ""
}

// appAnswers says whether preflights reach the application.
func (w *Workload) appAnswers() bool { return w.PreflightsBy == "application" }

func (w *Workload) watch(t *Traffic) {
	t.Watching = Watching{
		AccessLog: w.Watching.AccessLog.dist(1), FunctionLog: w.Watching.FunctionLog.dist(1),
		LogMonths: w.Watching.LogMonths, Scanned: amount(w.Watching.ScannedGB.Likely),
		MetricsRead: amount(w.Watching.MetricsRead.Likely), CustomMetrics: w.Watching.CustomMetrics, Alarms: w.Watching.Alarms,
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
	if t.Watching.Traces.Quantity.Sign() == 0 { // only what reaches the function is traced
		t.Watching.Traces = amount(n.Mul(w.Watching.TracedShare.Likely))
	}
	if p := f.Provisioned; p.Environments.Likely.Sign() > 0 {
		t.Provisioned = amount(p.Environments.Likely)
		t.ProvisionedHours = amount(p.Hours.Likely)
		t.ProvisionedInvocations = amount(n.Mul(p.Share.Likely))
		if most := t.provisionedMost(t.ProvisionedInvocations.Quantity); t.ProvisionedInvocations.Quantity.Cmp(most) > 0 {
			t.ProvisionedInvocations = Amount{Quantity: most, Basis: Assumed, Source: "the most that the environments can serve"}
		}
		n = n.Sub(t.ProvisionedInvocations.Quantity) // environments that are ready have no cold starts
	}
	t.ColdStarts = amount(n.Mul(f.ColdShare.Likely))
}

func amount(q Quantity) Amount { return Amount{Quantity: q, Basis: Stated, Source: "the workload"} }

// authorize runs the authorizer for every request that its cache does not
// answer. Preflights carry no credentials and are not authorized.
func (w *Workload) authorize(t *Traffic) {
	if w.Authorizer.MemoryMB == 0 {
		return
	}
	t.Authorized = missed(amount(w.Requests.Likely), w.Authorizer.Hits)
	t.AuthorizerDuration = w.Authorizer.Duration.dist(millisecond)
	t.AuthorizerMemoryMB = w.Authorizer.MemoryMB
}

// missed is what remains of n when a cache answers a share of it.
func missed(n Amount, hits Range) Amount {
	n.Quantity = n.Quantity.Sub(n.Quantity.Mul(hits.Likely))
	return n
}
