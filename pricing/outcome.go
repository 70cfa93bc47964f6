package pricing

import "strings"

// An Outcome is requests that have sizes of their own.
type Outcome struct {
	What          string // "preflights"
	Requests      Amount
	RequestBytes  Dist
	ResponseBytes Dist
	Refused       bool // by the front door
	Front         bool // answered by the front door, refused or not
}

// outcomes are all requests by their sizes, the usual ones first.
func (t Traffic) outcomes() []Outcome {
	usual := Outcome{What: "others", Requests: t.Requests, RequestBytes: t.RequestBytes, ResponseBytes: t.ResponseBytes}
	for _, o := range t.Others {
		usual.Requests.Quantity = usual.Requests.Quantity.Sub(o.Requests.Quantity)
	}
	return append([]Outcome{usual}, t.Others...)
}

// The assumed bytes of responses whose size is not stated. Sources: API Gateway's
// {"message":"Too Many Requests"}, the longest of its refusals, and
// {"message": "Internal server error"}; the answer to a preflight has no body.
const (
	refusedBytes = 31
	errorBytes   = 36
)

// others are the requests whose responses are not the usual ones.
func (w *Workload) others(refused, preflights Quantity) (all []Outcome) {
	add := func(what string, n Quantity, size Dist, assumed int64, refused bool) *Outcome {
		if n.Sign() <= 0 {
			return nil
		}
		if size.Empty() {
			size = Point(assumed, Assumed, "the usual response to "+what)
		}
		all = append(all, Outcome{What: what, Requests: amount(n), RequestBytes: w.RequestBytes.dist(1), ResponseBytes: size, Refused: refused, Front: refused})
		return &all[len(all)-1]
	}
	add("refused requests", refused, w.RefusedBytes.dist(1), refusedBytes, true)
	add("errors", w.Requests.Likely.Sub(refused).Mul(w.Errors.Likely), w.ErrorBytes.dist(1), errorBytes, false)
	if o := add("preflights", preflights, Dist{}, 0, false); o != nil {
		o.RequestBytes, o.Front = o.ResponseBytes, !w.appAnswers()
	}
	return all
}

// A sized is the mean size over all outcomes.
type sized struct {
	mean  Quantity
	basis Basis
	how   string // "": all are alike
}

// size is the mean over all requests of what each outcome has.
func (t Traffic) size(of func(Outcome) Dist) sized {
	outcomes := t.outcomes()
	if len(outcomes) == 1 || t.Requests.Quantity.Sign() <= 0 {
		d := of(outcomes[0])
		return sized{mean: d.Mean(), basis: d.Basis}
	}
	var bases []Basis
	var ways []string
	var all Quantity
	for _, o := range outcomes {
		mean := of(o).Mean()
		all = all.Add(o.Requests.Quantity.Mul(mean))
		bases = append(bases, of(o).Basis, o.Requests.Basis)
		ways = append(ways, derivation("%s %s of %s", o.Requests.Quantity, o.What, mean))
	}
	return sized{all.Div(t.Requests.Quantity), weakest(bases...), " (" + strings.Join(ways, ", ") + ")"}
}

func requestSize(o Outcome) Dist  { return o.RequestBytes }
func responseSize(o Outcome) Dist { return o.ResponseBytes }

// outgoing are the gigabytes of all responses, and of the messages to clients.
func (t Traffic) outgoing() Reading {
	s := t.size(responseSize)
	bytes := t.Requests.Quantity.Mul(s.mean)
	r := Reading{Basis: asked(t.Requests, s.basis), Derivation: derivation("%s responses × %s bytes", t.Requests.Quantity, s.mean) + s.how}
	if t.Messages.Quantity.Sign() > 0 {
		sent, mean := t.Messages.Quantity.Sub(t.FromClients.Quantity), t.MessageBytes.Mean()
		plus := " + "
		if bytes.Sign() == 0 { // messages alone
			r.Derivation, plus = "", ""
		}
		bytes = bytes.Add(sent.Mul(mean))
		r.Basis = weakest(r.Basis, t.Messages.Basis, t.FromClients.Basis, t.MessageBytes.Basis)
		r.Derivation += plus + derivation("%s messages to clients × %s bytes", sent, mean)
	}
	r.Quantity = bytes.Div(Whole(TransferGB))
	r.Derivation += derivation(" ÷ 1,024³ = %s GB", r.Quantity)
	return r
}
