package pricing

import "fmt"

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
