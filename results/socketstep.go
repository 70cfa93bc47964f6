package results

import (
	"maps"
	"math"
	"slices"

	"tollgate/pricing"
	"tollgate/targets"
)

// What a step over WebSocket does, as run.json spells it.
const (
	StepConnects = "connect"
	StepSends    = "send"
	StepPosts    = "send without reply"
	StepReceives = "receive"
	StepCloses   = "close"
)

// Posts says whether some messages have no reply: they end when they are written.
func (d *Document) Posts() bool {
	return slices.Contains(slices.Collect(maps.Values(d.SocketSteps)), StepPosts)
}

// Pushes names what servers push in the costs of a flow, next to its steps. No step has
// them: the client cannot tell which message they came from.
func (f *FlowDoc) Pushes() string { return "pushes:" + f.Name }

// A socketStep is what the client saw of a step, as far as a WebSocket API bills it. To wait
// for messages and to close is free.
type socketStep struct {
	opened           int64
	sent, unitsSent  int64
	replies, replied int64 // messages, and their units
	in               int64 // bytes of these
}

func socketStepOf(p *part, does string) (s socketStep) {
	switch does {
	case StepConnects:
		s.opened = p.sum.Status[101]
	case StepSends, StepPosts:
		s.sent, s.unitsSent = p.reached(), socketUnits(&p.requestSizes)
		s.replies, s.replied, s.in = p.replySizes.Count(), socketUnits(&p.replySizes), p.sum.In
	}
	return s
}

func socketUnits(s *Sizes) (n int64) {
	for v, of := range s.Buckets() {
		n += of * pricing.WebSocketUnits(v)
	}
	return n
}

func (s *socketStep) add(o socketStep) {
	s.opened, s.sent, s.unitsSent = s.opened+o.opened, s.sent+o.sent, s.unitsSent+o.unitsSent
	s.replies, s.replied, s.in = s.replies+o.replies, s.replied+o.replied, s.in+o.in
}

// socketSteps is the traffic of each step at a target that messages were sent to, and of
// what was pushed while flows went on: that is shared by the messages that each sends. Nil:
// the run is older than the names of its steps.
func (r *Run) socketSteps(i int, t targets.Target, m Month) map[string]pricing.Traffic {
	if len(r.Document.SocketSteps) == 0 {
		return nil
	}
	all, u, steps := total(r), usageOfRun(r, i, t), map[string]socketStep{}
	var sum socketStep
	for n, name := range r.Document.Requests {
		steps[name] = socketStepOf(all.part(r.Document.request(i, n)), r.Document.SocketSteps[name])
		sum.add(steps[name])
	}
	traffic := map[string]pricing.Traffic{}
	for name, s := range steps {
		if s != (socketStep{}) {
			traffic[name] = u.ofSockets(m, u.sockets.ofStep(s, sum))
		}
	}
	for k := range r.Document.Flows {
		flow := &r.Document.Flows[k]
		var own socketStep
		for _, step := range flow.Steps {
			own.add(steps[step])
		}
		if pushed := u.sockets.pushedTo(own, sum); pushed.Received > 0 {
			traffic[flow.Pushes()] = u.ofSockets(m, pushed)
		}
	}
	return traffic
}

// UntoldSteps says that a run over WebSocket is too old for the costs of its flows; "": it
// is not.
func UntoldSteps(r *Run, i int) string {
	if len(r.Document.Flows) == 0 || r.Document.Targets[i].Sockets == nil || len(r.Document.SocketSteps) > 0 {
		return ""
	}
	return "what a flow and its steps cost cannot be told: this run was recorded by a version that did not note what steps do over WebSocket; run the scenario again"
}

// ofSockets is the month of a part of what went over connections. Invocations are in
// proportion to those of the whole, each as long as theirs: CloudWatch does not tell one
// message from another.
func (u usage) ofSockets(m Month, part SocketDoc) pricing.Traffic {
	var invoked pricing.Quantity
	if n := u.sockets.invoking(); n > 0 {
		invoked = u.invocations().Quantity.Div(pricing.Whole(n))
	}
	m.Sockets = SocketMonth{} // they are of no step
	u.sockets, u.refused, u.behind, u.watched = &part, 0, nil, maps.Clone(u.watched)
	delete(u.watched, targets.RoleInvocations)
	t := u.traffic(m)
	for _, n := range []*pricing.Amount{&t.Invocations, &t.ColdStarts} {
		n.Quantity = n.Quantity.Mul(invoked)
	}
	return t
}

