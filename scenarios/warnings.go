package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/coding"
	"tollgate/targets"
)

// longRun is the wall time from which a plan is worth a warning.
const longRun = time.Hour

// warnings are what of p cannot come out as asked.
func warnings(p *Plan) []error {
	var all []error
	if d := p.Duration(); d > longRun {
		all = append(all, fmt.Errorf("the run takes %v: %s", d, p.longest()))
	}
	for _, stage := range p.Stages {
		if u, closed := stage.Load.(Users); closed {
			all = append(all, fmt.Errorf("%s is a closed loop of %s: how many requests it sends, and what they cost, depends on how fast each target responds", stage.Title(), pricing.Counted(u.N, "user")))
		}
	}
	for i := range p.Scenario.Targets {
		all = append(all, p.targetWarnings(i)...)
	}
	return slices.Concat(all, p.dataWarnings(), p.sharedRows(), p.longFlows(), p.forgetful(), p.sameOrigins(), p.unasked(), p.unsent(), p.undecoded(), p.heldBack(), p.unread(), p.floods(), p.thresholdWarnings(), p.errorLimits(), p.unmeasured())
}

// longest says of what the time of the longest population is made.
func (p *Plan) longest() string {
	longest := slices.MaxFunc(p.Populations, func(a, b PlannedPopulation) int { return cmp.Compare(a.Start+a.Duration(), b.Start+b.Duration()) })
	text := fmt.Sprintf("%s, each with %v of load in its turns", pricing.Counted(len(longest.To), "target"), longest.PerTarget())
	if longest.Name != "" {
		text += " of " + longest.Name
	}
	return text
}

// unsent warns of requests that no population sends.
func (p *Plan) unsent() []error {
	if len(p.Scenario.Populations) == 0 || len(p.Scenario.Probes) > 0 {
		return nil
	}
	var all []error
	for _, name := range requestNames(p.Scenario.Requests) {
		if !slices.ContainsFunc(p.Sent, func(r Request) bool { return strings.HasSuffix(r.Name, "/"+name) }) {
			all = append(all, fmt.Errorf("request %s is in no population: it is not sent", name))
		}
	}
	return all
}

// mayBeStage is the first part of the path of an address that is not AWS's own, where the
// scenario states the API, so that it is watched, and no stage; "": there is none.
func mayBeStage(t targets.Target) (first string) {
	if t.Kind.DefaultStage != "" && t.API != "" && t.Stage == "" && t.URL != nil && t.ShownPath == "" {
		first, _, _ = strings.Cut(strings.Trim(t.URL.Path, "/"), "/")
	}
	return first
}

func (p *Plan) targetWarnings(target int) []error {
	t := p.Scenario.Targets[target]
	if t.Kind == nil {
		return nil
	}
	all := slices.Concat(p.Scenario.unspoken(t), p.Scenario.tlsWarnings(t, time.Now()), p.socketWarnings(t), p.overWebRate(target), distributionWarnings(t), p.Scenario.servedByCache(t))
	if note := t.Door().Experimental; note != "" {
		all = append(all, fmt.Errorf("target %s: %s", t.Name, note))
	}
	if t.Lab {
		return all
	}
	if t.StageRead {
		all = append(all, fmt.Errorf("target %s: %s, the first part of its path, is taken for its stage: write stage: %s, or stage: %s if its routes begin so", t.Name, t.Stage, t.Stage, t.Kind.DefaultStage))
	}
	if first := mayBeStage(t); first != "" {
		all = append(all, fmt.Errorf("target %s: CloudWatch is asked for its stage %s, and %s, the first part of its path, may be another: write stage: %s, or stage: %s if its routes or its domain's mapping begin so", t.Name, t.Kind.DefaultStage, first, first, t.Kind.DefaultStage))
	}
	if missing := unwatched(t); missing != "" {
		all = append(all, fmt.Errorf("target %s: %s", t.Name, missing))
	}
	if p.proves(target) && t.URL != nil && t.URL.Scheme == "http" && slices.ContainsFunc(t.ReachedHosts(), func(host string) bool { return !targets.Loopback(host) }) {
		all = append(all, fmt.Errorf("target %s: its key or token is sent without encryption: use an https address", t.Name))
	}
	if t.URL != nil && t.Kind.Private != nil && t.Door().Name == t.Kind.Name {
		if host, _, _ := targets.ReadHost(t.URL.Hostname()); host.Private {
			all = append(all, fmt.Errorf("target %s: its address is that of an interface endpoint, but it is billed as a public %s: write private_endpoint: {zones: …}, with the number of zones that the endpoint is in", t.Name, t.Kind.Title))
		}
	}
	for _, r := range p.Scenario.Requests {
		if r.Elsewhere() {
			continue
		}
		r := r.At(&t)
		if _, query, _ := strings.Cut(r.Path, "?"); strings.Contains(query, "+") && p.signs(r, target) {
			all = append(all, fmt.Errorf("target %s: request %s has a \"+\" in its query, and signers disagree on what that is: write %%20 for a space, or %%2B for a plus sign", t.Name, r.Name))
		}
		mean, most := r.bodySizes(p.Seed)
		if limit := t.Kind.Limits.RequestBytes; limit > 0 && most > limit {
			upTo := ""
			if most > mean {
				upTo = "up to "
			}
			all = append(all, fmt.Errorf("target %s: request %s has a body of %s%s, and a %s refuses more than %s", t.Name, r.Name, upTo, pricing.Counted(most, "byte"), t.Kind.Title, pricing.Count(limit)))
		}
	}
	return append(all, p.overThrottle(target)...)
}

