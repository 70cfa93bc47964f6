package results

import (
	"fmt"
	"maps"
	"slices"

	"tollgate/pricing"
)

// A Release says which release of what is deployed answered a request: the base, or the
// canary that gets a share of the requests. API Gateway and Lambda say it in no response. It
// is known where the application names its version in a header; a response without that
// header, and a request without a response, belong to neither.
//
// A sample whose release is known, or that should say it, is recorded twice: as its request,
// and under a number behind those of the flows (see Document.release). So seconds,
// percentiles, blocks, shards and torn runs work for releases as for requests.
type Release uint8

// The releases.
const (
	NoRelease Release = iota // nothing is told of the target's releases
	Base
	Canary
	UnknownRelease
)

// releaseNames are the names of those that are recorded, in order.
var releaseNames = []string{"base", "canary", "unknown"}

// String is "" where nothing is told of releases.
func (r Release) String() string {
	if r == NoRelease || int(r) > len(releaseNames) {
		return ""
	}
	return releaseNames[r-1]
}

// ReleaseNames are the names that requests and flows must not have where releases are told
// apart.
func ReleaseNames() []string { return slices.Clone(releaseNames) }

// releasePrefix distinguishes releases from requests in the files of a run.
const releasePrefix = "release:"

// release is the number under which samples of a release are recorded.
func (d *Document) release(of Release) uint16 { return d.Flow(len(d.Flows)) + uint16(of) - 1 }

// releaseAt is the part of the load at a target that met a release.
func (d *Document) releaseAt(target int, of Release) partKey {
	return partKey{uint16(target), every, int(d.release(of)), every}
}

// releasing records samples once more, under their releases.
type releasing struct {
	named []bool // by target
	loads []bool // by request: it is one of the load's, to the target
	first uint16
}

// releasingOf is nil where no target's releases are distinguished.
func releasingOf(d *Document) *releasing {
	if !d.namesReleases() {
		return nil
	}
	r := &releasing{first: d.release(Base)}
	for _, t := range d.Targets {
		r.named = append(r.named, t.ReleaseHeader != "")
	}
	for i := range d.Requests {
		r.loads = append(r.loads, d.owner(uint16(i)) == ofLoad)
	}
	return r
}

func (r *releasing) record(w *window, s *Sample) {
	if int(s.Target) >= len(r.named) || !r.named[s.Target] || int(s.Request) >= len(r.loads) || !r.loads[s.Request] {
		return
	}
	of := s.Release
	if of == NoRelease {
		of = UnknownRelease
	}
	w.cell(Group{s.Target, r.first + uint16(of) - 1, s.Block}).record(s, &w.pages)
}

// namesReleases says whether the responses of any target name their release.
func (d *Document) namesReleases() bool {
	return slices.ContainsFunc(d.Targets, func(t TargetDoc) bool { return t.ReleaseHeader != "" })
}

// releases are the figures of each release at a target; nil where they are not distinguished.
func (d *Document) releases(all *totals, target int) (figures map[string]Figures) {
	if d.Targets[target].ReleaseHeader == "" {
		return nil
	}
	for of := Base; of <= UnknownRelease; of++ {
		if k := d.releaseAt(target, of); all.part(k).total() > 0 {
			if figures == nil {
				figures = map[string]Figures{}
			}
			figures[of.String()] = all.figures(k)
		}
	}
	return figures
}

// releaseNamed finds a release by its name in a threshold. A request of that name comes first.
func (d *Document) releaseNamed(name string) (Release, bool) {
	i := slices.Index(releaseNames, name)
	return Release(i + 1), i >= 0 && d.namesReleases() && !slices.Contains(d.Requests, name)
}

// IsRelease says whether a threshold that names a request is about a release.
func (d *Document) IsRelease(name string) bool {
	_, is := d.releaseNamed(name)
	return is
}

// withoutReleases says whether a threshold is about a release, and the responses of a target name none.
func (d *Document) withoutReleases(request string, t *TargetDoc) bool {
	_, is := d.releaseNamed(request)
	return is && t.ReleaseHeader == ""
}

