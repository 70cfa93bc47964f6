package usageplan

import (
	"fmt"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

// Connects asks which rate and burst of new WebSocket connections are in force. It is the
// question about a usage plan with handshakes as requests: a refused handshake is a refused
// request, and the same rules may be behind it.
func Connects() *probe.Probe {
	return &probe.Probe{
		Name: "connect-burst", Title: "New connections", Messages: true,
		Untried: "its handshake would take a token out of the bucket", Parse: parseConnects,
	}
}

// mostConnects is how many connections a second are tried by default: three times as many
// as the documented limit, which is what floods of a bucket take.
const mostConnects = 1500

func parseConnects(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "expect", "most")
	p := &question{target: about.Target, from: 20, most: mostConnects, connects: true}
	p.readExpected(o)
	if o.Has("most") {
		p.most = o.Get("most").Rate().PerSecond()
		p.from = min(p.from, p.most)
	}
	p.announce()
	return probe.Question{
		Requests: p.requests, For: p.length, Peak: p.peak(), Plan: p.planConnects, Refused: p.unconfirmed(about),
		Tolerates: probe.OfSending, Spare: p.spare(), Suffices: suffices, Work: work,
		Conclude: func(h probe.History, _ probe.Evidence) results.Finding {
			f, _ := p.conclude(h, nil)
			f.Conclusion = "Each request was a handshake that opens a connection. " + f.Conclusion
			return f
		},
	}
}

func (p *question) planConnects(h probe.History) (probe.Stage, bool) {
	stage, more := p.plan(h)
	stage.Handshakes = true
	return stage, more
}

// unconfirmed says why the probe needs a confirmation: while it keeps the bucket empty,
// no other client of the account can connect.
func (p *question) unconfirmed(about probe.About) error {
	if about.Yes || about.Target.Modelled() || !about.Target.Kind.OnAWS() {
		return nil
	}
	return fmt.Errorf("probe connect-burst at %s uses up the new connections that all WebSocket APIs of the account have in the region, so that clients of each of them are refused meanwhile: confirm with --yes", about.Target.Name)
}

// foreign is what must not have happened meanwhile.
func (p *question) foreign() string {
	if p.connects {
		return "no other client opened connections to WebSocket APIs of the account and region meanwhile"
	}
	return "no foreign traffic used the key, or the target's throttle, meanwhile"
}

// documented compares the bucket of a deployed API with the documented limit.
func (p *question) documented(f *results.Finding, fit *limiter.Fit) {
	limit := float64(p.target.Kind.Limits.Connects)
	if !p.connects || limit == 0 || p.target.Modelled() {
		return
	}
	c := results.Check{Claim: fmt.Sprintf("%.0f new connections a second, unless the quota was raised", limit), Source: "AWS quotas", Measured: rateText(fit.Rate), Holds: "no"}
	if hasRate(fit, limit) {
		c.Holds = "yes"
	}
	f.Checks = append(f.Checks, c)
}
