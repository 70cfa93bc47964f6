package pricing

import "time"

// DefaultMemoryMB is the memory of a function where it is not stated.
const DefaultMemoryMB = 512

// LambdaBody is the most bytes that a function is given, or returns at once.
const LambdaBody = 6 << 20

// LambdaStream is the most bytes that a function streams.
const LambdaStream = 200 << 20

// LambdaLimits bound what a function can serve behind any front door. Sources:
// Lambda developer guide, "Lambda quotas" (900 s, 6 MB each way, a concurrency of
// 1,000) and "Response streaming" (200 MB).
var LambdaLimits = Limits{
	Timeout: 900 * time.Second, RequestBytes: LambdaBody, ResponseBytes: LambdaBody, StreamBytes: LambdaStream, Concurrency: 1000,
}

// LambdaRequests are invocations of the function and of the door's authorizer.
var LambdaRequests = metered("lambda.requests", "Lambda requests", Requests, ofEach(func(t Traffic) Reading {
	r := asCounted(t.Invocations, "invocations")
	if t.Authorized.Quantity.Sign() > 0 {
		r.Quantity = r.Quantity.Add(t.Authorized.Quantity)
		r.Basis = weakest(t.Invocations.Basis, t.Authorized.Basis)
		r.Derivation += derivation(" + %s of the authorizer = %s", t.Authorized.Quantity, r.Quantity)
	}
	return r
}, everyFunction))

// architectures are those that Lambda and Fargate have rates for, Lambda's own
// default first.
var architectures = []string{"x86_64", "arm64"}

// byArchitecture is a dimension with a rate for each architecture of the function. What
// is free of it is for both together (AWS Lambda pricing page, "Free tier").
func byArchitecture(id, title string, unit Unit, meter Meter) Dimension {
	return Dimension{ID: id, Title: title, Unit: unit, Variants: architectures, Allowance: id + "." + architectures[0], Meter: func(t Traffic) Reading {
		r := meter(t)
		r.Variant = t.Architecture
		if r.Variant == "" {
			r.Variant = architectures[0]
		}
		return r
	}}
}

// LambdaDuration is function time × memory in GB-seconds, where a GB is
// 1,024 MB.
//
// Every invocation is rounded up to 1 ms (AWS Lambda pricing page). Since
// 1 August 2025 the INIT phase of a cold start is billed for every function,
// together with its first invocation: ceil(init + duration) (AWS compute blog,
// "AWS Lambda standardizes billing for INIT phase"). Which INIT came with which
// duration is not known, so the two are taken as independent; that can be wrong
// by less than 1 ms per cold start, and is exact where either never varies.
var LambdaDuration = byArchitecture("lambda.duration", "Lambda duration", GBSeconds, ofEach(func(t Traffic) (r Reading) {
	if t.onDemand().Sign() > 0 {
		if t.Duration.Empty() || t.MemoryMB <= 0 {
			return unknownDuration()
		}
		seconds, how, basis := t.billedSeconds()
		r = t.gbSeconds(seconds, how, basis)
		if t.MemoryBasis == Assumed {
			r.Caveat = derivation("the function's memory is not stated: %s MB are assumed", Whole(t.MemoryMB))
		}
	}
	return t.authorizing(r)
}, alike))

// durationUnlike is that of functions of another architecture than the front door's own.
var durationUnlike = unlike(LambdaDuration)

// millisecond is the billing increment in the microseconds of a Dist.
const millisecond = 1000

func (t Traffic) onDemand() Quantity {
	return t.Invocations.Quantity.Sub(t.ProvisionedInvocations.Quantity)
}

// billedSeconds returns the time of the invocations on demand, with the INIT of
// cold starts, as it is billed.
func (t Traffic) billedSeconds() (seconds Quantity, how string, basis Basis) {
	billed := t.Duration.Expect(units(millisecond))
	ms := t.onDemand().Mul(billed)
	how = derivation("%s invocations × %s ms (each rounded up to 1 ms)", t.onDemand(), billed)
	basis = weakest(t.Invocations.Basis, t.ProvisionedInvocations.Basis, t.Duration.Basis)
	if t.ColdStarts.Quantity.Sign() > 0 && !t.Init.Empty() {
		extra := meanSumUnits(t.Duration, t.Init, millisecond).Sub(billed)
		ms = ms.Add(t.ColdStarts.Quantity.Mul(extra))
		how += derivation(" + %s cold starts × %s ms of INIT", t.ColdStarts.Quantity, extra)
		basis = weakest(basis, t.ColdStarts.Basis, t.Init.Basis)
	}
	return ms.Div(Whole(millisecond)), how, basis
}

