package pricing

import "fmt"

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