// overThrottle warns of load above the throttle of an AWS account: of each stage that
// exceeds it alone, or of all populations together.
func (p *Plan) overThrottle(target int) (all []error) {
	t := p.Scenario.Targets[target]
	if !t.Kind.AccountThrottle {
		return nil
	}
	rate, burst := pricing.AccountThrottle(t.Region)
	for _, population := range p.Populations {
		for _, stage := range population.Stages {
			if population.sends(target) && stage.Peak() > float64(rate) && stage.Requests() > burst {
				all = append(all, fmt.Errorf("target %s: %s (%v) exceeds %s", t.Name, stage.Title(), stage.Load, throttleText(rate, burst)))
			}
		}
	}
	sum := p.together(func(i int) bool { return i == target }, (*PlannedStage).Peak)
	if all == nil && sum > float64(rate) && len(p.Populations) > 1 {
		all = append(all, fmt.Errorf("target %s: the populations together (up to %s/s) exceed %s", t.Name, rounded(sum), throttleText(rate, burst)))
	}
	return all
}

func throttleText(rate, burst int64) string {
	return fmt.Sprintf("the throttle that all APIs of an account share in a region, %s/s with a burst of %s: requests above it are throttled with 429, unless your quota is higher", pricing.Count(rate), pricing.Count(burst))
}

// unwatched names the keys that a target lacks for CloudWatch.
func unwatched(t targets.Target) string {
	var needs []string
	for _, w := range t.Watch() {
		if w.Dimensions(t) == nil && !w.Optional {
			needs = append(needs, w.Namespace+" needs "+w.Needs)
		}
	}
	if len(needs) == 0 {
		return ""
	}
	slices.Sort(needs)
	return "CloudWatch cannot report all of its metrics: " + strings.Join(slices.Compact(needs), ", ")
}

// thresholdWarnings warns of percentiles that need more requests than are planned: an
// upper bound for quantile q needs q^n ≤ 0.025.
func (p *Plan) thresholdWarnings() []error {
	var all []error
	for _, t := range p.Scenario.Thresholds {
		if t.Metric != "p" || t.Quantile <= 0 || t.Quantile >= 1 || t.Clock == results.Gap { // of which a response has any number
			continue
		}
		need := int64(math.Ceil(math.Log(0.025) / math.Log(t.Quantile)))
		if have, known := p.planned(t); known && have < need {
			all = append(all, fmt.Errorf("threshold %q needs %s at each target to be decided, and %s are planned: raise the rate or the time", t.Text, pricing.Counted(need, "request"), pricing.Count(have)))
		}
	}
	return all
}