// authorizing adds the authorizer's GB-seconds to the function's.
func (t Traffic) authorizing(r Reading) Reading {
	if t.Authorized.Quantity.Sign() <= 0 {
		return r
	}
	if t.AuthorizerDuration.Empty() || t.AuthorizerMemoryMB <= 0 {
		r.Caveat = "the authorizer's duration or memory is not known, so its GB-seconds are missing from the bill"
		return r
	}
	own := eachRoundedUp(t.Authorized, "authorizer: %s", t.AuthorizerDuration, t.AuthorizerMemoryMB)
	if r.Derivation == "" {
		return own
	}
	own.Quantity, own.Basis, own.Derivation = r.Quantity.Add(own.Quantity), weakest(r.Basis, own.Basis), r.Derivation+"; "+own.Derivation
	return own
}

// eachRoundedUp reads the GB-seconds of n invocations, each rounded up to 1 ms;
// what names them in the derivation.
func eachRoundedUp(n Amount, what string, duration Dist, memoryMB int64) Reading {
	billed := duration.Expect(units(millisecond))
	q := n.Quantity.Mul(billed).Div(Whole(millisecond)).Mul(Ratio(memoryMB, 1024))
	return Reading{
		Quantity: q, Basis: weakest(n.Basis, duration.Basis),
		Derivation: derivation(what+" × %s ms × %s/1,024 GB = %s GB-seconds", n.Quantity, billed, Whole(memoryMB), q),
	}
}

func unknownDuration() Reading {
	const unknown = "the function's duration or memory is not known"
	return Reading{Basis: Assumed, Derivation: unknown, Caveat: unknown + ", so its GB-seconds are missing from the bill"}
}

func (t Traffic) gbSeconds(seconds Quantity, how string, basis Basis) Reading {
	q := seconds.Mul(Ratio(t.MemoryMB, 1024))
	return Reading{
		Quantity: q, Basis: weakest(basis, t.MemoryBasis),
		Derivation: how + derivation(" = %s s; × %s/1,024 GB = %s GB-seconds", seconds, Whole(t.MemoryMB), q),
	}
}

// What the price of an invocation includes (AWS Lambda pricing page).
const (
	includedStorageMB = 512
	includedStream    = 6 << 20 // bytes of each streamed response
)

// LambdaStorage is the ephemeral storage beyond 512 MB: by GB and second of
// the invocations, whatever the function's memory.
var LambdaStorage = byArchitecture("lambda.storage", "Lambda ephemeral storage", GBSeconds, func(t Traffic) Reading {
	extra := t.EphemeralMB - includedStorageMB
	if extra <= 0 || t.Invocations.Quantity.Sign() <= 0 {
		return Reading{}
	}
	if t.Duration.Empty() {
		const unknown = "the function's duration is not known"
		return Reading{Basis: Assumed, Derivation: unknown, Caveat: unknown + ", so its ephemeral storage is missing from the bill"}
	}
	seconds, how, basis := t.billedSeconds()
	if n := t.ProvisionedInvocations.Quantity; n.Sign() > 0 {
		more := n.Mul(t.Duration.Expect(units(millisecond))).Div(Whole(millisecond))
		seconds = seconds.Add(more)
		how += derivation(" + %s s in provisioned environments", more)
	}
	q := seconds.Mul(Ratio(extra, 1024))
	return Reading{
		Quantity: q, Basis: basis,
		Derivation: how + derivation(" = %s s; × (%s − 512)/1,024 GB = %s GB-seconds", seconds, Whole(t.EphemeralMB), q),
	}
})

// LambdaStreaming is what streamed responses have beyond the first 6 MiB of each.
var LambdaStreaming = byArchitecture("lambda.streaming", "Lambda response streaming", GB, func(t Traffic) Reading {
	if !t.Streaming {
		return Reading{}
	}
	beyond := t.ResponseBytes.Expect(func(v int64) int64 { return max(0, v-includedStream) })
	q := t.Invocations.Quantity.Mul(beyond).Div(Whole(TransferGB))
	return Reading{
		Quantity: q, Basis: weakest(t.Invocations.Basis, t.ResponseBytes.Basis),
		Derivation: derivation("%s responses × %s bytes beyond the first 6 MiB ÷ 1,024³ = %s GB", t.Invocations.Quantity, beyond, q),
	}
})

