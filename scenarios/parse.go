package scenarios

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
)

// Parse reads a scenario file and follows its references: environment
// variables through env, body files in its folder. Engines are the names of the
// load engines that it may ask for; without any, every name will do. The error
// holds everything that is wrong, each as a document.Problem with its place.
func Parse(file string, data []byte, env func(string) (string, bool), engines ...string) (*Scenario, error) {
	in := &input{folder: filepath.Dir(file), engines: engines}
	return in.parse(file, data, document.Options{Env: env, Files: in.secretFile, Places: true, Meant: otherWords, Empty: `"tollgate init" writes a scenario to start from`})
}

// ParseRecorded reads the copy of a scenario in a run directory, which anyone may
// have written: no file is opened and no environment variable is read. What
// refers to a variable is left at its zero value and listed in Unresolved. Only
// what pricing and observing need is read: the name, the targets, the month. The
// run's other files say what was sent.
func ParseRecorded(file string, data []byte) (*Scenario, error) {
	return new(input).parse(file, data, document.Options{Recorded: true, Places: true})
}

func (in *input) parse(file string, data []byte, o document.Options) (*Scenario, error) {
	in.Document = document.Open(file, data, o)
	s := &Scenario{File: file, Folder: in.folder, Source: data}
	if month := in.Key("requests_per_month"); month != nil && in.Key("targets") == nil {
		in.Problem(month, "this is a workload, since it states requests_per_month and has no targets: tollgate price %s bills it", file)
	} else if in.Root != nil {
		in.scenario(s)
		in.Stray("probes")
	}
	s.Files, s.Secrets, s.Unresolved, s.Notes = in.files, in.secrets, in.Unresolved, in.Notes()
	if err := in.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// DefaultGrace is how long requests in flight have to end when a load is stopped early:
// almost as long as any front door waits for its function. Requests that end sooner are
// not waited for.
const (
	DefaultGrace = 30 * time.Second
	maxGrace     = time.Hour
)

// defaultSeed makes every run repeatable.
const defaultSeed = 1

func (in *input) scenario(s *Scenario) {
	f := in.fields(in.Value(), "name", "targets", "hosts", "data", "values", "requests", "flows", "warm_up", "load", "populations", "align", "graceful_stop", "probes", "thresholds", "abort", "pricing", "requires", "engine", "websocket", "blocks", "decide", "seed", "lab", "allow", "max_rate")
	f.Need("name", "targets")
	in.needRequests(f)
	in.needLoad(f)
	s.Name = f.Get("name").Name()
	s.Blocks = int(f.WholeOr("blocks", 1, 1000, DefaultBlocks))
	s.Seed = uint64(f.WholeOr("seed", 0, math.MaxInt64, defaultSeed))
	s.AlignMinute = f.Get("align").Choice("minute") != ""
	s.Grace = f.DurationOr("graceful_stop", 0, maxGrace, DefaultGrace)
	in.pricing(f.Get("pricing"), s)
	in.targets(f.Get("targets"), s)
	in.pages = pagesOf(s.Targets)
	if in.Recorded {
		recordedGuards(f.Get("lab"), s)
		return
	}
	in.readHosts(f.Get("hosts"), s)
	in.hosts = s.Hosts
	if f.Has("data") || f.Has("values") {
		in.values = &Values{Named: in.readValues(f.Get("values"))}
		in.readData(f.Get("data"))
	}
	in.requests(f.Get("requests"), s)
	in.flows(f.Get("flows"), s)
	namedAsReleases(f.Get("requests"), s)
	s.Stages = in.stages(f.Get("load"))
	in.readPopulations(f.Get("populations"), s)
	in.checkChosen(s)
	in.checkSignatures(s)
	in.checkHeaders(s)
	s.Decide = in.decide(f.Get("decide"))
	in.probes(f.Get("probes"), s)
	onceAndProbes(f.Get("probes"), s)
	in.warmUp(f.Get("warm_up"), s)
	in.thresholds(f.Get("thresholds"), s)
	in.populationThresholds(f.Get("populations"), s)
	in.abort(f.Get("abort"), s)
	s.Requires = pricing.ReadRequires(f.Get("requires"))
	in.engine(f.Get("engine"), s)
	in.sockets(f, s)
	s.checkSocketMonth(f)
	f.Get("lab").Decode(&s.Lab)
	plansOfTargets(f.Get("lab"), s)
	overheadsOfTargets(f.Get("lab"), s)
	socketsOfTargets(f.Get("lab"), s)
	guardsOfTargets(f.Get("lab"), s)
	apisOfTargets(f.Get("lab"), s)
	awsOfLab(f.Get("lab"), s)
	s.Lab.CDN.check(f.Get("lab"))
	in.limits(f, s)
}

// needRequests reports a scenario without requests, or with two ways of choosing them.
func (in *input) needRequests(f fields) {
	switch flows := f.Get("flows"); {
	case flows.Node == nil:
		f.Need("requests")
	case f.Has("requests"):
		flows.Problem("a scenario has requests or flows: make each request a flow of one step")
	case f.Has("probes"):
		flows.Problem("probes send single requests, and a step may need what an earlier one left: ask them in a scenario with requests")
	}
}

// needLoad reports a scenario that would send nothing, or that has load in two places.
func (in *input) needLoad(f fields) {
	switch populations := f.Get("populations"); {
	case populations.Node != nil && f.Has("load"):
		populations.Problem("a scenario has load or populations: make the load another population")
	case populations.Node == nil && !f.Has("probes"):
		f.Need("load")
	}
}

// plansOfTargets reports usage plans of the lab for targets that have none.
func plansOfTargets(v document.Value, s *Scenario) {
	var able []string
	for _, t := range s.Targets {
		if t.Lab && t.Kind.UsagePlans {
			able = append(able, t.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Lab.Plans)) {
		if !slices.Contains(able, name) {
			v.Problem("plans: %q is no target at the lab that has usage plans%s", name, document.DidYouMean(name, able))
		}
	}
}
