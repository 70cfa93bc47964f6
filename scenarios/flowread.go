package scenarios

import (
	"slices"

	"tollgate/pricing/document"
	"tollgate/scenarios/extract"
	"tollgate/targets"
)

// The keys of a step besides those of a request.
const (
	stepThink   = "think"
	stepWhen    = "when"
	stepRepeat  = "repeat"
	stepExtract = "extract"
)

// statusSlot is the name under which later steps read the status of a response.
const statusSlot = "status"

// flows reads the flows of a scenario, whose steps are its requests.
func (in *input) flows(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	lines := map[string]int{}
	for _, item := range v.List(maxFlows) {
		f := in.fields(item, "name", "weight", "steps")
		f.Need("name", "steps")
		one := Flow{Name: f.Get("name").Name(), Weight: int(f.WholeOr("weight", 1, maxWeight, 1))}
		switch at := item.At(item.Node, item.Below("name")); {
		case one.Name != "" && lines[one.Name] > 0:
			at.Problem("%q is the name of another flow, on line %d", one.Name, lines[one.Name])
		case slices.Contains(s.TargetNames(), one.Name):
			at.Problem("%q is the name of a target: a threshold could mean either", one.Name)
		}
		lines[one.Name] = item.Line
		in.steps(f.Get("steps"), &one, s)
		s.Flows = append(s.Flows, one)
	}
	if len(s.Requests) > maxRequests {
		v.Problem("its flows have %d steps, and %d are possible", len(s.Requests), maxRequests)
	}
}

// A stepReader reads the steps of one flow in order.
type stepReader struct {
	*input
	flow   *Flow
	names  []string // of steps
	slots  []string // "step.name" of what steps leave so far
	hidden []string // of slots, those that are not to be shown
	sure   []bool   // whether there is a value whenever a later step is sent

	replied []int // slots of the status of steps that are messages at some targets

	think Distribution
}

func (in *input) steps(v document.Value, flow *Flow, s *Scenario) {
	r := stepReader{input: in, flow: flow}
	for _, item := range v.List(maxRequests) {
		f := fields{document.Fields{Value: item}, in}
		if item.Type == document.Mapping && len(item.Entries) == 1 && f.Has(stepThink) {
			if r.think != (Distribution{}) {
				item.Problem("is the second pause in a row: make them one")
			}
			r.think = f.think()
			continue
		}
		request, step := r.step(item)
		step.Request = len(s.Requests)
		flow.Steps, s.Requests = append(flow.Steps, step), append(s.Requests, request)
	}
	switch {
	case r.think != (Distribution{}):
		v.Problem("ends with a pause, after which nothing is sent: in the closed model, think of a stage is the pause between flows")
	case len(flow.Steps) == 0:
		v.Problem("has no request")
	case flow.Sendings() > maxSendings:
		v.Problem("may send %d requests in one walk, and %d are possible: repeat less", flow.Sendings(), maxSendings)
	}
	flow.Slots = len(r.slots)
}

// step reads a request and what it is to its flow.
func (r *stepReader) step(v document.Value) (Request, Step) {
	f := fields{document.Fields{Value: v}, r.input}
	name := f.Get("name").Node
	step := Step{Think: r.think, Slot: len(r.slots), Extract: extract.Read(f.Get(stepExtract), secretOf(name))}
	r.think = Distribution{}
	if when := f.Get(stepWhen); when.Node != nil {
		step.When = r.condition(when)
	}
	if name != nil && slices.Contains(r.names, name.Text) {
		f.Get("name").Problem("%q is the name of an earlier step of this flow", name.Text)
	}
	if name != nil {
		r.names = append(r.names, name.Text)
		r.leave(name.Text, &step)
	}
	var request Request
	if overSocket(v) {
		request = r.socketStep(v, r.usable(&step), stepWhen, stepRepeat, stepExtract)
		socketExtracts(f.Get(stepExtract), &request, step.Extract)
	} else {
		request = r.request(v, r.usable(&step), stepURL, stepWhen, stepRepeat, stepExtract)
	}
	request.Name, request.Hidden = r.flow.Name+"/"+request.Name, slices.Clone(r.hidden)
	r.messageOfStep(f.Get(stepExtract), &request, &step)
	if f.Has("weight") {
		f.Get("weight").Problem("belongs to the flow: its steps are sent as often as it is walked")
	}
	step.Repeat, step.Elsewhere = r.repeat(f.Get(stepRepeat)), request.Elsewhere()
	request.Weight = step.weight(r.flow.Weight)
	return request, step
}

// leave adds what a step leaves for later ones.
func (r *stepReader) leave(name string, step *Step) {
	r.slots, r.sure = append(r.slots, name+"."+statusSlot), append(r.sure, step.When == nil)
	for _, e := range step.Extract {
		r.slots, r.sure = append(r.slots, name+"."+e.Name), append(r.sure, step.When == nil || e.Default != nil)
		if e.Secret {
			r.hidden = append(r.hidden, name+"."+e.Name)
		}
	}
}

// secretOf says which of the values that a step extracts are secrets by their names, or by
// that of the step.
func secretOf(step *document.Node) func(string) bool {
	return func(name string) bool {
		return targets.SecretVariable(name) || step != nil && targets.SecretVariable(step.Text)
	}
}

// usable are the slots whose values a step may send, and "" for others: those of earlier
// steps that were sent in any case, and of its own those that have a default.
func (r *stepReader) usable(step *Step) []string {
	names := slices.Clone(r.slots)
	for i := range names {
		k := i - step.Slot - 1
		if !r.sure[i] || i >= step.Slot && (k < 0 || step.Extract[k].Default == nil) {
			names[i] = ""
		}
	}
	return names
}

// repeat reads how often a step is sent: a number, or a mapping.
func (r *stepReader) repeat(v document.Value) Repeat {
	if v.Node == nil {
		return Repeat{Most: 1}
	}
	if v.Type != document.Mapping {
		return Repeat{Most: int(v.Whole(1, maxRepeats))}
	}
	f := r.fields(v, "times", "while", "at_most", stepThink)
	loop := Repeat{Think: f.think()}
	switch while := f.Get("while"); {
	case f.Has("times") == f.Has("while"):
		v.Problem("needs times, or while and at_most")
	case f.Has("times"):
		loop.Most = int(f.Get("times").Whole(1, maxRepeats))
		if f.Has("at_most") {
			f.Get("at_most").Problem("belongs to while")
		}
	default:
		f.Need("at_most")
		loop.Most = int(f.Get("at_most").Whole(1, maxRepeats))
		loop.While = r.condition(while)
	}
	loop.Most = max(loop.Most, 1)
	return loop
}
