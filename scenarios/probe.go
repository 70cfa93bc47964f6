package scenarios

import (
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
	Changes  string  // what it changes at the target besides sending requests; "" for nothing
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
func (in *input) probes(v document.Value, s *Scenario) {
	for _, item := range v.List(maxProbes) {
		if item.Type != document.Mapping || len(item.Entries) != 1 {
			item.Problem("needs the name of one probe and its options, such as \"usage-plan: {target: rest}\"")
			continue
		}
		e := item.Entries[0]
		if e.Value.Type != document.Mapping && e.Value.Type != document.Null {
			item.At(e.Value, item.Below(e.Key)).Problem("needs a mapping of options, or {} for none; this is %v", e.Value.Type)
			continue
		}
		f := document.Fields{Value: item.At(&document.Node{Type: document.Mapping, Line: e.Line, Column: e.Column, Entries: e.Value.Entries}, item.Below(e.Key))}
		s.Probes = append(s.Probes, Probe{Name: e.Key, Options: &Options{f.Apart()}, Targets: asked(f, s)})
	}
}

// asked reads which targets a probe asks.
func asked(f document.Fields, s *Scenario) (names []string) {
	if f.Has("target") && f.Has("targets") {
		f.Problem("has target and targets: one of them is enough")
	}
	items := f.Get("targets").List(maxTargets)
	if v := f.Get("target"); v.Node != nil {
		items = append(items, v)
	}
	var known []string
	for _, t := range s.Targets {
		known = append(known, t.Name)
	}
	for _, item := range items {
		item.Path = f.Path
		if item.Type != document.String {
			item.Bad("is not the name of a target")
			continue
		}
		mentions(item, "target", item.Node.Text, known)
		names = append(names, item.Node.Text)
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
// reports what is wrong, with its place, and returns the zero value then, as it
// does if the key is absent. Err returns all of it.
type Options struct{ f document.Fields }

// Known reports every key that is neither one of keys nor which targets to ask.
func (o *Options) Known(keys ...string) { o.f.Fields(append(keys, "target", "targets")...) }

// Need reports keys that are absent.
func (o *Options) Need(keys ...string) { o.f.Need(keys...) }

// Has reports whether the key is there.
func (o *Options) Has(key string) bool { return o.f.Has(key) }

// Rate is an arrival rate such as 200/s.
func (o *Options) Rate(key string) Rate { return o.f.Get(key).Rate() }

// Whole is a whole number within bounds.
func (o *Options) Whole(key string, least, most int64) int64 { return o.f.Get(key).Whole(least, most) }

// Amount is a number of requests such as 10M.
func (o *Options) Amount(key string) int64 { return o.f.Get(key).Whole(1, 1e15) }

// Duration is a time such as 30s, within bounds.
func (o *Options) Duration(key string, least, most time.Duration) time.Duration {
	return o.f.Get(key).Duration(least, most)
}

// Text is a string.
func (o *Options) Text(key string) string { return o.f.Get(key).Str() }

// Template is the source of a template, such as a path with the place of a key.
func (o *Options) Template(key string) string {
	v := o.f.Get(key)
	if v.Node == nil || v.Type != document.String {
		return v.Str()
	}
	return template(v, true)
}

// Choice is one of words.
func (o *Options) Choice(key string, words ...string) string { return o.f.Get(key).Choice(words...) }

// Share is a part of one, such as 0.1% or 0.001.
func (o *Options) Share(key string) float64 { return o.f.Get(key).Share() }

// Number is a number within bounds.
func (o *Options) Number(key string, least, most float64) float64 {
	return o.f.Get(key).Number(least, most)
}

// Yes is true or false.
func (o *Options) Yes(key string) bool { return o.f.Get(key).Yes() }

// Within are the options of a mapping below a key; nil if it is absent.
func (o *Options) Within(key string, keys ...string) *Options {
	v := o.f.Get(key)
	if v.Node == nil {
		return nil
	}
	return &Options{v.Fields(keys...)}
}

// Each are the scalars of a list below a key, as texts.
func (o *Options) Each(key string, most int) []string { return o.f.Get(key).Each(most) }

// List are the options of each mapping in a list below a key.
func (o *Options) List(key string, most int, keys ...string) (all []*Options) {
	for _, item := range o.f.Get(key).List(most) {
		all = append(all, &Options{item.Fields(keys...)})
	}
	return all
}

// Name is a name as reports use it.
func (o *Options) Name(key string) string { return o.f.Get(key).Name() }

// Secret is a string that must not stand in the file: a reference as a whole, such
// as ${env:NAME}.
func (o *Options) Secret(key string) targets.Secret {
	return targets.NewSecret(o.f.Get(key).Secret())
}

// Problem reports that the value of a key is wrong in a way that only the probe
// can know; with key "", that the probe is.
func (o *Options) Problem(key, format string, args ...any) {
	v := o.f.Value
	if n := o.f.Find(key); n != nil {
		v = v.At(n, o.f.Below(key))
	}
	v.Problem(format, args...)
}

// Err returns all that is wrong, each a document.Problem with its place; nil if
// nothing is.
func (o *Options) Err() error { return o.f.Err() }
