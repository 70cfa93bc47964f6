package pricing

import (
	"time"

	"tollgate/pricing/document"
)

// The layers that refuse requests, as a workload's section protection states them. A
// layer with no rate is not in force.
type (
	ProtectionUse struct {
		Account     ThrottleUse `json:"account"`
		Connections PerSecond   `json:"new_connections"` // of WebSocket, that the account may open
		Stage       ThrottleUse `json:"stage"`
		Plan        PlanUse     `json:"usage_plan"`
		Rule        RuleUse     `json:"rate_based_rule"`
		Concurrency int64       `json:"concurrency" doc:"min=1;max=1000000"` // that is reserved for the function
	}
	ThrottleUse struct {
		Rate  PerSecond `json:"rate" doc:"need"`
		Burst int64     `json:"burst" doc:"min=0;max=1000000000"`
	}
	PlanUse struct {
		Rate  PerSecond `json:"rate"` // of each key
		Burst int64     `json:"burst" doc:"min=0;max=1000000000"`
		Quota int64     `json:"quota_per_month" doc:"min=1;max=1000000000000000"` // of each key
		Keys  int64     `json:"keys" doc:"min=1;max=10000"`                       // that an attacker has; 1 if it is not stated
	}
	RuleUse struct { // of AWS WAF
		Rate      PerSecond `json:"rate" doc:"need"` // of each address
		Addresses int64     `json:"addresses" doc:"need;min=1;max=1000000000"`
	}
)

// A PerSecond is an exact number of requests a second.
type PerSecond struct{ Quantity }

// Decode reads a rate such as 200/s.
func (p *PerSecond) Decode(v document.Value) {
	if v.Node != nil {
		p.Quantity = RatePerSecond(v.Rate())
	}
}

// RatePerSecond is how many requests a rate has in a second, exactly.
func RatePerSecond(r document.Rate) Quantity {
	return Quantity{fractionOf(r.Rat())}.Mul(Whole(int64(time.Second)))
}

// invocationsASecond is how many requests a second each unit of concurrency takes
// (Lambda developer guide, "Understanding Lambda function scaling").
const invocationsASecond = 10

// A Layer refuses what is more than it admits.
type Layer struct {
	Name  string   `json:"name"`
	Most  Quantity `json:"admits_at_most"` // requests in the month
	Basis Basis    `json:"basis"`

	of scope
}

// A scope is what a layer refuses.
type scope int

const (
	anything  scope = iota
	edgeAlone       // before anything passes to what is behind the distribution
	opening         // new WebSocket connections, and no messages
)

// distributionRate are requests a second of a distribution that is paid by usage, a quota
// that can be raised. Source: CloudFront developer guide, "Quotas".
const distributionRate = 250_000

// bucket is what a token bucket admits in so many seconds.
func (t ThrottleUse) bucket(seconds Quantity) Quantity {
	return t.Rate.Mul(seconds).Add(Whole(t.Burst))
}

// account is the throttle of the account that the region has, unless one is stated.
func (w *Workload) account() (ThrottleUse, Basis) {
	if a := w.Protection.Account; a.Rate.Sign() > 0 {
		return a, Stated
	}
	rate, burst := AccountThrottle(w.Region)
	return ThrottleUse{PerSecond{Whole(rate)}, burst}, Assumed
}

// layers are those in force at the front door, for requests in so many seconds.
func (d Door) layers(w *Workload, seconds Quantity) (all []Layer) {
	p, sockets := w.Protection, d.Limits.Connection > 0
	add := func(of scope, name string, most Quantity, basis Basis) {
		all = append(all, Layer{name, most, basis, of})
	}
	if d.Limits.Rate > 0 {
		account, basis := w.account()
		add(anything, "account throttle", account.bucket(seconds), basis)
	}
	if sockets {
		rate, basis := p.Connections.Quantity, Stated
		if rate.Sign() == 0 {
			rate, basis = Whole(d.Limits.Connects), Assumed
		}
		add(opening, "quota of new connections", rate.Mul(seconds), basis)
	}
	if d.has("throttling") && p.Stage.Rate.Sign() > 0 {
		add(anything, "stage throttle", p.Stage.bucket(seconds), Stated)
	}
	if d.has("usage-plans") {
		all = append(all, p.Plan.layers(sockets, seconds)...)
	}
	edge := anything
	if d.has("cdn") {
		edge = edgeAlone
	}
	if d.has("cdn") && !d.FlatRate {
		add(edgeAlone, "distribution quota", Whole(distributionRate).Mul(seconds), Assumed)
	}
	if d.has("waf") && p.Rule.Rate.Sign() > 0 {
		add(edge, "WAF rate-based rule", p.Rule.Rate.Mul(seconds).Mul(Whole(p.Rule.Addresses)), Stated)
	}
	return all
}

// layers of a usage plan. A WebSocket API asks for a key when a connection is opened.
func (p PlanUse) layers(sockets bool, seconds Quantity) (all []Layer) {
	keys, basis, of := Whole(max(1, p.Keys)), Stated, anything
	if p.Keys == 0 {
		basis = Assumed
	}
	if sockets {
		of = opening
	}
	if p.Rate.Sign() > 0 {
		all = append(all, Layer{"usage plan", ThrottleUse{p.Rate, p.Burst}.bucket(seconds).Mul(keys), basis, of})
	}
	if p.Quota > 0 {
		all = append(all, Layer{"usage plan quota", Whole(p.Quota).Mul(keys), basis, of})
	}
	return all
}

// concurrency bounds the function, and with it what is invoked.
func (w *Workload) concurrency() (int64, Basis) {
	if n := w.Protection.Concurrency; n > 0 {
		return n, Stated
	}
	return LambdaLimits.Concurrency, Assumed
}
