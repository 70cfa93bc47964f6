package doors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/targets"
)

// A TargetGroup is one of several that share a rule's requests.
type TargetGroup struct {
	Weight  *int     `json:"weight,omitempty"`  // default 1
	Targets []string `json:"targets,omitempty"` // instances on this machine that take turns
	Lambda  bool     `json:"lambda,omitempty"`  // the function, in place of instances; a group with neither is empty

	// Protocol is the version that the group is configured for: "HTTP1" (default),
	// "HTTP2" or "GRPC". It decides which requests are refused by 464; instances are
	// spoken to in HTTP/1.1 whatever it says.
	Protocol string `json:"protocol_version,omitempty"`
}

// heaviest is the largest weight of a target group.
// Source: Application Load Balancer user guide, "Listener rules", forward actions.
const heaviest = 999

func (g TargetGroup) weight() int { return *or(g.Weight, 1) }

func (r Rule) weight() (sum int) {
	for _, g := range r.Groups {
		sum += max(g.weight(), 0)
	}
	return sum
}

func (g TargetGroup) check(at string, p *problems) {
	within(p, at+".weight", g.weight(), 0, heaviest)
	p.oneOf(at+".protocol_version", g.Protocol, "HTTP1", "HTTP2", "GRPC")
	if g.Lambda && g.Protocol != "" {
		p.add("%s.protocol_version: a function has none", at)
	}
	if g.Lambda && len(g.Targets) > 0 {
		p.add("%s: give targets or lambda, not both", at)
	}
	checkTargets(at, g.Targets, p)
}

// shares are groups that share requests by weight: which one gets the n'th is
// drawn.
type shares struct {
	draws  stream
	weight int
	groups []TargetGroup
	behind []stage
}

func newShares(d *door, r Rule, nth int) *shares {
	s := &shares{draws: newStream(d.seed, fmt.Sprintf("%s rule %d", d.Name, nth)), weight: r.weight(), groups: r.Groups}
	for i, g := range r.Groups {
		switch {
		case g.Lambda:
			s.behind = append(s.behind, d.lambda)
		case len(g.Targets) == 0:
			s.behind = append(s.behind, func(x *exchange) bool { return x.fail(targets.FaultNoTarget) })
		default:
			s.behind = append(s.behind, newGroup(d, g.Targets, r.Sticky, nth*mostRules+i).forward)
		}
	}
	return s
}

// speaks says whether a request's protocol goes with that of the group.
// Source: Application Load Balancer user guide, "Troubleshoot", HTTP 464.
func (g TargetGroup) speaks(r *http.Request) bool {
	asksGRPC := strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
	switch g.Protocol {
	case "HTTP2":
		return r.ProtoMajor == 2
	case "GRPC":
		return r.ProtoMajor == 2 && r.Method == http.MethodPost
	}
	return !asksGRPC
}

func (s *shares) forward(x *exchange) bool {
	left := s.draws.uniform(x.nth) * float64(s.weight)
	for i, g := range s.groups {
		if left -= float64(g.weight()); left >= 0 {
			continue
		}
		if !g.speaks(x.request) {
			return x.fail(targets.FaultProtocol)
		}
		return s.behind[i](x)
	}
	return x.fail(targets.FaultNoTarget) // never: the last group takes what is left
}

// A group of targets takes turns, and recognises its clients where it is sticky.
type group struct {
	sticky  Duration
	members []stage
	cookies []string // of each member
	turn    atomic.Uint64
}

const stickyCookie = "AWSALB"

func newGroup(d *door, urls []string, sticky Duration, nth int) *group {
	g := &group{sticky: sticky}
	for i, url := range urls {
		g.members = append(g.members, backend(d, &Integration{URL: url}))
		g.cookies = append(g.cookies, identifier(fmt.Sprintf("%s rule %d target %d", d.Name, nth, i), d.seed, 100))
	}
	return g
}

func (g *group) forward(x *exchange) bool {
	i := -1
	if g.sticky > 0 {
		if c, err := x.request.Cookie(stickyCookie); err == nil {
			i = slices.Index(g.cookies, c.Value)
		}
	}
	if i < 0 {
		i = int((g.turn.Add(1) - 1) % uint64(len(g.members)))
	}
	g.members[i](x)
	if g.sticky > 0 {
		expires := x.begun.Add(time.Duration(g.sticky)).UTC().Format(http.TimeFormat)
		for name, more := range map[string]string{stickyCookie: "", stickyCookie + "CORS": "; SameSite=None; Secure"} {
			x.extra = append(x.extra, [2]string{"Set-Cookie", name + "=" + g.cookies[i] + "; Expires=" + expires + "; Path=/" + more})
		}
	}
	return false
}