// provisionedRate is how many requests a second an environment serves at most
// (Lambda developer guide, "Lambda quotas": ten times the provisioned concurrency).
const provisionedRate = 10

// provisionedMost is how many of n invocations the provisioned environments can serve,
// one at a time each, where they are spread over the month as its profile says. Of
// environments that are ready for some hours only, it is not known which these are,
// so they are taken to be busy in all.
func (t Traffic) provisionedMost(n Quantity) (most Quantity) {
	hours := t.ProvisionedHours.Quantity
	if hours.Sign() > 0 || len(t.Profile) == 0 {
		if hours.Sign() <= 0 {
			hours = t.month().Quantity
		}
		return t.inEnvironments(hours)
	}
	all := t.inEnvironments(t.month().Quantity)
	for _, level := range t.Profile {
		taken := n.Mul(level.Factor)
		if taken.Cmp(all) > 0 {
			taken = all
		}
		most = most.Add(taken.Mul(level.Share))
	}
	return most
}

// inEnvironments is how many invocations fit into the provisioned environments in some
// hours.
func (t Traffic) inEnvironments(hours Quantity) Quantity {
	seconds := hours.Mul(Whole(3600)).Mul(t.Provisioned.Quantity)
	most := seconds.Mul(Whole(provisionedRate))
	if mean := t.Duration.Mean(); mean.Sign() > 0 {
		if n := seconds.Mul(Whole(1_000_000)).Div(mean); n.Cmp(most) < 0 {
			return n
		}
	}
	return most
}

// provisionedNotes say what the provisioned environments cannot serve.
func (w *Workload) provisionedNotes(t Traffic) []string {
	asked := t.Invocations.Quantity.Mul(w.Function.Provisioned.Share.Likely)
	taken := t.ProvisionedInvocations.Quantity
	if taken.Cmp(asked) >= 0 {
		return nil
	}
	return []string{derivation("with %s provisioned environments at most %s of the %s invocations of function.provisioned.share can be served: the others are billed on demand", t.Provisioned.Quantity, taken.floor(), asked)}
}

// Provisioned concurrency keeps environments ready: they cost from being
// enabled to being disabled, used or not, and invocations that run in them have
// a lower duration rate. Invocations beyond them spill over to the on-demand
// rate, [LambdaDuration]. No free tier applies (AWS Lambda pricing page).
var (
	// ProvisionedConcurrency is configured memory × time. Each configuration
	// is billed in steps of five minutes.
	ProvisionedConcurrency = byArchitecture("lambda.provisioned.concurrency", "Lambda provisioned concurrency", GBSeconds, func(t Traffic) Reading {
		if t.Provisioned.Quantity.Sign() <= 0 {
			return Reading{}
		}
		if t.MemoryMB <= 0 {
			return unknownDuration()
		}
		hours := t.ProvisionedHours
		if hours.Quantity.Sign() <= 0 {
			hours = t.month()
		}
		steps := hours.Quantity.Mul(Whole(12)).ceil()
		seconds := steps.Mul(Whole(300)).Mul(t.Provisioned.Quantity)
		how := derivation("%s environments × %s × 300 s", t.Provisioned.Quantity, steps)
		return t.gbSeconds(seconds, how, weakest(t.Provisioned.Basis, hours.Basis))
	})
	// ProvisionedDuration is the time of the invocations that ran in
	// provisioned environments, each rounded up to 1 ms.
	ProvisionedDuration = byArchitecture("lambda.provisioned.duration", "Lambda duration, provisioned", GBSeconds, func(t Traffic) Reading {
		n := t.ProvisionedInvocations
		if n.Quantity.Sign() <= 0 {
			return Reading{}
		}
		if t.Duration.Empty() || t.MemoryMB <= 0 {
			return unknownDuration()
		}
		billed := t.Duration.Expect(units(millisecond))
		how := derivation("%s provisioned invocations × %s ms (each rounded up to 1 ms)", n.Quantity, billed)
		return t.gbSeconds(n.Quantity.Mul(billed).Div(Whole(millisecond)), how, weakest(n.Basis, t.Duration.Basis))
	})
)
