package pricing

import (
	"slices"
	"strings"
)

// SavingsUse is the discount of a Compute Savings Plan, as the user knows it: it depends
// on the term, the payment and the region, so that no list of this program has it. A
// plan covers the compute of Lambda and of Fargate, and no requests or storage (Savings
// Plans user guide, "What are Savings Plans?").
type SavingsUse struct {
	Lambda  Quantity  `json:"lambda" doc:"unit=share"`  // off its duration and its provisioned concurrency
	Fargate Quantity  `json:"fargate" doc:"unit=share"` // off vCPUs and memory
	Covered *Quantity `json:"covered" doc:"unit=share"` // of that compute, the share for which the plan pays; nil: all
}

// covered are what a plan discounts.
var (
	coveredOfLambda  = []Dimension{LambdaDuration, ProvisionedConcurrency, ProvisionedDuration}
	coveredOfFargate = []Dimension{FargateVCPU, FargateMemory}
)

func (s SavingsUse) stated() bool { return s.Lambda.Sign() > 0 || s.Fargate.Sign() > 0 }

// discounted is a rate less the plan's discount, in the mean over what the plan covers
// and what it does not.
func (s SavingsUse) discounted(r Rate) Rate {
	off := Quantity{}
	switch has := func(d Dimension) bool { return slices.Contains(d.Keys(), r.Key) }; {
	case slices.ContainsFunc(coveredOfLambda, has):
		off = s.Lambda
	case slices.ContainsFunc(coveredOfFargate, has):
		off = s.Fargate
	}
	if off.Sign() == 0 {
		return r
	}
	if s.Covered != nil {
		off = off.Mul(*s.Covered)
	}
	r.Tiers = slices.Clone(r.Tiers)
	for i := range r.Tiers {
		r.Tiers[i].Price = r.Tiers[i].Price.Times(Whole(1).Sub(off))
	}
	r.discount = off
	return r
}

// notes say what the discount rests on.
func (s SavingsUse) notes() []string {
	if !s.stated() {
		return nil
	}
	var of []string
	for _, part := range []struct {
		what string
		off  Quantity
	}{{"Lambda", s.Lambda}, {"Fargate", s.Fargate}} {
		if part.off.Sign() > 0 {
			of = append(of, percentText(part.off)+" off "+part.what)
		}
	}
	note := "the savings plan is taken as stated (" + strings.Join(of, ", ") + "): the bill is for compute that its commitment covers"
	if s.Covered != nil {
		note = "the savings plan is taken as stated (" + strings.Join(of, ", ") + "), for " + percentText(*s.Covered) + " of that compute; the rest is on demand"
	}
	return []string{note + "; a commitment that is not used up is paid all the same"}
}