// planned is how many requests a threshold covers at one of its targets at least, and
// whether that is known: closed stages make it unknown.
func (p *Plan) planned(t results.Threshold) (least int64, known bool) {
	for i, target := range p.Scenario.Targets {
		if t.Target != "" && t.Target != target.Name {
			continue
		}
		n, sure := p.plannedAt(i, t)
		if !sure {
			return 0, false
		}
		if n > 0 && (!known || n < least) {
			least, known = n, true
		}
	}
	return least, known
}

// plannedAt is how many requests that a threshold covers one target receives.
func (p *Plan) plannedAt(target int, t results.Threshold) (n int64, known bool) {
	for _, population := range p.Populations {
		named := totalWeight(slices.DeleteFunc(slices.Clone(population.Requests), func(r Request) bool { return t.Request != "" && r.Name != t.Request }))
		if named == 0 || !population.sends(target) || t.Population != "" && t.Population != population.Name {
			continue
		}
		var all int64
		for _, stage := range population.Stages {
			if stage.WarmUp || t.Stage != "" && t.Stage != stage.Name {
				continue
			}
			if _, closed := stage.Load.(Users); closed {
				return 0, false
			}
			all += stage.Requests()
		}
		n += int64(float64(all) * float64(named) / float64(totalWeight(population.Requests)))
	}
	return n, true
}

// Warning joins the plan's warnings, nil if there are none.
func (p *Plan) Warning() error { return errors.Join(p.Warnings...) }

// errorLimits warns of limits on response times without a limit on errors. Only good
// responses have response times, so a run that loses almost every request may pass.
func (p *Plan) errorLimits() []error {
	var all []string
	for _, t := range p.Scenario.Thresholds {
		if t.Timed() && t.Less && !p.limitsErrors(t) {
			all = append(all, fmt.Sprintf("%q", t.Text))
		}
	}
	if all == nil {
		return nil
	}
	subject := "threshold " + all[0] + " counts"
	if len(all) > 1 {
		subject = "thresholds " + strings.Join(all, ", ") + " count"
	}
	return []error{fmt.Errorf("%s good responses only, however many requests fail or time out: add a limit such as \"error_share < 1%%\"", subject)}
}

// limitsErrors reports whether a limit on errors covers every request that t covers.
func (p *Plan) limitsErrors(t results.Threshold) bool {
	for _, population := range p.Populations {
		for _, at := range population.Targets {
			for _, request := range population.Requests {
				if about(t, at, population.Name, request.Name) && !slices.ContainsFunc(p.Scenario.Thresholds, func(g results.Threshold) bool {
					return (g.Metric == "error_share" && g.Less || g.Metric == "goodput" && !g.Less) && about(g, at, population.Name, request.Name) && (g.Stage == "" || g.Stage == t.Stage)
				}) {
					return false
				}
			}
		}
	}
	return true
}

// about reports whether a threshold covers a request of a population at a target.
func about(t results.Threshold, target, population, request string) bool {
	return (t.Target == "" || t.Target == target) && (t.Population == "" || t.Population == population) && (t.Request == "" || t.Request == request)
}

// undecoded warns of requests whose checks read the body, and that accept a coding
// that is not decoded.
func (p *Plan) undecoded() []error {
	var all []error
	for _, r := range p.Scenario.Requests {
		if !r.Expect.ReadsBody() {
			continue
		}
		for _, name := range accepted(r.Header.Values(coding.Accept)) {
			if !coding.Known(name) {
				all = append(all, fmt.Errorf("request %s: expect.body does not decode Accept-Encoding: %s: a response in that coding fails the check; accept %s", r.Name, name, document.OneOf(coding.Names())))
			}
		}
	}
	return all
}

// accepted are the codings that a header asks for, but for identity.
func accepted(values []string) (codings []string) {
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(values, ",")), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		name, weight = strings.TrimSpace(name), strings.ReplaceAll(weight, " ", "")
		refused := strings.HasPrefix(weight, "q=0") && strings.Trim(weight, "q=0.") == ""
		if name != "" && name != "identity" && !refused {
			codings = append(codings, name)
		}
	}
	return codings
}