// ofStep is a step's part of all that went over connections, but for pushes.
func (d *SocketDoc) ofStep(s, sum socketStep) SocketDoc {
	n, units, bytes := d.replies(sum)
	part := SocketDoc{
		Opened: proportion(d.Opened, s.opened, sum.opened), Sent: proportion(d.Sent, s.sent, sum.sent), UnitsSent: proportion(d.UnitsSent, s.unitsSent, sum.unitsSent),
		Received: proportion(n, s.replies, sum.replies), UnitsReceived: proportion(units, s.replied, sum.replied), BytesReceived: proportion(bytes, s.in, sum.in),
	}
	if d.Opened > 0 {
		share := float64(part.Opened) / float64(d.Opened)
		part.ConnectedS, part.InTurnsS = d.ConnectedS*share, d.InTurnsS*share
	}
	return part
}

// pushedTo is the part of all pushes that is a flow's: by the messages that it sends, or by
// connections where none are sent.
func (d *SocketDoc) pushedTo(own, sum socketStep) SocketDoc {
	n, units, bytes := d.replies(sum)
	of, all := own.sent, sum.sent
	if all == 0 {
		of, all = own.opened, sum.opened
	}
	return SocketDoc{
		Received: proportion(d.Received-n, of, all), UnitsReceived: proportion(d.UnitsReceived-units, of, all), BytesReceived: proportion(d.BytesReceived-bytes, of, all),
	}
}

// replies are what was received in reply to messages: counted as messages, and by what steps
// saw of their units and bytes, which are those of the wire.
func (d *SocketDoc) replies(sum socketStep) (n, units, bytes int64) {
	switch n = max(0, d.Received-d.Pushes); {
	case n == 0 || sum.replies == 0:
		return 0, 0, 0
	case d.Pushes == 0:
		return n, d.UnitsReceived, d.BytesReceived
	}
	return n, min(d.UnitsReceived, proportion(n, sum.replied, sum.replies)), min(d.BytesReceived, proportion(n, sum.in, sum.replies))
}

// proportion is n × of ÷ all.
func proportion(n, of, all int64) int64 {
	if all <= 0 {
		return 0
	}
	return int64(math.Round(float64(n) * float64(of) / float64(all)))
}

// invoked is the service time of the steps that invoke a function and wait for it, in place
// of that of all steps: to wait for a message is none of the function's time.
func (u *usage) invoked(r *Run, all *totals, i int) {
	if len(r.Document.SocketSteps) == 0 {
		return
	}
	h, written := New(), New()
	for n, name := range r.Document.Requests {
		p := all.part(r.Document.request(i, n))
		if s := socketStepOf(p, r.Document.SocketSteps[name]); s.opened+s.replies > 0 {
			h.Merge(p.good(Service))
		} else if r.Document.Posted(uint16(i), uint16(n)) {
			written.Merge(p.good(Service))
		}
	}
	if h.Count() == 0 {
		if written.Count() > 0 {
			u.service.Buckets = latencyBuckets(written)
		}
		u.unanswered, u.service.Source = true, "the time in which a message is written, a lower bound: no message has a reply, and CloudWatch was not read"
		return
	}
	u.service.Buckets = latencyBuckets(h)
}

// latencyBuckets are those of a bill, in µs.
func latencyBuckets(h *Histogram) (all []pricing.Bucket) {
	for latency, n := range h.Buckets() {
		all = append(all, pricing.Bucket{Value: latency.Microseconds(), Count: n})
	}
	return all
}

// checkSocketSteps refuses steps that no run has.
func (d *Document) checkSocketSteps() (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(d.SocketSteps)) {
		errs = append(errs, OneOf("websocket_steps", name, d.Requests...), OneOf("websocket_steps."+name, d.SocketSteps[name], StepConnects, StepSends, StepPosts, StepReceives, StepCloses))
	}
	return errs
}
