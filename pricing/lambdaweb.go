package pricing

import (
	"slices"
	"time"
)

// WebFunctionUse is what a Lambda Web Function is billed for that no request tells: it
// runs many requests at a time in an environment, whose memory is paid for as long as
// the environment lives, by what it consumes.
type WebFunctionUse struct {
	CPU          Shape `json:"cpu" doc:"need;unit=ms"`                   // active CPU time of a request
	Environments Range `json:"environments" doc:"need"`                  // that live on average, all month
	MemoryMB     int64 `json:"memory" doc:"need;unit=MB;min=1;max=2048"` // that one consumes
}

// WebFunction is the same of a month's traffic.
type WebFunction struct {
	Serves       bool // one serves the traffic
	Stated       bool // what it uses is known
	CPU          Dist // µs
	Environments Amount
	MemoryMB     int64
}

// A Lambda Web Function is billed for requests, active CPU time, the memory of each
// environment over its life, and data transfer (Lambda developer guide, "Web functions").
// No source that was read has a price or says how any of it is rounded, so that no price
// book has one, and nothing is rounded here.
var (
	LambdaWebRequests = counted("lambdaweb.requests", "Lambda Web Function requests", Requests, "requests", func(t Traffic) Amount { return t.onWeb().Requests })
	LambdaWebCPU      = metered("lambdaweb.cpu", "Lambda Web Function active CPU", VCPUSeconds, func(t Traffic) Reading {
		t = t.onWeb()
		if t.Web.unstated() {
			return Reading{Unknown: unstatedWeb}
		}
		mean := t.Web.CPU.Mean()
		q := t.Requests.Quantity.Mul(mean).Div(Whole(1_000_000))
		return Reading{
			Quantity: q, Basis: asked(t.Requests, t.Web.CPU.Basis),
			Derivation: derivation("%s requests × %s ms of active CPU = %s vCPU-seconds", t.Requests.Quantity, mean.Div(Whole(millisecond)), q),
		}
	})
	LambdaWebMemory = metered("lambdaweb.memory", "Lambda Web Function memory", GBSeconds, func(t Traffic) Reading {
		t = t.onWeb()
		if t.Web.unstated() {
			return Reading{Unknown: unstatedWeb}
		}
		hours, n := t.month(), t.Web.Environments
		q := n.Quantity.Mul(hours.Quantity).Mul(Whole(3600)).Mul(Ratio(t.Web.MemoryMB, 1024))
		return Reading{
			Quantity: q, Basis: weakest(hours.Basis, n.Basis),
			Derivation: derivation("%s environments × %s hours × 3,600 s × %s/1,024 GB = %s GB-seconds", n.Quantity, hours.Quantity, Whole(t.Web.MemoryMB), q),
		}
	})
	LambdaWebTransfer = metered("lambdaweb.transfer", "Lambda Web Function data transfer", GB, func(t Traffic) Reading { return t.onWeb().outgoing() })
)

// unstatedWeb is why active CPU time and memory cannot be billed.
const unstatedWeb = "the active CPU time of a request, and how many environments live with how much memory, are unknown: no response tells them, so state cpu, environments and memory under web_function"

// onWeb is the traffic of a web function, if there is one.
func (t Traffic) onWeb() Traffic {
	if !t.Web.Serves {
		return Traffic{}
	}
	return t
}

// unstated says whether a web function serves of which it is unknown what it uses.
func (w WebFunction) unstated() bool {
	return w.Serves && !w.Stated
}

// Month is what a month uses, at the likely numbers. Of a use that is not stated it is
// unknown.
func (u WebFunctionUse) Month() WebFunction {
	return WebFunction{Serves: true, Stated: u.stated(), CPU: u.CPU.dist(millisecond), Environments: amount(u.Environments.Likely), MemoryMB: u.MemoryMB}
}

func (u WebFunctionUse) stated() bool { return u.Environments.High.Sign() > 0 }

var webFunctionBill = []Dimension{LambdaWebRequests, LambdaWebCPU, LambdaWebMemory, LambdaWebTransfer}

// LambdaWeb is a Lambda Web Function: an HTTP server in Lambda's environments, with an
// address of its own. Sources: Lambda developer guide, "Web functions" and its pages on
// HTTP, scaling, revisions and access control (November 2026): HTTP/1.1 only, IAM or the
// application's own authentication, streaming, a rate limit for each endpoint; no custom
// domain, CORS or WAF; Node.js on arm64, 2 vCPUs and 2 GB; a timeout of 30 s that can be
// set to 900 s; 10,000 requests/s for an endpoint. No limit of bodies is documented.
var LambdaWeb = Door{
	Name: "lambda-web", Title: "Lambda Web Function (experimental)",
	Features: []string{"iam", "streaming", "throttling"},
	Limits: Limits{
		StreamTimeout: 900 * time.Second, Rate: accountRate,
		Longer: Longer{Than: 30 * time.Second, To: 900 * time.Second, How: "set the revision's timeout to more than that, at most 900 s"},
	},
	Billed: slices.Concat(webFunctionBill, watchingBill),
	adapt: func(w *Workload, t *Traffic) {
		t.Invocations = Amount{}
		t.Web = w.WebFunction.Month()
	},
	ruledOut:     (*Workload).notWebFunction,
	NoAccessLogs: "a Lambda Web Function writes no access logs, so its bill has none",
	Experimental: "Lambda Web Functions are experimental here: AWS documents them since October 2026, no published price was found, and nothing was tried at AWS",
}

// notWebFunction says why the workload cannot be priced as a Lambda Web Function.
func (w *Workload) notWebFunction() string {
	switch {
	case !w.WebFunction.stated():
		return "the workload states no web_function; its price is unknown: no published source was found, so state the rates of lambdaweb, too"
	case w.mixed():
		return "it has no WebSocket, and is not priced with a WebSocket API next to it"
	case w.Function.Architecture == "x86_64":
		return "its environments are arm64, and the function is x86_64"
	case w.Function.EphemeralMB > includedStorageMB:
		return "its environments have 512 MB of ephemeral storage"
	case w.Function.Provisioned.Environments.High.Sign() > 0:
		return "it has no provisioned environments"
	}
	return ""
}
