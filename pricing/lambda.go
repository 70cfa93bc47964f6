package pricing

import "fmt"

// LambdaRequests are invocations of the function and of the door's authorizer.
var LambdaRequests = Dimension{
	ID:    "lambda.requests",
	Title: "Lambda requests",
	Unit:  Requests,
	Meter: func(t Traffic) Reading {
		r := Reading{
			Quantity:   t.Invocations.Quantity,
			Basis:      weakest(t.Invocations.Basis),
			Derivation: figure(t.Invocations.Quantity) + " invocations",
		}
		if t.Authorized.Quantity.Sign() > 0 {
			r.Quantity = r.Quantity.Add(t.Authorized.Quantity)
			r.Basis = weakest(t.Invocations.Basis, t.Authorized.Basis)
			r.Derivation += fmt.Sprintf(" + %s of the authorizer = %s", figure(t.Authorized.Quantity), figure(r.Quantity))
		}
		return r
	},
}

// LambdaDuration is function time × memory in GB-seconds, where a GB is
// 1,024 MB. The variant is the architecture.
//
// Every invocation is rounded up to 1 ms (AWS Lambda pricing page). Since
// 1 August 2025 the INIT phase of a cold start is billed for every function,
// together with its first invocation: ceil(init + duration) (AWS compute blog,
// "AWS Lambda standardizes billing for INIT phase"). Which INIT came with which
// duration is not known, so the two are taken as independent; that can be wrong
// by less than 1 ms per cold start, and is exact where either never varies.
var LambdaDuration = Dimension{
	ID:       "lambda.duration",
	Title:    "Lambda duration",
	Unit:     GBSeconds,
	Variants: []string{"x86_64", "arm64"},
	Meter:    readDuration,
}

// millisecond is the billing increment in the microseconds of a Dist.
const millisecond = 1000

func readDuration(t Traffic) Reading {
	r := Reading{Variant: t.architecture()}
	if t.onDemand().Sign() > 0 {
		if t.Duration.Empty() || t.MemoryMB <= 0 {
			return unknownDuration(r)
		}
		var seconds Quantity
		var how string
		seconds, how, r.Basis = t.billedSeconds()
		r = t.gbSeconds(r, seconds, how)
	}
	return t.authorizing(r)
}

// onDemand returns the invocations outside of provisioned environments.
func (t Traffic) onDemand() Quantity {
	return t.Invocations.Quantity.Sub(t.ProvisionedInvocations.Quantity)
}

