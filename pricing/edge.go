package pricing

import "fmt"

// Code at CloudFront's edge: CloudFront Functions by the run, Lambda@Edge by
// the request and by GB-seconds, each rounded up to 1 ms.
var (
	CloudFrontFunctions = Dimension{
		ID:    "cloudfront.functions",
		Title: "CloudFront Functions",
		Unit:  Requests,
		Meter: func(t Traffic) Reading { return told(t.Edge.Runs, "runs") },
	}
	EdgeRequests = Dimension{
		ID:    "lambda.edge.requests",
		Title: "Lambda@Edge requests",
		Unit:  Requests,
		Meter: func(t Traffic) Reading { return told(t.Edge.Invocations, "invocations") },
	}
	EdgeDuration = Dimension{
		ID:    "lambda.edge.duration",
		Title: "Lambda@Edge duration",
		Unit:  GBSeconds,
		Meter: readEdgeDuration,
	}
)

func readEdgeDuration(t Traffic) Reading {
	e := t.Edge
	if e.Invocations.Quantity.Sign() <= 0 {
		return Reading{}
	}
	if e.Duration.Empty() || e.MemoryMB <= 0 {
		return unknownDuration(Reading{})
	}
	billed := e.Duration.Expect(units(millisecond))
	q := e.Invocations.Quantity.Mul(billed).Div(Whole(millisecond)).Mul(Ratio(e.MemoryMB, 1024))
	return Reading{
		Quantity: q,
		Basis:    weakest(e.Invocations.Basis, e.Duration.Basis),
		Derivation: fmt.Sprintf("%s invocations × %s ms × %s/1,024 GB = %s GB-seconds",
			figure(e.Invocations.Quantity), figure(billed), figure(Whole(e.MemoryMB)), figure(q)),
	}
}
