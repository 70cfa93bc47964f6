package claims

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/scenarios/probes/limits"
)

var capacity = []claim{
	{
		name: "account-rate", says: "an account lets 10,000/s pass, unless AWS raised it", kinds: gateways,
		premise: "permission to read the account's settings (apigateway:GET on /account), or a load beyond 10,000/s, which throttles every other API of the account and region", decide: accountLimit,
	},
	{
		name: "account-concurrency", says: "a function has 1000 environments at once at most, unless AWS raised it",
		premise: "a fan-out of more than 1000 (fan_out of the probe cold-start), which leaves nothing to the other functions of the account and region: run it where that is acceptable", decide: mostEnvironments,
	},
	{
		name: "alb-websocket", says: "a load balancer does not pass WebSocket", kinds: onlyALB,
		premise: "a server behind it that speaks WebSocket, and its path (websocket of the probe limits): AWS documents that instances, IP addresses and containers get it, and that functions do not", decide: onRow(limits.Handshake, noWebSocket),
	},
}

// accountLimit decides by the account's settings, which AWS itself states.
func accountLimit(e *evidence) answer {
	if e.Account == nil {
		return unmet("the account's settings could not be read")
	}
	a := answer{about: "the configuration of the account in this region", measured: fmt.Sprintf("%.6g/s with a burst of %.0f", e.Account.Rate, e.Account.Burst), holds: "no", why: "this account has another limit: new ones have less in some regions, and AWS raises it on request"}
	rate, burst := pricing.AccountThrottle("")
	if e.Account.Rate == float64(rate) && e.Account.Burst == float64(burst) {
		a.holds, a.why = "yes", ""
	}
	return a
}

func mostEnvironments(e *evidence) answer {
	v, f, missing, ok := e.value("cold-start", "environments")
	if !ok {
		return missing
	}
	fan := f.Values["largest_fan_out"].Value
	a := answer{about: e.at(f), measured: fmt.Sprintf("%.0f environments with up to %.0f simultaneous requests", v.Value, fan)}
	switch {
	case v.Value > 1000:
		a.holds, a.why = "no", "this account has more"
	case fan <= 1000:
		a.why = fmt.Sprintf("only %.0f requests were sent at once", fan)
	case v.Value >= 990 && fan >= 1100:
		a.holds = "yes"
	default:
		a.why = "fewer environments than 1000 served them all, or another limit came first"
	}
	return a
}

func noWebSocket(row limits.Row) answer {
	a := answer{about: row.About, measured: row.Response}
	if row.Status == 101 {
		a.holds, a.why = "no", "it passes WebSocket to instances, IP addresses and containers"
		return a
	}
	a.why = "what is behind this path may be a function, which gets no WebSocket, or not speak it"
	return a
}