// with adds to evidence about a release the requests that may have met it, too.
func (e evidence) with(all *totals, k partKey) evidence {
	d := all.doc
	of := Release(k.request - int(d.release(Base)) + 1)
	if k.request == every || !d.namesReleases() || of != Base && of != Canary {
		return e
	}
	k.request = int(d.release(UnknownRelease))
	if unknown := all.part(k); unknown.total() > 0 {
		e.doubtful = newPart()
		e.doubtful.merge(e.part)
		e.doubtful.merge(unknown)
		e.unknown = unknown.requests()
	}
	return e
}

// doubt widens what was measured of a release by the requests that may have met it. Times
// are of good responses, which name their release.
func (s span) doubt(t Threshold, e evidence) (span, error) {
	if e.doubtful == nil || t.Timed() {
		return s, nil
	}
	with := e
	with.part, with.doubtful = e.doubtful, nil
	o, err := t.measure(with)
	if err != nil {
		return s, err
	}
	s.low, s.high = min(s.low, o.low), max(s.high, o.high)
	if s.why == "" {
		s.why = fmt.Sprintf("%s had no header that names the release, and may have met this one; a header on error responses, too, or CloudWatch's errors by version would tell", pricing.Counted(e.unknown, "request"))
	}
	return s, nil
}

// Met is how many requests of the load met a release at a target, as their responses say.
func (r *Run) Met(target uint16, of Release) (n int64) {
	if !r.Document.namesReleases() {
		return 0
	}
	for _, part := range r.parts() {
		for i := range part.FlowSeconds {
			if s := &part.FlowSeconds[i]; s.Target == target && s.Request == r.Document.release(of) {
				for _, ended := range s.Ended {
					n += ended
				}
			}
		}
	}
	return n
}

// NamesReleases says whether the target's responses said which release they were of.
func (t *TargetDoc) NamesReleases() bool {
	return t.Releases["base"].Requests > 0 && t.Releases["canary"].Requests > 0
}

// OfReleases is the run of one target as if its base and its canary were two targets, which
// had the same blocks.
func (r *Run) OfReleases(target uint16) *Run {
	doc := r.Document
	name := doc.Targets[target].Name
	doc.Requests, doc.Flows, doc.Probes, doc.Preflights, doc.Elsewhere, doc.SocketSteps, doc.Populations = []string{"all"}, nil, nil, nil, nil, nil, nil
	doc.Targets = []TargetDoc{r.Document.Targets[target], r.Document.Targets[target]}
	number := map[uint16]uint16{}
	for i, of := range []Release{Base, Canary} {
		doc.Targets[i].Name, doc.Targets[i].Releases, doc.Targets[i].ReleaseHeader = name+" "+of.String(), nil, ""
		number[r.Document.release(of)] = uint16(i)
	}
	out := &Run{Dir: r.Dir, Document: doc, Scenario: r.Scenario, Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{}, FlowSeries: map[Key]*Histogram{}}
	for k, h := range r.FlowSeries {
		if i, is := number[k.Request]; is && k.Target == target {
			k.Target, k.Request = i, 0
			out.Series[k] = h
		}
	}
	for _, s := range r.FlowSeconds {
		if i, is := number[s.Request]; is && s.Target == target {
			s.Target, s.Request = i, 0
			out.Seconds = append(out.Seconds, s)
		}
	}
	return out
}

// ReleaseText says how the requests at a target were shared between its releases; "": its
// releases are not distinguished.
func (t *TargetDoc) ReleaseText() string {
	if len(t.Releases) == 0 {
		return ""
	}
	known := t.Releases["base"].Requests + t.Releases["canary"].Requests
	unknown := t.Releases["unknown"]
	if known == 0 {
		return fmt.Sprintf("no response said which release it was of: have the application send the header that the target's releases name, or compare the versions in CloudWatch (%s)", pricing.Counted(unknown.Requests, "request"))
	}
	text := fmt.Sprintf("canary: %s of %s (%.3g%%)", pricing.Count(t.Releases["canary"].Requests), pricing.Counted(known, "request"), 100*float64(t.Releases["canary"].Requests)/float64(known))
	if unknown.Requests > 0 {
		text += fmt.Sprintf("; of %s it cannot be told which release they met: their responses lack the header or name several, or there were none", pricing.Counted(unknown.Requests, "other request"))
	}
	return text
}

// checkReleases refuses figures of releases that there are not.
func (t *TargetDoc) checkReleases(at string) (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(t.Releases)) {
		f := t.Releases[name]
		errs = append(errs, OneOf(at+".releases", name, releaseNames...), f.check(at+".releases."+name))
	}
	return errs
}
