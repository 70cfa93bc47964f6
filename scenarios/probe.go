package scenarios

import (
	"fmt"
	"strconv"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

const maxProbes = 100

// A Probe is one entry of "probes": the name of a probe, where it asks, and its
// options, which package scenarios/probes reads.
type Probe struct {
	Name    string
	Targets []string // in the order of the file; none: every target
	Options *Options
}

// An Announced is what a probe will send at one target, at most. A probe plans
// as it goes: what it measures may let it end earlier.
type Announced struct {
	Probe    string
	Target   string
	Requests int64
	For      time.Duration
	Peak     float64 // the highest arrival rate, in requests per second; of requests at once, all of them
	Changes  string  // what it changes at the target beside sending requests, in words; "" for nothing
}

// announced is all that probes will send at one target.
func (p *Plan) announced(target string) (sum Announced) {
	for _, a := range p.Probes {
		if a.Target == target {
			sum.Requests += a.Requests
			sum.For += a.For
		}
	}
	return sum
}

// ProbeTime is how long the probes take at most, one after the other.
func (p *Plan) ProbeTime() (d time.Duration) {
	for _, a := range p.Probes {
		d += a.For
	}
	return d
}

// probes reads the list of probes as far as all have it in common.
func (in *input) probes(n *node, s *Scenario) {
	for i, item := range in.list(n, "probes", maxProbes) {
		path := fmt.Sprintf("probes[%d]", i)
		if item.sort != mapping || len(item.entries) != 1 {
			in.problem(item, "%s: needs the name of one probe and its options, such as \"usage-plan: {target: rest}\"", path)
			continue
		}
		e := item.entries[0]
		if e.value.sort != mapping && e.value.sort != null {
			in.problem(e.value, "%s.%s: needs a mapping of options, or {} for none: this is %s", path, e.key, e.value.quote())
			continue
		}
		own := &input{file: in.file, folder: in.folder, env: in.env}
		named := &node{sort: mapping, line: e.line, column: e.column, entries: e.value.entries}
		p := Probe{Name: e.key, Options: &Options{fields{own, named, path + "." + e.key}}}
		p.Targets = in.asked(fields{in, named, path + "." + e.key}, s)
		s.Probes = append(s.Probes, p)
	}
}

// asked reads which targets a probe asks.
func (in *input) asked(f fields, s *Scenario) (names []string) {
	if f.has("target") && f.has("targets") {
		in.problem(f.node, "%s: has target and targets: one of them is enough", f.path)
	}
	items := in.list(f.get("targets"), f.at("targets"), maxTargets)
	if n := f.get("target"); n != nil {
		items = append(items, n)
	}
	var known []string
	for _, t := range s.Targets {
		known = append(known, t.Name)
	}
	for _, item := range items {
		if item.sort != text {
			in.problem(item, "%s: %s is not the name of a target", f.path, item.quote())
			continue
		}
		in.mentionsIn(f.path, item, "target", item.text, known)
		names = append(names, item.text)
	}
	return names
}

// Marks says which marks of responses are wanted. The zero value wants those
// that a kind of door is known to send.
type Marks struct {
	InstanceHeader string // that names who served; "" for X-Instance-Id
	InstanceKey    string // of a JSON body that names who served; "" for none
}

// Options are the keys of a probe, read as what they ought to be. Each method
// notes what is wrong, with its place, and returns the zero value then, as it
// does where the key is absent. Err tells all of it.
type Options struct{ f fields }

// Known reports every key that is neither one of keys nor which targets to ask.
func (o *Options) Known(keys ...string) {
	if len(o.f.node.entries) > 0 {
		o.f.in.fields(o.f.node, o.f.path, append(keys, "target", "targets")...)
	}
}

// Need reports keys that are absent.
func (o *Options) Need(keys ...string) { o.f.need(keys...) }

// Has says whether the key is there.
func (o *Options) Has(key string) bool { return o.f.has(key) }

// Rate is an arrival rate such as 200/s.
func (o *Options) Rate(key string) Rate { return o.f.rate(key, false) }

// Whole is a whole number within bounds.
func (o *Options) Whole(key string, least, most int64) int64 { return o.f.whole(key, least, most) }

// Amount is a number of requests such as 10M.
func (o *Options) Amount(key string) int64 { return o.f.amount(key) }

// Duration is a time such as 30s, within bounds.
func (o *Options) Duration(key string, least, most time.Duration) time.Duration {
	return o.f.duration(key, least, most)
}

// Text is a text.
func (o *Options) Text(key string) string {
	s, _ := o.f.text(key, "a text")
	return s
}

// Choice is one of words.
func (o *Options) Choice(key string, words ...string) string { return o.f.choice(key, words...) }

// Share is a part of one, such as 0.1% or 0.001.
func (o *Options) Share(key string) float64 {
	x, _ := strconv.ParseFloat(o.f.share(key), 64) // "" is 0
	return x
}

// Number is a number within bounds.
func (o *Options) Number(key string, least, most float64) float64 {
	n, ok := o.f.scalar(key, "a number", integer, float)
	if !ok {
		return 0
	}
	x, err := strconv.ParseFloat(n.text, 64)
	if err != nil || !(x >= least && x <= most) {
		o.f.bad(n, key, "is not a number from %v to %v", least, most)
		return 0
	}
	return x
}

// Yes is true or false.
func (o *Options) Yes(key string) bool {
	n := o.f.get(key)
	if n != nil && n.sort != boolean {
		o.f.bad(n, key, "is neither true nor false")
	}
	return n != nil && n.text == "true"
}

// Within are the options of a mapping below a key; nil if it is absent.
func (o *Options) Within(key string, keys ...string) *Options {
	n := o.f.get(key)
	if n == nil {
		return nil
	}
	return &Options{o.f.in.fields(n, o.f.at(key), keys...)}
}

// Each are the scalars of a list below a key, as texts.
func (o *Options) Each(key string, most int) (all []string) {
	for _, item := range o.f.in.list(o.f.get(key), o.f.at(key), most) {
		if item.sort == mapping || item.sort == list || item.sort == null {
			o.f.in.problem(item, "%s: %s is not a single value", o.f.at(key), item.quote())
			continue
		}
		all = append(all, item.text)
	}
	return all
}

// List are the options of each mapping in a list below a key.
func (o *Options) List(key string, most int, keys ...string) (all []*Options) {
	for i, item := range o.f.in.list(o.f.get(key), o.f.at(key), most) {
		all = append(all, &Options{o.f.in.fields(item, fmt.Sprintf("%s[%d]", o.f.at(key), i), keys...)})
	}
	return all
}

// Name is a name as reports use it.
func (o *Options) Name(key string) string { return o.f.name(key) }

// Secret is a text that must not stand in the file: a reference as a whole, such
// as ${env:NAME}.
func (o *Options) Secret(key string) targets.Secret {
	n := o.f.get(key)
	if n == nil {
		return targets.Secret{}
	}
	return targets.NewSecret(o.f.in.secret(n, o.f.at(key)))
}

// Problem notes that the value of a key is wrong in a way that only the probe
// can know; with key "", that the probe is.
func (o *Options) Problem(key, format string, args ...any) {
	at, path := o.f.node, o.f.path
	for _, e := range o.f.node.entries {
		if e.key == key {
			at, path = e.value, o.f.at(key)
		}
	}
	o.f.in.problem(at, "%s: %s", path, fmt.Sprintf(format, args...))
}

// Err is all that is wrong, each a Problem with its place; nil if nothing is.
func (o *Options) Err() error { return document.Join(o.f.in.problems) }
