package doors

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
)

// alb is a load balancer: a listener whose rules are tried in order, and the
// function behind its default rule. It answers for whatever the function does wrong.
var alb = kind{
	Kind:         &targets.ALB,
	overhead:     LogNormal{Median: Duration(1500 * time.Microsecond), Sigma: 0.3},
	keys:         []string{"rules", "idle_timeout", "keep_alive", "multi_value_headers", "cors", "web_acl", "mutual_tls", "access_log"},
	integrations: []string{"lambda", "http", "fixed-response", "redirect"},

	streamsServers: true,
	fill: func(d *DoorConfig) {
		d.Idle = cmp.Or(d.Idle, Duration(targets.ALB.Listener.Idle))
		d.KeepAlive = cmp.Or(d.KeepAlive, Duration(targets.ALB.Listener.Lasts))
	},
	check: checkALB,
	open:  openALB,
	id:    apiID,
	format: func(d DoorConfig) event.Format {
		if d.MultiValue {
			return event.ALBMulti
		}
		return event.ALB
	},
	invoke:            invokeBalanced,
	nonzero:           true,
	passesSockets:     true,
	forwards:          forwardedByBalancer,
	largestEvent:      targets.ALB.Limits.RequestBytes,
	mostAnswerHeaders: 32 << 10,
	renames:           drop,
	accessLog:         balancerLog,
}

// The documented limits of a load balancer.
// Sources: Application Load Balancer user guide, "Quotas" (16 KB for a request line
// or one header, 64 KB for all, 32 KB for those of a response), "Edit attributes"
// (idle timeout of 1 to 4,000 seconds; HTTP client keepalive duration, 60 to 604,800
// seconds) and "Troubleshoot" (414, 463 for more than 30 addresses in X-Forwarded-For,
// and 460 for a client that hung up before its response).
const (
	longestLine      = 16 << 10
	mostForwarded    = 30
	longestIdling    = 4_000 * time.Second
	longestKeepAlive = 7 * 24 * time.Hour
)

var clientLeft = newResponse(460, "text/html", "")

func checkALB(k *kind, d DoorConfig, at string, p *problems) {
	p.between(at+".idle_timeout", d.Idle, time.Second, longestIdling)
	p.between(at+".keep_alive", d.KeepAlive, time.Minute, longestKeepAlive)
	if d.CORS != nil && len(d.Function.Command) > 0 {
		p.add("%s.cors: a load balancer has none: preflights reach the command, which answers by itself", at)
	}
	if len(d.Rules) > mostRules {
		p.add("%s.rules: a load balancer has at most %d", at, mostRules)
	}
	for i, r := range d.Rules {
		r.check(fmt.Sprintf("%s.rules[%d]", at, i), k, p)
	}
}

func openALB(d *door) []stage {
	d.Balancer = fmt.Sprintf("app/%s/%016x", d.Name, hashOf(d.Name))
	d.TargetGroup = fmt.Sprintf("targetgroup/%s/%016x", d.Name, hashOf(d.Name+" function"))
	d.left = clientLeft
	for _, r := range d.config.Rules {
		if r.Action != nil || len(r.Targets)+len(r.Groups) > 0 { // which may take more than a function does
			d.mostBytes = largestBody
		}
	}
	return []stage{
		limits(balancerHead(int(d.kind.Limits.HeaderBytes))),
		d.endConnections,
		d.inspect(),
		newListener(d).forward,
	}
}

// invokeBalanced opens no WebSocket to a function, and passes on less than Lambda.
// Source: Application Load Balancer user guide, "Lambda functions as targets".
func invokeBalanced(d *door, x *exchange) bool {
	if asksForSocket(x.request) {
		return x.fail(targets.FaultHeaders)
	}
	if d.invoke(x); x.fault == "" && x.response.size() > d.kind.Limits.ResponseBytes {
		return x.fail(targets.FaultMalformed)
	}
	return false
}

func balancerHead(most int) func(*http.Request) targets.Fault {
	return func(r *http.Request) targets.Fault {
		if requestLine(r) > longestLine {
			return targets.FaultURL
		}
		for name, values := range r.Header {
			for _, value := range values {
				if len(name)+len(value)+len(": \r\n") > longestLine {
					return targets.FaultHeaders
				}
			}
		}
		if lines, _ := headerBytes(r); lines > most {
			return targets.FaultHeaders
		}
		addresses := 0
		for _, line := range r.Header["X-Forwarded-For"] {
			addresses += strings.Count(line, ",") + 1
		}
		if addresses > mostForwarded {
			return targets.FaultForwarded
		}
		return ""
	}
}

// openedKey is under what the context of a request holds when its connection was opened.
type openedKey struct{}

func remember(ctx context.Context, _ net.Conn) context.Context {
	return context.WithValue(ctx, openedKey{}, time.Now())
}

// endConnections ends a connection that is old enough with the response to its next
// request: by "Connection: close", which net/http makes GOAWAY over HTTP/2.
func (d *door) endConnections(x *exchange) bool {
	if opened, kept := x.request.Context().Value(openedKey{}).(time.Time); kept {
		x.last = x.begun.Sub(opened) >= time.Duration(d.config.KeepAlive)
	}
	return true
}

func (d *door) targetGroup() string {
	return fmt.Sprintf("arn:aws:elasticloadbalancing:%s:%s:targetgroup/%s/%016x", region, account, d.Name, hashOf(d.Name+" targets"))
}