// billedSeconds returns the time of the invocations on demand, with the INIT of
// cold starts, as it is billed.
func (t Traffic) billedSeconds() (seconds Quantity, how string, basis Basis) {
	billed := t.Duration.Expect(units(millisecond))
	ms := t.onDemand().Mul(billed)
	how = fmt.Sprintf("%s invocations × %s ms (each rounded up to 1 ms)", figure(t.onDemand()), figure(billed))
	basis = weakest(t.Invocations.Basis, t.ProvisionedInvocations.Basis, t.Duration.Basis)
	if t.ColdStarts.Quantity.Sign() > 0 && !t.Init.Empty() {
		extra := meanSumUnits(t.Duration, t.Init, millisecond).Sub(billed)
		ms = ms.Add(t.ColdStarts.Quantity.Mul(extra))
		how += fmt.Sprintf(" + %s cold starts × %s ms of INIT", figure(t.ColdStarts.Quantity), figure(extra))
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
	billed := t.AuthorizerDuration.Expect(units(millisecond))
	own := t.Authorized.Quantity.Mul(billed).Div(Whole(millisecond)).Mul(Ratio(t.AuthorizerMemoryMB, 1024))
	how := fmt.Sprintf("authorizer: %s × %s ms × %s/1,024 GB = %s GB-seconds",
		figure(t.Authorized.Quantity), figure(billed), figure(Whole(t.AuthorizerMemoryMB)), figure(own))
	if r.Derivation != "" {
		how = r.Derivation + "; " + how
	}
	r.Derivation, r.Quantity = how, r.Quantity.Add(own)
	r.Basis = weakest(r.Basis, t.Authorized.Basis, t.AuthorizerDuration.Basis)
	return r
}

// architecture returns the function's, Lambda's own default where none is set.
func (t Traffic) architecture() string {
	if t.Architecture == "" {
		return "x86_64"
	}
	return t.Architecture
}

// unknownDuration is the reading of a function of unknown duration.
func unknownDuration(r Reading) Reading {
	r.Basis = Assumed
	r.Derivation = "the function's duration or memory is not known"
	r.Caveat = "the function's duration or memory is not known, so its GB-seconds are missing from the bill"
	return r
}

// gbSeconds completes a reading of so many seconds at the function's memory.
func (t Traffic) gbSeconds(r Reading, seconds Quantity, how string) Reading {
	r.Quantity = seconds.Mul(Ratio(t.MemoryMB, 1024))
	r.Derivation = fmt.Sprintf("%s = %s s; × %s/1,024 GB = %s GB-seconds",
		how, figure(seconds), figure(Whole(t.MemoryMB)), figure(r.Quantity))
	return r
}

// What the price of an invocation includes (AWS Lambda pricing page).
const (
	includedStorageMB = 512
	includedStream    = 6 << 20 // bytes of each streamed response
)

// LambdaStorage is the ephemeral storage beyond 512 MB: by GB and second of
// the invocations, whatever the function's memory.
var LambdaStorage = Dimension{
	ID:       "lambda.storage",
	Title:    "Lambda ephemeral storage",
	Unit:     GBSeconds,
	Variants: LambdaDuration.Variants,
	Meter:    readStorage,
}

func readStorage(t Traffic) Reading {
	r := Reading{Variant: t.architecture()}
	extra := t.EphemeralMB - includedStorageMB
	if extra <= 0 || t.Invocations.Quantity.Sign() <= 0 {
		return r
	}
	if t.Duration.Empty() {
		r.Basis, r.Derivation = Assumed, "the function's duration is not known"
		r.Caveat = "the function's duration is not known, so its ephemeral storage is missing from the bill"
		return r
	}
	seconds, how, basis := t.billedSeconds()
	if n := t.ProvisionedInvocations.Quantity; n.Sign() > 0 {
		more := n.Mul(t.Duration.Expect(units(millisecond))).Div(Whole(millisecond))
		seconds = seconds.Add(more)
		how += fmt.Sprintf(" + %s s in provisioned environments", figure(more))
	}
	r.Basis, r.Quantity = basis, seconds.Mul(Ratio(extra, 1024))
	r.Derivation = fmt.Sprintf("%s = %s s; × (%s − 512)/1,024 GB = %s GB-seconds",
		how, figure(seconds), figure(Whole(t.EphemeralMB)), figure(r.Quantity))
	return r
}

// LambdaStreaming is what streamed responses have beyond the first 6 MiB of each.
var LambdaStreaming = Dimension{
	ID:       "lambda.streaming",
	Title:    "Lambda response streaming",
	Unit:     GB,
	Variants: LambdaDuration.Variants,
	Meter: func(t Traffic) Reading {
		r := Reading{Variant: t.architecture()}
		if !t.Streaming {
			return r
		}
		beyond := t.ResponseBytes.Expect(func(v int64) int64 { return max(0, v-includedStream) })
		r.Quantity = t.Invocations.Quantity.Mul(beyond).Div(Whole(TransferGB))
		r.Basis = weakest(t.Invocations.Basis, t.ResponseBytes.Basis)
		r.Derivation = fmt.Sprintf("%s responses × %s bytes beyond the first 6 MiB ÷ 1,024³ = %s GB",
			figure(t.Invocations.Quantity), figure(beyond), figure(r.Quantity))
		return r
	},
}

// Provisioned concurrency keeps environments ready: they cost from being
// enabled to being disabled, used or not, and invocations that run in them have
// a lower duration rate. Invocations beyond them spill over to the on-demand
// rate, [LambdaDuration]. No free tier applies (AWS Lambda pricing page).
var (
	// ProvisionedConcurrency is configured memory × time. Each configuration
	// is billed in steps of five minutes.
	ProvisionedConcurrency = Dimension{
		ID:       "lambda.provisioned.concurrency",
		Title:    "Lambda provisioned concurrency",
		Unit:     GBSeconds,
		Variants: LambdaDuration.Variants,
		Meter:    readProvisioned,
	}
	// ProvisionedDuration is the time of the invocations that ran in
	// provisioned environments, each rounded up to 1 ms.
	ProvisionedDuration = Dimension{
		ID:       "lambda.provisioned.duration",
		Title:    "Lambda duration, provisioned",
		Unit:     GBSeconds,
		Variants: LambdaDuration.Variants,
		Meter:    readProvisionedDuration,
	}
)

func readProvisioned(t Traffic) Reading {
	r := Reading{Variant: t.architecture()}
	if t.Provisioned.Quantity.Sign() <= 0 {
		return r
	}
	if t.MemoryMB <= 0 {
		return unknownDuration(r)
	}
	hours := t.ProvisionedHours
	if hours.Quantity.Sign() <= 0 {
		hours = t.month()
	}
	steps := hours.Quantity.Mul(Whole(12)).ceil()
	seconds := steps.Mul(Whole(300)).Mul(t.Provisioned.Quantity)
	r.Basis = weakest(t.Provisioned.Basis, hours.Basis)
	return t.gbSeconds(r, seconds, fmt.Sprintf("%s environments × %s × 300 s",
		figure(t.Provisioned.Quantity), figure(steps)))
}

func readProvisionedDuration(t Traffic) Reading {
	r := Reading{Variant: t.architecture()}
	n := t.ProvisionedInvocations
	if n.Quantity.Sign() <= 0 {
		return r
	}
	if t.Duration.Empty() || t.MemoryMB <= 0 {
		return unknownDuration(r)
	}
	billed := t.Duration.Expect(units(millisecond))
	r.Basis = weakest(n.Basis, t.Duration.Basis)
	return t.gbSeconds(r, n.Quantity.Mul(billed).Div(Whole(millisecond)),
		fmt.Sprintf("%s provisioned invocations × %s ms (each rounded up to 1 ms)", figure(n.Quantity), figure(billed)))
}
