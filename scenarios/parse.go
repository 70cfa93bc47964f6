package scenarios

import (
	"math"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
)

// Parse reads a scenario file and follows its references: environment
// variables through env, body files beside file. The error holds everything
// that is wrong, each as a Problem with its place.
func Parse(file string, data []byte, env func(string) (string, bool)) (*Scenario, error) {
	return parse(&input{file: file, folder: filepath.Dir(file), env: env}, data)
}

// ParseRecorded reads the copy of a scenario in a run directory, which anyone may
// have written: no file is opened and no environment variable is read. What
// refers to a variable is left at its zero value and listed in Unresolved. Only
// what pricing and observing need is read: the name, the targets, the month. What
// was sent stands in the run's other files.
func ParseRecorded(file string, data []byte) (*Scenario, error) {
	return parse(&input{file: file, recorded: true}, data)
}

func parse(in *input, data []byte) (*Scenario, error) {
	s := &Scenario{File: in.file, Folder: in.folder, Source: data}
	if root := in.tree(data); root != nil {
		in.scenario(root, s)
	}
	s.Files, s.Secrets, s.Unresolved = in.files, in.secrets, in.unresolved
	if err := document.Join(in.problems); err != nil {
		return nil, err
	}
	return s, nil
}

// defaultSeed makes a run repeatable even where nobody thought of it.
const defaultSeed = 1

func (in *input) scenario(root *node, s *Scenario) {
	f := in.fields(root, "", "name", "targets", "requests", "load", "probes", "thresholds", "abort", "pricing", "requires", "engine", "blocks", "seed", "lab", "allow", "max_rate")
	f.need("name", "targets", "requests")
	if !f.has("probes") {
		f.need("load")
	}
	s.Name = f.name("name")
	s.Blocks = DefaultBlocks
	if f.has("blocks") {
		s.Blocks = int(f.whole("blocks", 1, 1000))
	}
	s.Seed = defaultSeed
	if f.has("seed") {
		s.Seed = uint64(f.whole("seed", 0, math.MaxInt64))
	}
	in.pricing(f.get("pricing"), s)
	in.targets(f.get("targets"), s)
	if in.recorded {
		return
	}
	in.requests(f.get("requests"), s)
	in.load(f.get("load"), s)
	in.probes(f.get("probes"), s)
	in.thresholds(f.get("thresholds"), s)
	in.abort(f.get("abort"), s)
	in.requires(f.get("requires"), s)
	in.engine(f.get("engine"), s)
	in.lab(f.get("lab"), s)
	in.limits(f, s)
}

// list takes n as a list of at least one item and at most most.
func (in *input) list(n *node, path string, most int) []*node {
	switch {
	case n == nil:
		return nil
	case n.sort != list:
		in.problem(n, "%s: needs a list (lines that begin with \"- \"): this is %s", path, n.quote())
		return nil
	case len(n.items) == 0:
		in.problem(n, "%s: is empty: it needs at least one item", path)
	case len(n.items) > most:
		in.problem(n, "%s: has %d items, at most %d are possible", path, len(n.items), most)
		return nil
	}
	return n.items
}

const maxThresholds = 1000

// thresholds are limits in words, whose targets and requests must exist.
func (in *input) thresholds(n *node, s *Scenario) {
	if n != nil && len(s.Stages) == 0 && len(s.Probes) > 0 {
		in.problem(n, "thresholds: there is no load that they could be about: probes judge themselves")
	}
	for _, item := range in.list(n, "thresholds", maxThresholds) {
		if item.sort != text {
			in.problem(item, "thresholds: %s is not a limit such as \"p(99) < 250ms\"", item.quote())
			continue
		}
		if len(item.references) > 0 {
			in.problem(item, "thresholds: %s: a limit belongs into the file itself, not into the environment: a report must be able to show it", item.quote())
			continue
		}
		t, err := results.ParseThreshold(item.text)
		if err != nil {
			in.problem(item, "%v", err)
			continue
		}
		in.scope("thresholds", item, t, s)
		s.Thresholds = append(s.Thresholds, t)
	}
}

// scope reports a target or a request of a limit that the scenario does not have.
func (in *input) scope(path string, at *node, t results.Threshold, s *Scenario) {
	var targetNames, requestNames []string
	for _, x := range s.Targets {
		targetNames = append(targetNames, x.Name)
	}
	for _, x := range s.Requests {
		requestNames = append(requestNames, x.Name)
	}
	in.mentions(path, at, "target", t.Target, targetNames)
	in.mentions(path, at, "request", t.Request, requestNames)
}

// mentions reports a name that is neither empty nor known.
func (in *input) mentions(path string, at *node, what, name string, known []string) {
	in.mentionsIn(path+": "+at.quote(), at, what, name, known)
}

func (in *input) mentionsIn(path string, at *node, what, name string, known []string) {
	if name != "" && len(known) > 0 && !slices.Contains(known, name) {
		in.problem(at, "%s: the scenario has no %s %q%s (it has %s)", path, what, name, document.DidYouMean(name, known), strings.Join(known, ", "))
	}
}

// requires are the features that a front door must have.
func (in *input) requires(n *node, s *Scenario) {
	var names []string
	for _, f := range pricing.Features {
		names = append(names, f.Name)
	}
	for _, item := range in.list(n, "requires", len(names)) {
		feature, known := pricing.FeatureNamed(item.text)
		switch {
		case !known:
			in.problem(item, "requires: unknown feature %s%s (known are %s)", item.quote(), document.DidYouMean(item.raw, names), strings.Join(names, ", "))
		case slices.Contains(s.Requires, feature.Name):
			in.problem(item, "requires: %q is listed twice", item.text)
		default:
			s.Requires = append(s.Requires, feature.Name)
		}
	}
}
