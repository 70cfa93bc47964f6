package doors

import (
	"fmt"
	"net/netip"
	"path"
	"time"

	"tollgate/targets"
)

// checkRules says what is wrong with a listener.
func (d DoorConfig) checkRules(at string, faults *faultList) {
	if d.Kind != targets.ALB.Name {
		if len(d.Rules) > 0 || d.Idle != 0 || d.KeepAlive != 0 {
			faults.add("%s: only a load balancer has rules, an idle timeout and a keep-alive duration", at)
		}
		return
	}
	faults.span(at+".idle_timeout", d.Idle, time.Second, longestIdling)
	faults.span(at+".keep_alive", d.KeepAlive, time.Minute, longestKeepAlive)
	if len(d.Rules) > mostRules {
		faults.add("%s.rules: a load balancer has at most %d", at, mostRules)
	}
	for i, r := range d.Rules {
		r.check(fmt.Sprintf("%s.rules[%d]", at, i), faults)
	}
}

func (r Rule) check(at string, faults *faultList) {
	if r.Method+r.Path+r.Host == "" && len(r.Headers)+len(r.Query)+len(r.Sources) == 0 {
		faults.add("%s: give a method, path, host, headers, query or source_ip; the default rule takes everything", at)
	}
	if r.Path != "" && !path.IsAbs(r.Path) && r.Path[0] != '*' {
		faults.add(`%s.path: %q must be like "/api/*"`, at, r.Path)
	}
	for name := range r.Headers {
		if !plainHeader.MatchString(name) {
			faults.add("%s.headers: %q must be a plain name", at, name)
		}
	}
	for i, block := range r.Sources {
		if _, err := netip.ParsePrefix(block); err != nil {
			faults.add("%s.source_ip[%d]: %q must be a block of addresses such as 10.0.0.0/8", at, i, block)
		}
	}
	r.checkAnswer(at, faults)
}

// checkAnswer says what is wrong with what a rule leads to.
func (r Rule) checkAnswer(at string, faults *faultList) {
	given := 0
	for _, is := range []bool{r.Action != nil, len(r.Targets) > 0, len(r.Groups) > 0} {
		if is {
			given++
		}
	}
	if given > 1 {
		faults.add("%s: give an action, targets or groups, one of them", at)
	}
	if r.Action != nil {
		r.Action.filled().check(at+".action", targets.ALB.Name, faults)
	}
	checkTargets(at, r.Targets, faults)
	for i, g := range r.Groups {
		g.check(fmt.Sprintf("%s.groups[%d]", at, i), faults)
	}
	if len(r.Groups) > 0 && r.weight() == 0 {
		faults.add("%s.groups: a weight must be above 0, or nothing gets any request", at)
	}
	if r.Sticky != 0 && len(r.Targets)+len(r.Groups) == 0 {
		faults.add("%s.sticky: clients stay at one of several targets; give them", at)
	}
	faults.span(at+".sticky", r.Sticky, 0, longestSticky)
}

func checkTargets(at string, urls []string, faults *faultList) {
	for i, t := range urls {
		if !onThisMachine(t) {
			faults.add("%s.targets[%d]: %q must be on this machine, such as http://127.0.0.1:8000", at, i, t)
		}
	}
}
